"""The sandbox on real sockets: HTTP and SMTP on the loopback interface."""

import smtplib
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from email import policy
from email.message import EmailMessage

import pytest

from certs.sandbox import Sandbox, TsaFaults, serve
from certs.sandbox.smtp import MAX_MAIL

pytestmark = pytest.mark.network


@pytest.fixture
def serving(sandbox):
    serving = serve.start(sandbox, port=0, smtp_port=0)
    yield serving
    serving.stop()


def get(serving, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{serving.port}{path}", timeout=10) as response:
        return response.read()


def letter():
    message = EmailMessage(policy=policy.SMTPUTF8)
    message["From"] = "Beispielwerke <vertrag@beispielwerke.example>"
    message["To"] = "Jörg Österreicher <jörg@kunden.example>"
    message["Subject"] = "Ihr Exemplar: Wärme für Groß & Söhne"
    message.set_content("Grüße\n.\nEine Zeile, die mit einem Punkt beginnt:\n..\nhttp://localhost:8081/#abc\n")
    message.add_attachment(
        b"%PDF\n" + bytes(range(256)) * 500, maintype="application", subtype="pdf", filename="Wärme.pdf"
    )
    return message


def test_a_mail_sent_over_smtp_arrives_byte_for_byte_with_umlauts_and_attachment(sandbox, serving):
    sent = letter().as_bytes()
    with smtplib.SMTP("127.0.0.1", serving.smtp_port, timeout=10) as smtp:
        smtp.sendmail("vertrag@beispielwerke.example", ["jörg@kunden.example"], sent, mail_options=["SMTPUTF8"])
    (head,) = sandbox.mailbox.store.heads()
    assert head.subject == "Ihr Exemplar: Wärme für Groß & Söhne"
    assert head.recipients == "Jörg Österreicher <jörg@kunden.example>"
    assert sandbox.mailbox.store.content(head.id) == sent
    mail = sandbox.mailbox.store.read(head.id)
    assert mail.text.startswith("Grüße\n.\nEine Zeile")
    assert (mail.enclosures[0].name, len(mail.enclosures[0].data)) == ("Wärme.pdf", 5 + 256 * 500)
    assert "Wärme für Groß &amp; Söhne" in get(serving, f"/mailbox/{head.id}").decode()


def test_many_mails_at_once_are_all_kept(sandbox, serving):
    def send(number):
        with smtplib.SMTP("127.0.0.1", serving.smtp_port, timeout=20) as smtp:
            smtp.sendmail("a@b.example", ["c@d.example"], f"Subject: {number}\r\n\r\nx")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(24)))
    assert sorted(int(head.subject) for head in sandbox.mailbox.store.heads()) == list(range(24))


def test_a_mail_that_is_too_large_is_refused_and_not_kept(sandbox, serving):
    with (
        smtplib.SMTP("127.0.0.1", serving.smtp_port, timeout=60) as smtp,
        pytest.raises(smtplib.SMTPResponseException) as refused,
    ):
        smtp.sendmail(
            "a@b.example", ["c@d.example"], b"Subject: x\r\n\r\n" + (b"y" * 900 + b"\r\n") * (MAX_MAIL // 900)
        )
    assert refused.value.smtp_code == 552
    assert len(sandbox.mailbox.store) == 0


def test_a_timestamp_can_be_had_while_another_client_waits(sandbox, serving):
    sandbox.timestamps.faults = TsaFaults(silent=True, hold_seconds=3)
    request = urllib.request.Request(
        f"http://127.0.0.1:{serving.port}/tsa", data=b"x", headers={"Content-Type": "application/timestamp-query"}
    )
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(urllib.request.urlopen, request, timeout=60)
        time.sleep(0.1)
        assert b"SANDBOX" in get(serving, "/")
        assert not waiting.done()
        with pytest.raises(urllib.error.HTTPError) as silent:
            waiting.result()
    assert silent.value.code == 503


def test_run_serves_until_the_event_is_set_and_leaves_the_ports_free(sandbox):
    ports = free_port(), free_port()
    stop = threading.Event()
    thread = threading.Thread(target=serve.run, args=(sandbox, "127.0.0.1", *ports, stop))
    thread.start()
    wait_for(ports[0])
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_a_taken_port_is_reported_and_nothing_is_left_running(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = free_port()
        with pytest.raises(OSError, match="in use"):
            serve.start(sandbox, port=port, smtp_port=other)
        socket.create_server(("127.0.0.1", other)).close()
        with pytest.raises(OSError, match="in use"):
            serve.start(sandbox, port=other, smtp_port=port)
        socket.create_server(("127.0.0.1", other)).close()


def test_two_processes_may_create_the_same_sandbox_at_the_same_time(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        worlds = list(pool.map(lambda _: Sandbox.create(tmp_path / "s"), range(4)))
    assert len({world.trust_anchors for world in worlds}) == 1
    assert len({world.dispute_public_keys for world in worlds}) == 1


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port):
    for _ in range(1200):  # a minute
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody listens")
