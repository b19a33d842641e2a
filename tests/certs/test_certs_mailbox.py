"""The mailbox keeps the exact bytes of a bounded number of mails and shows them as text."""

import re
from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from certs.sandbox.errors import UnknownMail
from certs.sandbox.mail_store import MailStore
from certs.sandbox.mailbox_pages import linkify

LINK = "http://localhost:8081/#Zm9vYmFyLXRva2VuLTEyMzQ1Njc4OTAxMjM0NTY3ODkw"


def letter(*, subject="Ihr Vertrag über Wärme", text=f"Guten Tag,\n\nbitte öffnen Sie {LINK}.\n", attachments=()):
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Beispielwerke <vertrag@beispielwerke.example>"
    message["To"] = "Mehmet Yılmaz-Groß <mehmet@kunden.example>"
    message["Subject"] = subject
    message.set_content(text)
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return message


def show(client, name, **query):
    response = client.get(f"/mailbox/{name}", query_string=query)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_a_mail_is_kept_byte_for_byte(sandbox, client):
    content = letter(attachments=[("Vertrag – Wärme.pdf", b"%PDF-1.7")]).as_bytes()
    name = sandbox.mailbox.store.add(content)
    assert sandbox.mailbox.store.content(name) == content
    response = client.get(f"/mailbox/{name}/original")
    assert response.data == content
    assert f"filename={name}.eml" in response.headers["Content-Disposition"]


def test_umlauts_links_and_attachments_are_shown(sandbox, client):
    name = sandbox.mailbox.store.add(letter(attachments=[("Vertrag – Wärme.pdf", b"%PDF-1.7" * 200)]).as_bytes())
    page = show(client, name)
    assert "<h1>Ihr Vertrag über Wärme</h1>" in page
    assert "Mehmet Yılmaz-Groß &lt;mehmet@kunden.example&gt;" in page
    assert f'<a href="{LINK}" rel="noopener noreferrer">{LINK}</a>.' in page
    assert "Vertrag – Wärme.pdf" in page and "application/pdf · 1,6 kB" in page
    assert "22.11.2026, 11:00:00" in page  # ten o'clock UTC in Berlin
    assert "1.6 kB" in show(client, name, lang="en")


def test_an_attachment_can_only_be_saved(sandbox, client):
    name = sandbox.mailbox.store.add(letter(attachments=[("Wärme.html", b"<script>alert(1)</script>")]).as_bytes())
    response = client.get(f"/mailbox/{name}/1")
    assert response.data == b"<script>alert(1)</script>"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.content_type == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_html_in_a_mail_is_shown_as_text(sandbox, client):
    attack = '<script>alert(1)</script><a href="javascript:alert(2)">x</a> http://a.example/"onmouseover="alert(3)'
    message = letter(subject="<img src=x onerror=alert(4)>", text=attack, attachments=[("<b>.pdf", b"x")])
    message.replace_header("From", '"<svg onload=alert(5)>" <a@b.example>')
    name = sandbox.mailbox.store.add(message.as_bytes())
    for page in (show(client, name), client.get("/mailbox").get_data(as_text=True)):
        tags = set(re.findall(r"<([a-z0-9]+)", page))
        assert tags.isdisjoint({"script", "img", "svg", "b"})
        assert not re.search(r"<[^>]*\bon[a-z]+=", page)
        assert not re.search(r"<[^>]*javascript:", page)
    page = show(client, name)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<a href="http://a.example/" rel="noopener noreferrer">http://a.example/</a>&#34;onmouseover=' in page


def test_a_mail_with_html_alone_shows_no_html(sandbox, client):
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = "x"
    message.set_content("<p>Hallo <script>alert(1)</script></p>", subtype="html")
    name = sandbox.mailbox.store.add(message.as_bytes())
    page = show(client, name)
    assert "Diese Nachricht hat keinen reinen Text." in page
    assert "alert(1)" not in page
    assert "part-1.html" in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a & b", "a &amp; b"),
        ("https://a.example/x?y=1&z=2", 'https://a.example/x?y=1&amp;z=2'),
        ("(http://a.example/x).", "http://a.example/x"),
        ("HTTP://A.example", "HTTP://A.example"),
        ("siehe „https://a.example/ö“!", "https://a.example/ö"),
    ],
)  # fmt: skip
def test_addresses_become_links_and_punctuation_stays_outside(text, html):
    out = str(linkify(text))
    assert html in out
    assert out.count("<a ") == text.lower().count("http")
    assert re.sub(r"<[^>]+>", "", out).replace("&amp;", "&") == text


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "mailto:a@b.example", "//x"]
)
def test_only_http_and_https_become_links(text):
    assert "<a" not in str(linkify(text))


@given(st.text(max_size=300))
@example('http://x"><script>')
@example("http://x'onclick='")
def test_whatever_a_mail_says_the_only_tag_is_a_link(text):
    html = str(linkify(text))
    assert re.sub(r'<a href="https?://[^"<>]*" rel="noopener noreferrer">|</a>', "", html, flags=re.I).count("<") == 0


def test_the_newest_mail_stands_first_and_the_list_has_pages(sandbox, client, clock):
    for number in range(30):
        sandbox.mailbox.store.add(letter(subject=f"Brief {number}").as_bytes())
        clock.at += timedelta(seconds=1)
    first, second = (client.get(f"/mailbox?page={page}").get_data(as_text=True) for page in (1, 2))
    assert [int(n) for n in re.findall(r"Brief (\d+)", first)] == list(range(29, 4, -1))
    assert [int(n) for n in re.findall(r"Brief (\d+)", second)] == [4, 3, 2, 1, 0]
    assert 'rel="next"' in first and 'rel="prev"' in second
    for odd in ("0", "-1", "99", "x", "1e9"):
        assert client.get(f"/mailbox?page={odd}").status_code == 200


def test_an_empty_mailbox_says_so_in_both_languages(client):
    assert "Noch keine Post." in client.get("/mailbox").get_data(as_text=True)
    assert "No mail yet." in client.get("/mailbox?lang=en").get_data(as_text=True)
    assert "SANDBOX" in client.get("/mailbox").get_data(as_text=True)


def test_the_mailbox_is_bounded_and_the_oldest_goes(tmp_path, clock):
    store = MailStore(tmp_path / "box", clock, limit=3)
    names = []
    for number in range(5):
        names.append(store.add(b"Subject: %d\r\n\r\n" % number))
        clock.at += timedelta(seconds=1)
    assert [head.subject for head in store.heads()] == ["4", "3", "2"]
    assert len(store) == len(list(store.folder.iterdir())) == 3
    with pytest.raises(UnknownMail) as gone:
        store.content(names[0])
    assert gone.value.code == "sandbox.unknown_mail"


@pytest.mark.parametrize(
    "name", ["unknown", "..%2fsandbox.json", "../sandbox.json", "00000000000000000000-000000000000", "%00", "."]
)
def test_nothing_but_mails_is_to_be_had_below_the_mailbox(client, name):
    for path in (f"/mailbox/{name}", f"/mailbox/{name}/original", f"/mailbox/{name}/1"):
        response = client.get(path)
        assert response.status_code == 404
        assert "SANDBOX" in response.get_data(as_text=True)


def test_an_attachment_that_is_not_there_is_not_found(sandbox, client):
    name = sandbox.mailbox.store.add(letter().as_bytes())
    assert [client.get(f"/mailbox/{name}/{number}").status_code for number in (0, 1, 99)] == [404, 404, 404]


def test_a_file_name_cannot_lead_out_of_the_download_folder_or_hide_its_ending(sandbox, client):
    for given_name, shown in (
        ("../../etc/passwd", "_.._etc_passwd"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ("..", "part-1.pdf"),
    ):
        name = sandbox.mailbox.store.add(letter(attachments=[(given_name, b"x")]).as_bytes())
        (item,) = sandbox.mailbox.store.read(name).enclosures
        assert item.name == shown
        assert client.get(f"/mailbox/{name}/1").status_code == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.binary(max_size=300))
@example(b"")
@example(b"Subject: =?utf-8?b?////?=\r\n\r\n")
@example(b"Subject: \xff\xfe\r\nFrom: <\r\n\r\n\xff")
@example(b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff")
@example(b"Content-Type: multipart/mixed\r\n\r\nx")
@example(b"Content-Transfer-Encoding: base64\r\n\r\n!")
@example(b"From: a@b\r\nTo: =?x?q?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b--")
def test_no_mail_breaks_its_page(sandbox, client, content):
    name = sandbox.mailbox.store.add(content)
    assert client.get(f"/mailbox/{name}").status_code == 200
    assert client.get("/mailbox").status_code == 200


def test_every_page_says_sandbox_and_carries_strict_headers(client):
    for path in ("/", "/mailbox", "/nothing", "/idp/authorize"):
        for language in ("de", "en"):
            response = client.get(path, query_string={"lang": language})
            text = response.get_data(as_text=True)
            assert '<p class="banner">SANDBOX' in text and "– SANDBOX</title>" in text
            assert f'<html lang="{language}">' in text
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["Cache-Control"] == "no-store"


def test_a_foreign_host_name_is_refused_so_that_no_rebound_name_reads_the_mailbox(client):
    assert client.get("/mailbox", headers={"Host": "evil.example"}).status_code == 400
    for host in ("localhost:8082", "127.0.0.1:8082", "localhost"):
        assert client.get("/mailbox", headers={"Host": host}).status_code == 200
