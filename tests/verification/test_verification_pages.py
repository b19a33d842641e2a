"""The page that verifies for everybody: what it says of each file, what it never does with one, what it refuses."""

from __future__ import annotations

import base64
import html
import io
import json
import logging
import os
import re
import socket
import tempfile
import threading
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image

from esign.engine.verification import LARGEST, VerificationDesk
from tests.verification.files import EVIL, Files
from web.verification import answer, room

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "verification-report.schema.json"
HTML = {"Accept": "text/html"}
PAGE = "/pruefen"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def secret(client: FlaskClient) -> str:
    return client.get(PAGE).text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def send(client: FlaskClient, *files: tuple[bytes, str], **options: Any) -> Any:
    data = {"csrf_token": options.pop("csrf", None) or secret(client)}
    data["files"] = [(io.BytesIO(content), name, "application/pdf") for content, name in files]
    return client.post(PAGE, data=data, content_type="multipart/form-data", headers={**HTML, **options})


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def first_words(page: str) -> str:
    """Return what stands first within the first verdict."""
    return plain(page.partition('<article class="verdict')[2].partition(">")[2])[:120]


def downloads(page: str) -> dict[str, bytes]:
    found = re.findall(r'href="data:[a-z/]+;base64,([^"]+)" download="([^"]+)"', page)
    return {name: base64.b64decode(content) for content, name in found}


SAID = {
    "good": ("Gültig und unverändert", "Erika Mustermann", "bewiesen"),
    "changed": ("NACH DER UNTERSCHRIFT VERÄNDERT", "modified_after_signing", "die Liste der Seiten wurde verändert"),
    "revoked": (
        "Offen: weder gültig noch ungültig",
        "Ein Zertifikat wurde widerrufen",
        "auf dem Weg zu ihm wurde WIDERRUFEN",
        "revoked",
    ),
    "untrusted": ("Offen: weder gültig noch ungültig", "kein Weg zu einem Vertrauensanker", "untrusted"),
    "broken": ("Nicht lesbar", "die Datei sagt nicht, wo ihre Querverweistabelle steht", "validation.format_failure"),
}


@pytest.mark.parametrize("kind", SAID)
def test_the_answer_begins_with_the_verdict_and_says_why(client: FlaskClient, made: Files, kind: str) -> None:
    page = send(client, (getattr(made, kind), f"{kind}.pdf")).text
    verdict, *more = SAID[kind]
    assert first_words(page).startswith(f"{verdict} {kind}.pdf")
    for words in more:
        assert words.lower() in plain(page).lower()
    assert "Dieser Bericht stammt nicht von einem qualifizierten Validierungsdienst" in page
    assert "Muster Root CA , SANDBOX Root ." in plain(page), "it is said who is trusted"


def test_sandbox_trust_is_the_very_first_line_valid_or_not(client: FlaskClient, made: Files) -> None:
    page = send(client, (made.sandbox, "a.pdf")).text
    assert first_words(page).startswith("SANDBOX: Vertrauensdienste sind nachgestellt")
    assert "Gültig und unverändert" in page


def test_the_answer_is_english_in_english(client: FlaskClient, made: Files) -> None:
    client.get(f"{PAGE}?lang=en")
    page = plain(send(client, (made.changed, "a.pdf")).text)
    assert "MODIFIED AFTER IT WAS SIGNED" in page and "the list of pages was changed" in page
    assert not re.search(r"\b(wurde|nicht|Unterschrift)\b", page)


def test_each_signature_has_its_steps_its_chain_and_its_changes(client: FlaskClient, made: Files) -> None:
    page = plain(send(client, (made.changed, "a.pdf")).text)
    for words in ("Zertifikatskette (3)", "Prüfschritte (", "EN 319 102-1 Abschnitt 5.2.7", "Kryptographische Prüfung"):
        assert words in page
    for code in ("security_store", "document_timestamp", "modification", "metadata"):
        assert code in page
    assert "contract.json" in page, "attachments are listed"


def test_pages_that_differ_are_shown_beside_each_other(client: FlaskClient, made: Files) -> None:
    page = send(client, (made.changed, "a.pdf")).text
    assert re.findall(r'<img src="data:image/png;base64,([^"]{8})[^"]*" alt="([^"]+)"', page) == [
        ("iVBORw0K", "Vorliegend: Seite 4")
    ]
    assert "In der unterschriebenen Fassung gibt es diese Seite nicht" in page


def test_differences_are_framed_on_the_signed_and_on_the_present_page(client: FlaskClient, made: Files) -> None:
    page = send(client, (made.repainted, "a.pdf")).text
    assert "Seite 2: ihr Inhalt wurde ausgetauscht" in plain(page)
    found = re.findall(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)"', page)
    assert [words for _, words in found] == ["Unterschrieben: Seite 2", "Vorliegend: Seite 2"]
    for png, _ in found:
        colours = {colour for _, colour in Image.open(io.BytesIO(base64.b64decode(png))).getcolors(1_000_000)}
        assert (200, 30, 20) in colours


def test_the_reports_stand_in_the_answer_itself(client: FlaskClient, made: Files) -> None:
    found = downloads(send(client, (made.good, "Vertrag Nr. 1.pdf")).text)
    assert list(found) == [f"Vertrag_Nr._1.report.{ending}" for ending in ("pdf", "json", "xml")]
    pdf, program, xml = found.values()
    assert pdf.startswith(b"%PDF-")
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads(program))
    assert etree.fromstring(xml).tag.endswith("ValidationReport")


def test_several_files_have_an_overview_and_a_verdict_each(client: FlaskClient, made: Files) -> None:
    page = send(client, (made.good, "a.pdf"), (made.broken, "b.pdf"), (made.good, "a.pdf")).text
    assert page.count('<article class="verdict') == 3
    assert len(set(re.findall(r'<h2 id="([^"]+)" tabindex', page))) == 3
    overview = plain(page.partition('<nav class="overview"')[2].partition("</nav>")[0])
    assert overview.endswith("a.pdf Gültig und unverändert b.pdf Nicht lesbar a.pdf Gültig und unverändert")


# what is never done


def test_nothing_of_a_file_is_kept_told_or_fetched(
    client: FlaskClient, made: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = secret(client)
    send(client, (made.good, "warm.pdf"), csrf=token)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("a file on a disk, or somebody outside")

    for module, name in (
        (tempfile, "SpooledTemporaryFile"),
        (tempfile, "TemporaryFile"),
        (socket, "create_connection"),
    ):
        monkeypatch.setattr(module, name, forbidden)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", forbidden)
    monkeypatch.setattr("werkzeug.formparser.TemporaryFile", forbidden, raising=False)
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    with caplog.at_level(logging.DEBUG):
        large = made.good + b"\n%" + os.urandom(3_000_000)
        assert send(client, (large, "Geheimer Name.pdf"), csrf=token).status_code == 200
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert "Geheim" not in caplog.text and "Mustermann" not in caplog.text
    told = [record.__dict__ for record in caplog.records]
    assert "Geheim" not in repr(told) and "Mustermann" not in repr(told)


def test_pictures_for_the_report_lie_in_memory_meanwhile(
    client: FlaskClient, made: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    real = tempfile.TemporaryDirectory.__init__

    def watched(self: Any, *arguments: Any, **options: Any) -> None:
        places.append(options.get("dir"))
        real(self, *arguments, **options)

    monkeypatch.setattr(tempfile.TemporaryDirectory, "__init__", watched)
    assert send(client, (made.changed, "a.pdf")).status_code == 200
    assert places == [Path("/dev/shm")]


def test_no_page_is_ever_stored_by_a_browser_or_framed(client: FlaskClient, made: Files) -> None:
    found = send(client, (made.good, "a.pdf")).headers
    assert found["Cache-Control"] == "no-store"
    assert "script-src 'self'" in found["Content-Security-Policy"]
    assert "img-src 'self' data:" in found["Content-Security-Policy"]
    assert "default-src 'none'" in found["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
    assert "data:" not in client.get("/").headers["Content-Security-Policy"]


# hostile input


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>.pdf", '"><img src=x onerror=alert(1)>.pdf', "a\u202efdp.exe", "\u2066x.pdf"]
)
def test_a_file_name_is_inert_wherever_it_stands(client: FlaskClient, made: Files, name: str) -> None:
    page = send(client, (made.good, name)).text
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "\u202e" not in page and "\u2066" not in page
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", found) for found in downloads(page))


@pytest.mark.parametrize("name", ["../../folder/a.pdf", "..\\\\..\\\\folder\\\\a.pdf", "/folder/a.pdf"])
def test_of_a_path_only_the_last_part_is_a_name(client: FlaskClient, made: Files, name: str) -> None:
    page = send(client, (made.good, name)).text
    assert list(downloads(page)) == ["a.report.pdf", "a.report.json", "a.report.xml"]
    assert "folder" not in page and "..\\" not in page and "../" not in page


def test_what_a_file_says_cannot_become_markup_or_turn_writing_round(client: FlaskClient, made: Files) -> None:
    page = send(client, (made.evil, "a.pdf")).text
    assert EVIL[:10] not in page
    assert "\u202e" not in page and "\u2066" not in page
    assert "<bdi>&lt;b onclick=&#34;x&#34;&gt;Eve&lt;/b&gt;[U+202E]fdp[U+2066].xml</bdi>" in page
    report = downloads(page)["a.report.xml"]
    assert etree.fromstring(report) is not None


@pytest.mark.parametrize("name", ["<i>x</i>!", '"><svg>\u202e\u2067'])
def test_a_fields_name_is_text_in_headings_tables_and_pictures_words(
    client: FlaskClient, made: Files, name: str
) -> None:
    old, new = (word.encode("utf-16-be").hex().upper().encode() for word in ("Signatory", name))
    assert made.repainted.count(old) >= 1 and len(new) == len(old)
    page = send(client, (made.repainted.replace(old, new), "a.pdf")).text
    assert html.escape(name[:7]) in page.replace("&#34;", "&quot;")
    assert "<i>" not in page and "<svg" not in page
    assert "\u202e" not in page and "\u2067" not in page
    assert "„Signatory“" not in page, "the field is called otherwise now"


def bomb() -> bytes:
    """Return a PDF whose one page is 400 MB long when unpacked, many times over."""
    stream = zlib.compress(zlib.compress(b"\0" * 400_000_000, 1), 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 20000 20000]/Contents 4 0 R>>",
        b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Fields 4 0 R>>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
        b"PK\x03\x04" + b"A" * 500,
        b"<html><script>alert(1)</script></html>",
        b"<html><script>alert(1)</script>\n%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\nstartxref\n0\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 100_000,
    ],
    ids=["empty", "picture", "archive", "page", "polyglot", "nested"],
)
def test_what_is_no_pdf_gets_an_answer_not_a_traceback(client: FlaskClient, content: bytes) -> None:
    found = send(client, (content, "a.pdf"))
    assert found.status_code == 200
    assert re.match(r"(Nicht lesbar|KEINE UNTERSCHRIFT) a\.pdf", first_words(found.text))
    assert "<script>alert" not in found.text


def test_a_bomb_gets_an_answer_and_the_next_file_too(client: FlaskClient, made: Files) -> None:
    found = send(client, (bomb(), "bomb.pdf"), (made.good, "a.pdf"))
    assert found.status_code == 200
    assert not first_words(found.text).startswith("Gültig")
    assert "Gültig und unverändert" in found.text


def test_somebody_else_may_not_send_a_form_here(client: FlaskClient, made: Files) -> None:
    assert send(client, (made.good, "a.pdf"), csrf="wrong").status_code == 403
    assert send(client, (made.good, "a.pdf"), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    for kind in ("application/json", "application/pdf", "text/plain"):
        assert client.post(PAGE, data=made.good[:1000], content_type=kind, headers=HTML).status_code == 403


# limits


@pytest.fixture
def looked_into(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of files that came as far as the desk."""
    names: list[str] = []
    real = VerificationDesk.verify

    def watched(self: VerificationDesk, data: bytes, *, name: str, **options: Any) -> Any:
        names.append(name)
        return real(self, data, name=name, **options)

    monkeypatch.setattr(VerificationDesk, "verify", watched)
    return names


def test_no_file_and_too_many_files_are_told_in_the_form(client: FlaskClient, looked_into: list[str]) -> None:
    found = send(client)
    assert (found.status_code, "Keine Datei gewählt" in found.text) == (422, True)
    found = send(client, *[(b"%PDF-", f"{number}.pdf") for number in range(room.FILES + 1)])
    assert (found.status_code, "Zu viele Dateien" in found.text) == (422, True)
    assert send(client, *[(b"%PDF-", f"{number}.pdf") for number in range(200)]).status_code == 413
    fields = {"csrf_token": secret(client), "x": "A" * (room.FIELDS + 1)}
    for kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        assert client.post(PAGE, data=fields, content_type=kind, headers=HTML).status_code == 413
    assert looked_into == []


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: FlaskClient, looked_into: list[str]) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("it was read")

        readinto = readline = read  # type: ignore[assignment]  # nothing of it at all

    token = secret(client)
    found = client.post(
        PAGE,
        input_stream=Unread(),
        content_type="multipart/form-data; boundary=x",
        headers={**HTML, "X-CSRFToken": token},
        environ_overrides={"CONTENT_LENGTH": str(LARGEST * 2)},
    )
    assert (found.status_code, "zu groß" in found.text) == (413, True)
    assert looked_into == []


def test_few_are_under_way_at_a_time_and_the_others_are_told_when_to_come_again(
    app: Flask, client: FlaskClient, made: Files, looked_into: list[str]
) -> None:
    places = app.extensions["verification"].under_way[room.STRANGER]
    for _ in range(room.AT_A_TIME[room.STRANGER]):
        assert places.acquire(blocking=False)
    found = send(client, (made.good, "a.pdf"))
    assert (found.status_code, found.headers["Retry-After"], looked_into) == (503, "5", [])
    assert "Gerade prüfen viele" in found.text
    places.release()
    for number in range(3):  # a place is given back whatever becomes of the request
        assert send(client, (made.good, "a.pdf"), csrf="wrong").status_code == 403
        assert send(client, (made.good, "a.pdf")).status_code == 200, number


def test_a_body_that_never_arrives_loses_its_connection_and_its_place(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ARRIVING", 0.1)
    mine, theirs = socket.socketpair()

    class Arriving(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _: Any) -> int:
            return len(mine.recv(1))  # nothing comes until the connection ends

    found = client.post(
        PAGE,
        content_type="multipart/form-data; boundary=x",
        headers=HTML,
        environ_overrides={
            "wsgi.input": io.BufferedReader(Arriving()),
            "CONTENT_LENGTH": "100",
            "gunicorn.socket": mine,
        },
    )
    assert found.status_code in (400, 403)
    assert theirs.recv(1) == b"", "the other side has been told"
    places = app.extensions["verification"].under_way[room.STRANGER]
    assert all(places.acquire(blocking=False) for _ in range(room.AT_A_TIME[room.STRANGER]))


def test_one_file_is_looked_into_at_a_time(app: Flask, made: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Semaphore(1)
    real = VerificationDesk.verify

    def alone(self: VerificationDesk, data: bytes, **options: Any) -> Any:
        assert going.acquire(blocking=False), "two at a time"
        try:
            return real(self, data, **options)
        finally:
            going.release()

    monkeypatch.setattr(VerificationDesk, "verify", alone)
    clients = [app.test_client() for _ in range(2)]
    tokens = [secret(one) for one in clients]
    found: list[int] = []

    def ask(one: FlaskClient, token: str) -> None:
        found.append(send(one, (made.good, "a.pdf"), csrf=token).status_code)

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(clients, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200, 200]


def test_one_address_may_send_only_so_often(client: FlaskClient, looked_into: list[str]) -> None:
    token = secret(client)
    found = [send(client, csrf=token).status_code for _ in range(room.BURST + 1)]
    assert found == [422] * room.BURST + [429]
    refused = send(client, csrf=token)
    assert (refused.headers["Retry-After"], "Zu viele Anfragen" in refused.text) == ("10", True)


def test_addresses_are_counted_under_words_that_nobody_can_turn_back_and_forgotten() -> None:
    keeper = room.Doorkeeper()
    keeper.count("192.0.2.7", now=0.0)
    keeper.count("2001:db8:1:2:3:4:5:6", now=0.0)
    keeper.count("2001:db8:1:2:ffff::1", now=0.0)
    assert len(keeper._counted) == 2, "half of an IPv6 address is one connection"
    assert not any(b"192" in name for name in keeper._counted)
    for number in range(6000):
        keeper.count(f"192.0.{number // 250}.{number % 250}", now=1.0)
    assert len(keeper._counted) == 5000
    keeper.count("192.0.2.7", now=200.0)
    assert len(keeper._counted) == 1, "nothing is remembered for longer than it counts"


def test_the_words_of_the_limits_are_those_of_the_limits() -> None:
    from web.wording import catalogue

    for lang in ("de", "en"):
        assert str(room.FILES) in catalogue(lang).problem("web.verification.too_many_files").text
        assert f"{LARGEST >> 20} MB" in catalogue(lang).problem("web.verification.too_large").text
    assert answer.inert("a\u202eb\x00") == "a[U+202E]b[U+0000]"
