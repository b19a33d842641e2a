"""Coming back: after a refusal the page begins cleanly; after the conclusion it takes the longer file and no other."""

import pytest

from tests.actors import COMPANY
from tests.agent.scratch_helpers import DESKTOP, Customer
from tests.agent.test_agent_refusals import transcript

pytestmark = [pytest.mark.browser, pytest.mark.network]

COUPLE = "two-customers-electricity-sommerfeld"
MIRA, DAVID = "mira-sommerfeld", "david-sommerfeld"


def flip(at):
    return lambda body: body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def reloaded(customer, state):
    customer.page.reload()
    customer.wait(state)
    return customer


def test_a_reload_after_a_refused_enrolment_begins_cleanly(stack, desktop):
    contract, link = stack.invite()
    desktop.open(link).begin()
    desktop.page.wait_for_url("**/idp/**")
    desktop.tap('button[value="karl-heinz-oesterreicher"]')
    desktop.wait("problem")
    assert desktop.problem.startswith("identity.person")
    sent = stack.wire.types().count("enrol")
    reloaded(desktop, "landing")
    assert stack.wire.types().count("enrol") == sent, "the refused message is not sent again"
    desktop.begin().identify().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("open", "engine.open.certificate_unknown"),
        ("open", "ceremony.invitation.too_many_attempts"),
        ("document", "engine.attempt.unknown"),
    ],
)
def test_a_reload_after_a_refused_offer_begins_cleanly(stack, desktop, kind, code):
    contract, link = stack.invite()
    stack.wire.refuse[kind] = code
    desktop.open(link).begin()
    desktop.page.wait_for_url("**/idp/**")
    desktop.tap('button[value="jana-beispiel"]')
    desktop.wait("problem")
    assert desktop.problem == code
    del stack.wire.refuse[kind]
    reloaded(desktop, "landing").begin()
    if code == "engine.open.certificate_unknown":
        desktop.identify()
    desktop.read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


@pytest.mark.parametrize("kind", ["open", "document"])
def test_a_reload_after_a_lie_asks_for_a_new_offer(stack, desktop, kind):
    contract, link = stack.invite("mobile-plan")
    stack.wire.change[kind] = flip(60) if kind == "document" else transcript(lambda t: t.update(client_nonce="0" * 64))
    desktop.open(link).begin()
    desktop.wait("problem")
    assert desktop.problem.startswith("agent.")
    lied = desktop.problem
    del stack.wire.change[kind]
    reloaded(desktop, "landing").begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded", lied


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("intent", "ceremony.intent.superseded"),
        ("intent", "ceremony.intent.locked"),
        ("signature", "ceremony.signature.expired"),
    ],
)
def test_a_reload_after_a_refused_declaration_begins_cleanly(stack, desktop, kind, code):
    contract, link = stack.invite()
    desktop.open(link).begin().identify().read().unlock().scratch_with_mouse().type()
    stack.wire.refuse[kind] = code
    desktop.order()
    desktop.wait("problem")
    assert desktop.problem == code
    del stack.wire.refuse[kind]
    reloaded(desktop, "landing").begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"


def test_a_reload_while_a_service_is_silent_goes_on_where_it_was(stack, desktop):
    """What may still be answered is no refusal: the same bytes are sent again."""
    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock().scratch_with_mouse().type()
    stack.wire.lose_before += ["intent"] * 2
    desktop.order()
    desktop.wait("progress-declared")
    reloaded(desktop, "done")
    assert stack.state(contract) == "concluded"
    assert len({request.body for request in stack.wire.seen if request.type == "intent"}) == 1


def test_who_signed_first_comes_back_to_the_longer_file_and_to_no_other(stack, context_of):
    contract = stack.call(lambda: stack.application.contracts.draw_up(COMPANY, stack.sample(COUPLE)))
    (first,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract))
    mira = Customer(context_of(**DESKTOP).new_page())
    mira.open(first).begin().identify(MIRA).read().unlock().scratch_with_mouse().type().order().done()
    early = mira.download()
    named = mira.page.locator("#receipt-file").inner_text()
    stack.call(stack.application.delivery.deliver_due)
    second = stack.links()[-1]
    david = Customer(context_of(**DESKTOP).new_page())
    david.open(second).begin().identify(DAVID).read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"

    stack.wire.change["result"] = flip(len(early) // 2)
    reloaded(mira, "problem")
    assert mira.problem == "agent.result.other_document"
    stack.wire.change["result"] = lambda body: body + b"\n"
    reloaded(mira, "problem")
    assert mira.problem == "agent.result.later_revision"
    assert "hinter Ihrer Unterschrift" in mira.page.locator("#problem-text").inner_text()
    del stack.wire.change["result"]

    reloaded(mira, "done")
    late = mira.download()
    assert late == stack.signed(contract) and late.startswith(early) and len(late) > len(early)
    assert mira.page.locator("#receipt-file").inner_text() != named
    stack.wire.change["result"] = lambda _: early  # the receipt names the longer file now: no way back
    reloaded(mira, "problem")
    assert mira.problem == "agent.result.other_document"
