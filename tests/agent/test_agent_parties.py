"""Several parties in real browsers: one after another, at the same time, and in somebody else's name."""

import pytest

from tests.actors import COMPANY
from tests.agent.scratch_helpers import DESKTOP, PHONE, Customer
from tests.samples import REPRESENTED, power_day

pytestmark = [pytest.mark.browser, pytest.mark.network]

COUPLE = "two-customers-electricity-sommerfeld"
MIRA, DAVID = "mira-sommerfeld", "david-sommerfeld"


def drawn_up(stack, name, **changes):
    return stack.call(lambda: stack.application.contracts.draw_up(COMPANY, stack.sample(name, **changes)))


def test_two_customers_sign_one_after_another(stack, context_of):
    contract = drawn_up(stack, COUPLE)
    invite = stack.application.contracts.invite
    (first,) = stack.mailed(lambda: invite(COMPANY, contract))
    (second,) = stack.mailed(lambda: invite(COMPANY, contract, "signatory-2"))
    david = Customer(context_of(**PHONE).new_page()).open(second, state="waiting")
    assert "Vor Ihnen unterschreibt noch jemand anderes" in david.page.locator("#waiting").inner_text()

    mira = Customer(context_of(**DESKTOP).new_page())
    mira.open(first).begin().identify(MIRA)
    mira.wait("reading")
    assert not mira.page.locator("#reading-earlier").is_visible()
    mira.read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "partly_signed"
    intermediate = mira.download()

    with david.page.expect_navigation():
        david.tap("#waiting-again")
    david.wait("landing")
    david.begin().identify(DAVID)
    david.wait("reading")
    assert "schon einmal unterschrieben" in david.page.locator("#reading-earlier").inner_text()
    david.read().unlock().scratch_with_finger().type().order().done()
    assert stack.state(contract) == "concluded"
    finished = david.download()
    assert finished == stack.signed(contract)
    assert finished.startswith(intermediate)  # what Mira signed is in it, byte by byte


def test_in_a_free_order_the_slower_one_begins_again_on_the_signed_document(stack, context_of):
    contract = drawn_up(stack, COUPLE, signing_order="free")
    first, second = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract))
    mira = Customer(context_of(**DESKTOP).new_page()).open(first).begin().identify(MIRA).read().unlock()
    david = Customer(context_of(**DESKTOP).new_page()).open(second).begin().identify(DAVID).read().unlock()
    mira.scratch_with_mouse().type().order().done()
    david.scratch_with_mouse().type().order()
    david.wait("problem")
    assert david.problem == "ceremony.intent.superseded"
    assert "jemand anderes hat unterschrieben" in david.page.locator("#problem-text").inner_text()
    david.again("landing").begin()
    david.wait("reading")
    assert "schon einmal unterschrieben" in david.page.locator("#reading-earlier").inner_text()
    david.read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


def test_a_representative_is_told_in_whose_name(stack, desktop):
    contract = drawn_up(stack, REPRESENTED)
    (link,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract))
    desktop.open(link)
    landing = desktop.page.locator("#landing").inner_text()
    assert "Bevollmächtigte" in landing
    assert "Sie unterschreiben im Namen von Karl-Heinz Österreicher." in landing
    desktop.begin()
    desktop.page.wait_for_function("() => !document.body?.dataset.state || document.body.dataset.state === 'reading'")
    if "/idp/" in desktop.page.url:
        desktop.identify("annika-oesterreicher")
    desktop.read()
    words = desktop.page.locator("#declaration").inner_text()
    assert "Karl-Heinz Österreicher" in words and f"Vollmacht vom {power_day(stack.sample(REPRESENTED))}" in words
    desktop.unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


def test_a_cancelled_contract_says_so(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    stack.call(lambda: stack.application.contracts.cancel(COMPANY, contract, "Angebot zurückgezogen"))
    desktop.unlock().scratch_with_mouse().type().order()
    desktop.wait("problem")
    assert desktop.problem == "engine.contract.cancelled"
    assert "zurückgezogen" in desktop.page.locator("#problem-title").inner_text()
    assert "Es wurde nichts unterschrieben" in desktop.page.locator("#problem-calm").inner_text()
    desktop.page.reload()
    desktop.wait("problem")
    assert desktop.problem == "closed"


def test_a_link_that_was_sent_anew_replaces_the_old_one(stack, desktop, context_of):
    contract, old = stack.invite("mobile-plan")
    desktop.open(old)
    (new,) = stack.mailed(lambda: stack.application.contracts.resend(COMPANY, contract, "signatory-1"))
    desktop.page.reload()
    desktop.wait("problem")
    assert desktop.problem == "ceremony.invitation.unknown"
    Customer(context_of(**PHONE).new_page()).sign(new, scratch="finger")
    assert stack.state(contract) == "concluded"
