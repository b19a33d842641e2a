"""The company's side in a real browser with a virtual authenticator: by everybody, on phone and desktop, axe clean."""

from __future__ import annotations

import os
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from esign.access import totp
from tests import browsers
from tests.axe import violations
from tests.company.people import PASSWORD, invited
from web import create_app

pytestmark = [pytest.mark.browser, pytest.mark.network]
WHOLE_CHROMIUM = True

PHONE, DESKTOP, NARROW = {"width": 360, "height": 740}, {"width": 1280, "height": 900}, {"width": 320, "height": 640}
SHOTS = os.environ.get("ESIGN_SHOTS", "")


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@pytest.fixture
def site(world: Any) -> Any:
    """The installation on a free port, reached under its own name."""
    server = make_server(
        "127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True, request_handler=Quiet
    )
    address = f"http://localhost:{server.port}"
    world.settings = world.settings.with_changes(web_url=address)
    world.start()
    app = create_app(world.application, agent_origin="http://localhost:8081", sandbox_url=None)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    world.address = address
    yield world
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def chromium(request: Any) -> Any:
    with browsers.chromium(whole=getattr(request.module, "WHOLE_CHROMIUM", False)) as instance:
        yield instance


class Person:
    """Somebody at a browser with an authenticator that knows its user."""

    def __init__(self, chromium: Any, *, script: bool = True, passkeys: bool = True, **size: int) -> None:
        self.context = chromium.new_context(viewport=size or DESKTOP, java_script_enabled=script, locale="de-DE")
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        session = self.context.new_cdp_session(self.page)
        if passkeys:
            session.send("WebAuthn.enable")
            session.send(
                "WebAuthn.addVirtualAuthenticator",
                {
                    "options": {
                        "protocol": "ctap2",
                        "transport": "internal",
                        "hasResidentKey": True,
                        "hasUserVerification": True,
                        "isUserVerified": True,
                        "automaticPresenceSimulation": True,
                    }
                },
            )

    def look(self, name: str) -> None:
        """Judge the page as it stands: axe, one heading, nothing wider than the screen."""
        page = self.page
        for size in (PHONE, DESKTOP, NARROW):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {size}"
            if SHOTS and size is not NARROW:
                page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)
        page.set_viewport_size(DESKTOP)
        assert page.locator("h1").count() == 1
        assert [(each["id"], each["nodes"]) for each in violations(self.page)] == [], name


def test_from_the_invitation_by_passkey_through_every_page(site: Any, chromium: Any) -> None:
    link = invited(site, "administrator", "legal").link
    person = Person(chromium)
    page = person.page
    page.goto(link)
    assert page.url == f"{site.address}/company/setup", "the token is out of the address"
    assert "Änne Admin" in page.inner_text("main")
    person.look("setup")
    page.fill("#label", "Diensttelefon")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/company/account/")
    assert "Diensttelefon" in page.inner_text("main")
    person.look("account")

    page.click("text=Abmelden")
    page.wait_for_url("**/company/login")
    person.look("login")
    page.goto(f"{site.address}/company/audit/")
    assert page.url == f"{site.address}/company/login?next=%2Fcompany%2Faudit%2F"
    page.click("form[data-passkey] button")
    page.wait_for_url("**/company/audit/")
    assert "Angemeldet" in page.inner_text("main")
    person.look("audit")

    page.goto(f"{site.address}/company/")
    person.look("home")
    page.click("nav >> text=Konten")
    person.look("accounts")
    page.click("text=Konto anlegen")
    person.look("account-new")
    page.fill("#name", "Klara Klerk")
    page.fill("#email", "klara@example.org")
    page.click("text=Anlegen und Link senden")
    assert "mindestens eine Rolle" in page.inner_text("[role=alert]")
    page.check("#role-clerk")
    page.click("text=Anlegen und Link senden")
    assert "Der Link ist unterwegs" in page.inner_text("[role=status]")
    person.look("account-one")
    page.click("text=Ändern")
    person.look("account-change")
    page.click("form[action$=lock] button")
    assert "gesperrt" in page.inner_text("main")

    site.clock.offset += timedelta(minutes=11)
    page.goto(f"{site.address}/company/account/passkey")
    assert "/company/confirm/?next=" in page.url
    person.look("confirm")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/company/account/passkey")
    person.look("passkey")
    page.goto(f"{site.address}/company/account/remove?way=passkey")
    person.look("remove")
    page.goto(f"{site.address}/company/account/password")
    person.look("password")
    assert [said for said in person.complaints if "status of 422" not in said] == []
    person.context.close()


def test_password_and_app_without_any_script(site: Any, chromium: Any) -> None:
    link = invited(site, "clerk", email="klara@example.org").link
    person = Person(chromium, script=False, passkeys=False, **PHONE)
    page = person.page
    page.goto(link)
    page.click("text=Passwort und App einrichten")
    import base64

    seed = base64.b32decode(page.inner_text("code.digest").replace(" ", ""))

    def code() -> str:
        return totp.code_at(seed, int(site.clock.now().timestamp()) // 30)

    page.fill("#code", code())
    page.fill("#password", PASSWORD)
    page.click("text=Speichern")
    assert page.url.endswith("/company/account/")
    page.click("text=Abmelden")
    site.clock.offset += timedelta(seconds=30)
    page.fill("#email", "klara@example.org")
    page.fill("#password", "falsch")
    page.fill("#code", "000000")
    page.click("form[action$=password] button")
    assert "nicht geklappt" in page.inner_text("[role=alert]")
    page.fill("#password", PASSWORD)
    page.fill("#code", code())
    page.click("form[action$=password] button")
    assert page.url == f"{site.address}/company/"
    page.goto(f"{site.address}/company/account/")
    page.select_option("#language", "en")
    page.click("text=Speichern")
    assert "My account" in page.inner_text("h1")
    assert page.get_attribute("html", "lang") == "en"
    person.context.close()


def test_a_passkey_that_is_cancelled_says_so_and_changes_nothing(site: Any, chromium: Any) -> None:
    person = Person(chromium, passkeys=False)
    page = person.page
    page.goto(f"{site.address}/company/login")
    refuse = "() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"
    page.evaluate(refuse)
    page.click("form[data-passkey] button")
    page.wait_for_selector("[data-refused]:not([hidden])")
    assert re.search("noch einmal", page.inner_text("[data-refused]"))
    assert page.url.endswith("/company/login")
    person.context.close()
