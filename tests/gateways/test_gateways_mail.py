import email
import email.policy
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.foundation.clock import FixedClock
from esign.gateways.errors import (
    MailError,
    MailInsecure,
    MailMalformed,
    MailOutcomeUnknown,
    MailRefused,
    MailUnavailable,
)
from esign.gateways.mail import MailServer, SmtpMailer
from tests.identity.helpers.pki import NOW, Authority, name, p256


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The engine's value, member for member."""

    to: str = "kundin@example.org"
    subject: str = "Ihr Vertrag über 14.900,00 €"
    text: str = "Guten Tag,\n\nhier ist Ihr Vertrag.\n.\nGrüße\n"
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    identifier: str = ""


PDF = bytes(range(256)) * 40


def mailer(port=25, *, sender="Beispielwerke (SANDBOX) <vertrag@xn--mller-kva.example>", **server):
    options = {"host": "127.0.0.1", "timeout": 5.0} | server
    context = options.pop("context", None)
    return SmtpMailer(
        MailServer(port=port, **options),
        sender=sender,
        clock=FixedClock(at=NOW),
        identifier=lambda: "abc123",
        context=context,
    )


def read(data: bytes):
    return email.message_from_bytes(data, policy=email.policy.SMTP)


def test_composed_mail_says_exactly_what_was_asked_for():
    mail = Mail(attachments=(("Vertrag Müller.pdf", "application/pdf", PDF), ("notes.txt", "text/plain", b"a\nb")))
    composed = mailer().compose(mail)
    message = read(composed.data)
    assert message["from"] == '"Beispielwerke (SANDBOX)" <vertrag@xn--mller-kva.example>'
    assert message["to"] == "kundin@example.org"
    assert message["subject"] == mail.subject
    assert message["message-id"] == "<abc123@xn--mller-kva.example>" == composed.message_id
    assert message["date"].datetime == NOW
    assert message["auto-submitted"] == "auto-generated"
    assert message.get_body().get_content() == mail.text.replace("\n", "\r\n") or (
        message.get_body().get_content() == mail.text
    )
    pdf, notes = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type(), pdf.get_content()) == (
        "Vertrag Müller.pdf",
        "application/pdf",
        PDF,
    )
    assert (notes.get_filename(), notes.get_payload(decode=True)) == ("notes.txt", b"a\nb")
    assert not message.defects


def test_wire_form_is_seven_bit_with_short_lines():
    data = mailer().compose(Mail(text="ü" * 5000, attachments=(("a.bin", "application/pdf", PDF),))).data
    assert max(data) < 0x80
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_domain_of_the_recipient_travels_in_ascii():
    composed = mailer().compose(Mail(to="Kundin Müller <kundin@müller.example>"))
    assert composed.recipient == "kundin@xn--mller-kva.example"
    assert read(composed.data)["to"].addresses[0].display_name == "Kundin Müller"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "kundin",
        "@example.org",
        "kundin@",
        "kundin@example.org\r\nBcc: all@example.org",
        "kundin@example.org\nBcc: all@example.org",
        "kundin@example.org\x00",
        "kundin@example.org, zweite@example.org",
        "kundin@example.org zweite@example.org",
        "<kundin@example.org>, <zweite@example.org>",
        "a <kundin@example.org> b",
        "kundin@exa mple.org",
        "kundin@" + "x" * 64 + ".example",
        "k" * 321,
        "kundin@example..org",
    ],
)
def test_what_is_not_one_address_is_refused(to):
    with pytest.raises(MailMalformed):
        mailer().compose(Mail(to=to))


@pytest.mark.parametrize("subject", ["", "Vertrag\r\nBcc: all@example.org", "Vertrag\n", "\x00", "x" * 501, "a\u2028b"])
def test_subject_cannot_bring_headers_of_its_own(subject):
    with pytest.raises(MailMalformed):
        mailer().compose(Mail(subject=subject))


@pytest.mark.parametrize(
    "attachment",
    [
        ("a\r\nX: y.pdf", "application/pdf", b""),
        ("", "application/pdf", b""),
        ("../a.pdf", "application/pdf", b""),
        ("a.pdf", "application", b""),
        ("a.pdf", "application/pdf\r\nX: y", b""),
        ("a.pdf", "application/pdf; name=x", b""),
        ("a.pdf", "", b""),
    ],
)
def test_attachment_cannot_bring_headers_of_its_own(attachment):
    with pytest.raises(MailMalformed):
        mailer().compose(Mail(attachments=(attachment,)))


@settings(deadline=None)
@given(to=st.text(max_size=40), subject=st.text(max_size=60), text=st.text(max_size=200), file=st.text(max_size=20))
def test_whatever_is_asked_for_a_mail_has_exactly_our_headers(to, subject, text, file):
    try:
        data = mailer().compose(Mail(to=f"{to}@example.org", subject=subject, text=text)).data
        mailer().compose(Mail(attachments=((file, "application/pdf", b"x"),)))
    except MailError:
        return
    head = data.partition(b"\r\n\r\n")[0]
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(names) == [
        b"Auto-Submitted",
        b"Content-Transfer-Encoding",
        b"Content-Type",
        b"Date",
        b"From",
        b"MIME-Version",
        b"Message-ID",
        b"Subject",
        b"To",
    ]


def test_sender_must_be_an_address():
    with pytest.raises(MailMalformed):
        mailer(sender="nobody")


def test_password_is_not_shown():
    assert "secret" not in repr(MailServer(host="h", port=25, user="u", password="secret"))


class Post:
    """A mail server on the loopback interface that may answer otherwise than well."""

    def __init__(self, **answers):
        self.answers = answers
        self.mails = []

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if answer := self.answers.get("mail"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if answer := self.answers.get("rcpt"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if answer := self.answers.get("data"):
            return answer
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 OK"


@pytest.fixture
def serve():
    running = []

    def start(post, **options):
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        controller = Controller(post, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.mark.network
def test_the_bytes_returned_are_the_bytes_that_arrived(serve):
    post = Post()
    sent = mailer(serve(post)).send(Mail(attachments=(("a.pdf", "application/pdf", PDF),)))
    [(sender, recipients, content)] = post.mails
    assert content == sent
    assert (sender, recipients) == ("vertrag@xn--mller-kva.example", ["kundin@example.org"])


@pytest.mark.network
def test_composed_mail_can_be_handed_over_again_unchanged(serve):
    post = Post()
    sender = mailer(serve(post))
    composed = sender.compose(Mail())
    sender.hand_over(composed)
    sender.hand_over(composed)
    assert [content for _, _, content in post.mails] == [composed.data, composed.data]


@pytest.mark.network
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "error"), [("550 5.1.1 nobody here", MailRefused), ("451 4.3.0 later", MailUnavailable)]
)
def test_refusal_for_good_and_for_now_are_told_apart(serve, step, answer, error):
    post = Post(**{step: answer})
    with pytest.raises(error) as failure:
        mailer(serve(post)).send(Mail())
    assert dict(failure.value.facts) == {
        "host": "127.0.0.1",
        "status": int(answer[:3]),
        "step": {"mail": "sender", "rcpt": "recipient", "data": "data"}[step],
    }
    assert "kundin" not in str(failure.value)
    assert post.mails == []


@pytest.mark.network
def test_nobody_listening_is_unavailable():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(MailUnavailable):
        mailer(port).send(Mail())


@pytest.mark.network
def test_silent_server_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(MailUnavailable):
        mailer(listener.getsockname()[1], timeout=0.3).send(Mail())


@pytest.mark.network
def test_connection_that_breaks_after_the_mail_leaves_the_outcome_unknown():
    listener = socket.create_server(("127.0.0.1", 0))

    def play():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 hello\r\n")
            stream.flush()
            for line in stream:
                if line == b".\r\n":
                    return
                if line.upper().startswith((b"EHLO", b"MAIL", b"RCPT")):
                    stream.write(b"250 OK\r\n")
                if line.upper().startswith(b"DATA"):
                    stream.write(b"354 go on\r\n")
                stream.flush()

    thread = threading.Thread(target=play)
    thread.start()
    try:
        with pytest.raises(MailOutcomeUnknown):
            mailer(listener.getsockname()[1]).send(Mail())
    finally:
        thread.join(5)
        listener.close()


@pytest.mark.network
def test_bad_goodbye_does_not_undo_an_accepted_mail(serve):
    class Rude(Post):
        async def handle_QUIT(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
            return "421 out of here"

    post = Rude()
    mailer(serve(post)).send(Mail())
    assert len(post.mails) == 1


@pytest.mark.network
def test_starttls_that_is_configured_but_not_offered_stops_before_anything_is_sent(serve):
    post = Post()
    with pytest.raises(MailInsecure):
        mailer(serve(post), security="starttls").send(Mail())
    assert post.mails == []


@pytest.mark.network
def test_password_is_never_sent_over_an_open_connection(serve):
    post = Post()
    with pytest.raises(MailInsecure):
        mailer(serve(post), user="u", password="secret").send(Mail())
    assert post.mails == []


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server context for ``localhost``, and a client context that trusts it."""
    folder = tmp_path_factory.mktemp("tls")
    root, key = Authority("Root"), p256()
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    begins = NOW - timedelta(days=400)
    certificate = root.issue(
        name("localhost"), key.public_key(), [(names, False)], not_before=begins, not_after=NOW + timedelta(days=3650)
    )
    pem = x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    client = ssl.create_default_context(cadata=root.der)
    return server, client


@pytest.mark.network
def test_starttls_is_used_where_configured(serve, tls):
    server, client = tls
    post = Post()
    port = serve(post, tls_context=server, require_starttls=True)
    mailer(port, host="localhost", security="starttls", context=client).send(Mail())
    assert len(post.mails) == 1


@pytest.mark.network
def test_server_that_cannot_prove_its_name_gets_nothing(serve, tls):
    server, _ = tls
    post = Post()
    port = serve(post, tls_context=server, require_starttls=True)
    with pytest.raises(MailInsecure):
        mailer(port, host="localhost", security="starttls").send(Mail())
    assert post.mails == []


@pytest.mark.network
@pytest.mark.parametrize("good", [True, False])
def test_login_over_an_encrypted_connection(serve, tls, good):
    from aiosmtpd.smtp import AuthResult

    server, client = tls
    post = Post()
    port = serve(
        post,
        tls_context=server,
        require_starttls=True,
        authenticator=lambda *args: AuthResult(success=args[-1].password == b"secret", handled=False),
        auth_require_tls=True,
        auth_exclude_mechanism=["LOGIN"],
    )
    password = "secret" if good else "wrong"
    sender = mailer(port, host="localhost", security="starttls", context=client, user="u", password=password)
    if good:
        sender.send(Mail())
    else:
        with pytest.raises(MailInsecure):
            sender.send(Mail())
    assert len(post.mails) == int(good)


def test_the_library_is_the_one_that_was_read():
    """The code relies on smtplib leaving bytes alone but for the dots of RFC 5321 section 4.5.2."""
    assert smtplib._quote_periods(b".\r\na\r\n.b") == b"..\r\na\r\n..b"


def test_a_mail_that_is_sent_again_keeps_its_message_id():
    first, second = (mailer().compose(Mail(identifier="4711")).message_id for _ in range(2))
    assert first == second
    assert "4711" in first
