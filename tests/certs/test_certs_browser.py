"""The sandbox's pages in a real browser: without JavaScript, on a phone and on a desk, for everybody."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from certs.sandbox import Sandbox, serve
from tests.axe import AXE, violations
from tests.browsers import chromium

pytestmark = [pytest.mark.browser, pytest.mark.network]

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
LETTER = (
    "From: Beispielwerke <vertrag@beispielwerke.example>\r\n"
    "To: mehmet.yilmaz-gross@sehr-langer-name-eines-anbieters.kunden.example\r\n"
    "Subject: =?utf-8?q?Donaudampfschifffahrtsgesellschaftsw=C3=A4rmelieferungsvertrag?=\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    f"Guten Tag\r\n\r\nhttp://localhost:8081/#{'x' * 90}\r\n"
).encode()


class Agent(BaseHTTPRequestHandler):
    """Another origin, to which the login page leads back."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>agent</title>")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def agent():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Agent)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory, agent):
    sandbox = Sandbox.create(tmp_path_factory.mktemp("world") / "sandbox", redirect_uris=(agent,))
    for _ in range(26):
        sandbox.mailbox.store.add(LETTER)
    return sandbox


@pytest.fixture(scope="module")
def address(sandbox):
    serving = serve.start(sandbox, port=0, smtp_port=0)
    yield f"http://localhost:{serving.port}"
    serving.stop()


@pytest.fixture(scope="module")
def browser():
    with chromium() as instance:
        yield instance


def login_path(agent, **changes):
    query = {
        "client_id": "esign",
        "redirect_uri": agent,
        "response_type": "code",
        "response_mode": "fragment",
        "scope": "openid profile",
        "state": "the state",
        "nonce": "n",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
        "login_hint": "mehmet-yilmaz-gross",
        **changes,
    }
    return f"/idp/authorize?{urlencode(query)}"


def test_one_tap_without_javascript_leads_back_to_the_agents_origin(browser, address, agent):
    context = browser.new_context(viewport=SIZES["phone"], java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(address + login_path(agent))
    page.get_by_role("button", name="Mehmet Yılmaz-Groß").click()
    page.wait_for_url(f"{agent}#*")
    answer = parse_qs(urlsplit(page.url).fragment)
    assert (answer["state"], len(answer["code"][0])) == (["the state"], 43)
    context.close()


def test_the_login_page_can_be_used_with_the_keyboard_alone(browser, address, agent):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(address + login_path(agent))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{agent}#*")
    assert "code" in parse_qs(urlsplit(page.url).fragment)
    context.close()


def test_changing_the_language_keeps_the_login_going(browser, address, agent):
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(address + login_path(agent))
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", level=1).text_content() == "Who are you?"
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{agent}#*")
    assert parse_qs(urlsplit(page.url).fragment)["error"] == ["access_denied"]
    context.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_every_page_fits_loads_nothing_foreign_and_has_no_accessibility_finding(browser, address, agent, sandbox, size):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/agent")
    mail = sandbox.mailbox.store.heads(count=1)[0].id
    context = browser.new_context(viewport=SIZES[size], locale="de-DE")
    page = context.new_page()
    foreign = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(address) else None)
    for path in (
        "/",
        "/mailbox",
        "/mailbox?page=2",
        f"/mailbox/{mail}",
        login_path(agent),
        "/nothing",
        "/idp/authorize",
    ):
        page.goto(address + path)
        assert page.locator(".banner").text_content().startswith("SANDBOX")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert [item["id"] for item in violations(page)] == [], path
    assert foreign == []
    context.close()
