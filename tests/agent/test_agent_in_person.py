"""In person on a device of the company: the clerk hands a tablet over, the customer signs, nothing is left on it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Error

from esign.access import Actor, ActorKind, Permission
from tests.agent.scratch_helpers import Customer
from tests.agent.test_agent_journey import sent
from tests.company.people import invited, token_of

pytestmark = [pytest.mark.browser, pytest.mark.network]
WHOLE_CHROMIUM = True

TABLET = {"viewport": {"width": 810, "height": 1080}, "has_touch": True, "is_mobile": True, "locale": "de-DE"}
SIZES = {"phone": (360, 740), "tablet": (810, 1080), "desktop": (1280, 900)}
SHOTS = os.environ.get("ESIGN_SHOTS", "")
CLERK = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=frozenset({Permission.CONTRACTS_WRITE}))
KEPT = """async () => ({
  databases: (await indexedDB.databases()).length, local: localStorage.length, session: sessionStorage.length,
  caches: (await caches.keys()).length, persisted: await navigator.storage.persisted(), cookies: document.cookie,
})"""
NOTHING = {"databases": 0, "local": 0, "session": 0, "caches": 0, "persisted": False, "cookies": ""}


class Tablet(Customer):
    """The company's tablet, which knows the clerk's finger: whoever it is handed to must not be verified by it."""

    def look(self, name: str) -> None:
        """Judge the page as it stands on three screens."""
        for size, (width, height) in SIZES.items() if SHOTS else [("tablet", SIZES["tablet"])]:
            self.page.set_viewport_size({"width": width, "height": height})
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
            if SHOTS:
                self.page.screenshot(path=f"{SHOTS}/in-person-{name}-{size}.png", full_page=True)
        self.page.set_viewport_size(TABLET["viewport"])
        assert self.accessibility() == [], name

    def identify(self, person: str = "jana-beispiel") -> Tablet:
        """Log in in the second window, which closes by itself."""
        with self.page.context.expect_page() as opened:
            self.tap("#begin")
        beside = opened.value
        beside.wait_for_url("**/idp/**")
        assert "prompt=login" in beside.url and "max_age=0" in beside.url
        with beside.expect_event("close"):
            beside.locator(f'button[value="{person}"]').click()
        self.wait("reading", "unlock", "scratch")
        return self

    def hand(self, stack: Any, contract: str) -> Tablet:
        """Open a link that the desk made, without the desk."""
        made = stack.call(
            lambda: stack.application.in_person.hand_over(CLERK, contract, "signatory-1", company_device=True)
        )
        self.open(made.link)
        return self

    def doors_stand_open(self) -> None:
        """BGB §§ 312k (2), 356a (1): always there, in windows of their own that the person is told to close."""
        for name, path in (
            ("Vertrag widerrufen", "vertrag-widerrufen"),
            ("Verträge hier kündigen", "vertraege-hier-kuendigen"),
        ):
            door = self.page.get_by_role("link", name=name, exact=True)
            door.wait_for()
            assert path in str(door.get_attribute("href")) and door.get_attribute("target") == "_blank"
        assert "Schließen Sie es, bevor Sie das Gerät zurückgeben" in self.page.locator("footer").inner_text()

    def wait_until_over(self, ending: str) -> None:
        self.page.wait_for_url(f"**/?ended={ending}&lang=*")
        assert self.page.locator("#sandbox").is_visible()
        self.wait(f"ended-{ending}")
        self.doors_stand_open()
        assert self.page.evaluate(KEPT) == NOTHING
        words = self.page.locator("body").inner_text()
        assert "Jana" not in words and "Strom" not in words and "zurück" in words

    @property
    def passkeys(self) -> int:
        asked = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return len(asked["credentials"])


@pytest.fixture
def tablet(context_of: Any) -> Tablet:
    return Tablet(context_of(**TABLET).new_page())


def drawn_up(stack: Any, sample: str = "electricity-supply", **changes: Any) -> str:
    return str(stack.call(lambda: stack.application.contracts.draw_up(CLERK, stack.sample(sample, **changes))))


def test_the_clerk_hands_the_tablet_over_and_gets_it_back_empty(stack: Any, tablet: Tablet) -> None:
    contract = drawn_up(stack)
    linked = stack.call(lambda: invited(stack, "clerk", email="tablet@example.org", send=False))
    page = tablet.page
    page.goto(f"{stack.web}/company/setup/{token_of(linked.link)}" if "/setup/" in linked.link else linked.link)
    page.fill("#label", "Tablet am Tresen")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/company/account/")
    clerks = tablet.passkeys
    page.goto(f"{stack.web}/company/contracts/{contract}")
    page.get_by_role("link", name="Vor Ort unterschreiben").click()
    tablet.look("desk")
    page.get_by_role("link", name="Dieses Gerät übergeben").click()
    tablet.look("desk-device")
    page.get_by_role("button", name="Abmelden und übergeben").click()
    tablet.look("handed")
    assert "esign_company" not in {each["name"] for each in page.context.cookies()}
    link = page.get_by_role("link", name="Beginnen")
    address = str(link.get_attribute("href"))
    link.click()
    tablet.wait("landing")
    assert "in-person." not in page.url
    tablet.doors_stand_open()
    with page.context.expect_page() as beside:
        page.get_by_role("link", name="Vertrag widerrufen", exact=True).click()
    beside.value.get_by_role("heading", name="Vertrag widerrufen").wait_for()
    beside.value.close()
    tablet.look("landing")
    tablet.identify().read()
    tablet.look("reading")
    tablet.unlock().scratch_with_keyboard().type()
    page.keyboard.press("Enter")
    tablet.wait_until_over("signed")
    tablet.look("signed")
    assert tablet.passkeys == clerks, "a passkey was made or asked for on the company's device"
    assert stack.state(contract) == "concluded"
    (hello,) = sent(stack, "hello")
    assert hello["device"] == "company"

    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # neither to the ceremony nor to the desk: nothing of it is kept
        page.go_back()
    page.wait_for_url("chrome-error://**", wait_until="commit")  # the browser's own page about that
    page.goto(address)
    tablet.wait("problem")
    assert tablet.problem == "engine.invitation.closed"
    page.goto(f"{stack.web}/company/contracts/{contract}")
    assert "/company/login" in page.url
    page.click("form[data-passkey] button")
    page.wait_for_url(f"**/company/contracts/{contract}")
    assert "Vor Ort: Gerät des Unternehmens übergeben" in page.locator("main").inner_text()


def test_two_customers_one_after_another_and_each_way_to_end(stack: Any, tablet: Tablet) -> None:
    page = tablet.page
    first = drawn_up(stack)
    tablet.hand(stack, first).identify().read()
    page.reload()
    tablet.wait_until_over("reloaded")
    tablet.hand(stack, first)
    tablet.tap("#in-person-stop")
    tablet.wait_until_over("stopped")
    tablet.hand(stack, first)
    page.goto("about:blank")
    page.go_back()
    tablet.wait_until_over("reloaded")
    tablet.hand(stack, first)
    tablet.tap("#decline")
    tablet.wait("declining")
    tablet.tap("#decline-confirm")
    tablet.wait_until_over("declined")
    assert stack.state(first) == "declined"

    second = drawn_up(stack, "household-insurance")
    stack.wire.seen.clear()
    tablet.hand(stack, second)
    keys = {each["device_key"] for each in sent(stack, "hello")}
    tablet.identify("mehmet-yilmaz-gross").read().unlock().scratch_with_finger().type().order()
    tablet.wait_until_over("signed")
    assert stack.state(second) == "concluded" and len(keys) == 1


def test_who_goes_away_is_asked_and_then_everything_goes(stack: Any, tablet: Tablet) -> None:
    contract = drawn_up(stack)
    page = tablet.page
    page.clock.install()
    tablet.hand(stack, contract)
    page.clock.fast_forward(185_000)
    dialog = page.locator("#idle")
    dialog.wait_for(state="visible")
    assert "Sekunden" in dialog.inner_text()
    tablet.look("idle")
    page.locator("#idle-stay").click()
    dialog.wait_for(state="hidden")
    page.clock.fast_forward(185_000)
    dialog.wait_for(state="visible")
    page.clock.fast_forward(61_000)
    tablet.wait_until_over("idle")
    tablet.look("ended-idle")


def test_a_cancelled_identification_can_be_repeated_and_another_person_cannot_sign(stack: Any, tablet: Tablet) -> None:
    contract = drawn_up(stack)
    page = tablet.page
    tablet.hand(stack, contract)
    page.locator("#language").click()
    page.locator("html[lang=en]").wait_for()
    tablet.look("landing-en")
    with page.context.expect_page() as opened:
        tablet.tap("#begin")
    opened.value.wait_for_url("**/idp/**")
    tablet.look("beside-en")
    with opened.value.expect_event("close"):
        opened.value.locator("button[name=cancel]").click()
    tablet.wait("landing")
    page.locator("#landing-notice").wait_for(state="visible")
    with page.context.expect_page() as opened:
        tablet.tap("#begin")
    opened.value.wait_for_url("**/idp/**")
    with opened.value.expect_event("close"):
        opened.value.locator('button[value="mehmet-yilmaz-gross"]').click()
    tablet.wait("problem")
    assert tablet.problem.startswith("identity.person")
    tablet.look("problem-en")
    tablet.tap("#again")
    page.wait_for_url("**/?ended=problem&lang=en*")
    assert page.evaluate(KEPT) == NOTHING
    assert stack.state(contract) == "invited"
