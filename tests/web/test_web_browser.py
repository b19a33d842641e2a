"""The pages in a real browser: usable by everybody, by keyboard alone, on a phone."""

import threading

import pytest
from playwright.sync_api import Error as PlaywrightError
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.actors import COMPANY
from tests.axe import violations
from tests.browsers import chromium

pytestmark = [pytest.mark.browser, pytest.mark.network]

PHONE, DESKTOP, NARROW = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 900},
    {"width": 320, "height": 640},
)


class Quiet(WSGIRequestHandler):
    def log(self, type, message, *args):
        pass


@pytest.fixture
def site(app, engine, samples):
    for sample in samples:
        engine.contracts.invite(COMPANY, engine.contracts.draw_up(COMPANY, sample.data))
    engine.contracts.conclude("contract-1")
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    with chromium() as instance:
        yield instance


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=DESKTOP)
    sheet = context.new_page()
    sheet.complaints = []
    sheet.on("console", lambda message: sheet.complaints.append(message.text) if message.type != "log" else None)
    sheet.on("pageerror", lambda error: sheet.complaints.append(str(error)))
    yield sheet
    context.close()


PATHS = (
    "/",
    "/security",
    "/privacy",
    "/agent/manifest",
    "/demo/contracts",
    "/demo/contracts/contract-1",
    "/demo/contracts/contract-2",
    "/demo/contracts/contract-2/invited",
    "/problems/ceremony.intent.locked",
)


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_keeps_anybody_out(page, site, lang, viewport):
    """WCAG 2.2 AA and best practice, as far as axe-core can tell."""
    page.set_viewport_size(viewport)
    page.goto(f"{site}/?lang={lang}")
    for path in PATHS:
        page.goto(site + path)
        assert [(v["id"], v["nodes"][0]["html"]) for v in violations(page)] == [], path
        assert page.evaluate("document.documentElement.lang") == lang
    assert page.complaints == []


def test_pages_fit_a_narrow_screen_without_sideways_scrolling(page, site):
    """WCAG 2.2, 1.4.10 Reflow: 320 CSS pixels."""
    page.set_viewport_size(NARROW)
    for path in PATHS:
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_keyboard_alone_draws_up_a_contract(page, site, engine):
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0, "the skip link shows itself when it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid", "whoever has no mouse sees where they are"
    page.keyboard.press("Enter")
    page.wait_for_url("**/invited")
    assert page.locator("h1").inner_text() == "Einladung ist unterwegs"
    assert len(engine.contracts.views) == 3
    assert page.complaints == []


def test_the_browser_sends_the_one_cookie_and_nothing_else_is_stored(page, site):
    page.goto(f"{site}/?lang=en")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["esign_session"]
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_what_got_into_a_page_neither_runs_nor_calls_home(page, site):
    page.goto(site)
    with pytest.raises(PlaywrightError, match="TrustedScriptURL"):
        page.evaluate("document.createElement('script').src = '/static/evil.js'")
    blocked = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
            const pixel = document.createElement("img");
            pixel.src = "http://evil.example/pixel.png";
            document.body.append(pixel);
        })"""
    )
    assert blocked == "img-src"
