"""The page for everybody in a real browser: every kind of file, phone and desktop, keyboard alone, without a script."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from werkzeug.serving import WSGIRequestHandler, make_server

from esign.engine.verification import LARGEST
from tests.axe import violations
from tests.browsers import chromium
from tests.verification.files import Files
from web.verification import room

pytestmark = [pytest.mark.browser, pytest.mark.network]

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
HEADINGS = {
    "good": "Gültig und unverändert",
    "changed": "NACH DER UNTERSCHRIFT VERÄNDERT",
    "revoked": "Offen: weder gültig noch ungültig",
    "sandbox": "Gültig und unverändert",
    "broken": "Nicht lesbar",
}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@pytest.fixture
def site(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as instance:
        yield instance


@pytest.fixture
def on_disk(made: Files, tmp_path: Path) -> dict[str, str]:
    """Files as somebody has them."""
    folder = tmp_path / "mine"
    folder.mkdir()
    found = {}
    for kind in (*HEADINGS, "evil"):
        path = folder / f"{kind}.pdf"
        path.write_bytes(getattr(made, kind))
        found[kind] = str(path)
    large = folder / "large.pdf"
    with large.open("wb") as target:
        target.truncate(LARGEST + 1)
    found["large"] = str(large)
    return found


def page_of(browser: Any, site: str, **options: Any) -> Any:
    context = browser.new_context(**options)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{site}/pruefen")
    return page


def axe(page: Any) -> list[Any]:
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in violations(page)]


def done(page: Any) -> None:
    expect(page.locator("#state")).to_have_text(re.compile("Geprüft:|konnte|größer|höchstens"))


@pytest.mark.parametrize("size", SIZES)
def test_every_kind_of_file_is_answered_on_the_page_and_keeps_nobody_out(
    browser: Any, site: str, on_disk: dict[str, str], size: str
) -> None:
    page = page_of(browser, site, viewport=SIZES[size])
    assert axe(page) == []
    for kind, heading in HEADINGS.items():
        page.set_input_files("#files", on_disk[kind])
        page.click("#verify button")
        done(page)
        assert page.locator("#answer h2").inner_text() == heading
        assert page.evaluate("document.activeElement === document.querySelector('#answer h2')"), "it is read out next"
        first = page.locator("article.verdict").inner_text().splitlines()[0]
        assert first.startswith("SANDBOX") == (kind == "sandbox")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        page.evaluate("document.querySelectorAll('#answer details').forEach(one => { one.open = true; })")
        if size == "desktop" or kind == "changed":
            assert axe(page) == [], kind
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], kind
    assert page.url == f"{site}/pruefen", "nothing of a file stands in an address"
    assert page.complaints == []


def test_the_keyboard_alone_verifies_opens_the_steps_and_keeps_a_report(
    browser: Any, site: str, on_disk: dict[str, str]
) -> None:
    page = page_of(browser, site, viewport=SIZES["desktop"])
    page.focus("#files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files([on_disk["changed"], on_disk["good"]])
    assert page.inner_text("#files-said") == "Gewählt: changed.pdf, good.pdf"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    done(page)
    assert page.inner_text("#state") == "Geprüft: 2."
    assert page.locator("article.verdict").count() == 2
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
        if seen[-1] == "Bericht als JSON":
            break
    assert seen[:2] == ["Bericht als PDF", "Bericht als JSON"]
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "changed.report.json"
    report = json.loads(Path(download.value.path()).read_bytes())
    assert report["verdict"]["clean"] is False
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("details.part").first.evaluate("one => one.open")
    assert page.complaints == []


def test_files_can_be_dropped_and_what_is_too_large_is_not_even_sent(
    browser: Any, site: str, on_disk: dict[str, str], made: Files
) -> None:
    page = page_of(browser, site, viewport=SIZES["desktop"])
    page.evaluate(
        """octets => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([new Uint8Array(octets)], "<b onclick=x>x.pdf", {type: "application/pdf"}));
            const zone = document.querySelector(".drop");
            zone.dispatchEvent(new DragEvent("dragover", {dataTransfer: dropped, bubbles: true, cancelable: true}));
            zone.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
        }""",
        list(made.evil),
    )
    page.click("#verify button")
    done(page)
    assert page.locator("#answer .verdict-file").inner_text() == "<b onclick=x>x.pdf"
    assert page.locator("#answer [onclick], #answer .verdict-file b").count() == 0
    assert "[U+202E]fdp[U+2066].xml" in page.inner_text("#answer")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.set_input_files("#files", on_disk["large"])
    page.click("#verify button")
    done(page)
    assert page.inner_text("#state") == "large.pdf ist größer als 50 MB und wird nicht geprüft."
    assert sent == []
    assert page.complaints == []


def test_while_many_verify_the_page_waits_and_tries_again(
    browser: Any, site: str, app: Any, on_disk: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("web.problems", fromlist=["x"]).RETRY_AFTER, "web.verification.busy", 1)
    places = app.extensions["verification"].under_way[room.STRANGER]
    for _ in range(room.AT_A_TIME[room.STRANGER]):
        places.acquire()
    page = page_of(browser, site, viewport=SIZES["phone"])
    page.set_input_files("#files", on_disk["good"])
    page.click("#verify button")
    expect(page.locator("#state")).to_have_text("Gerade prüfen viele. Nächster Versuch in 1 Sekunden.")
    places.release()
    done(page)
    assert page.inner_text("#answer h2") == HEADINGS["good"]


def test_without_a_script_the_form_does_the_same(browser: Any, site: str, on_disk: dict[str, str]) -> None:
    page = page_of(browser, site, viewport=SIZES["phone"], java_script_enabled=False)
    page.click("#verify button")
    assert page.locator(".problems h2").inner_text() == "Keine Datei gewählt"
    page.set_input_files("#files", [on_disk[kind] for kind in HEADINGS])
    page.click("#verify button")
    assert page.locator("#answer h2").all_inner_texts() == list(HEADINGS.values())
    assert page.locator(".overview li").count() == 5
    with page.expect_download() as download:
        page.locator("a[download$='.pdf']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.goto(f"{site}/pruefen?lang=en")
    page.set_input_files("#files", on_disk["changed"])
    page.click("#verify button")
    assert page.locator("#answer h2").inner_text() == "MODIFIED AFTER IT WAS SIGNED"
