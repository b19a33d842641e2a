"""Lost connections, closed pages, reloads: nothing is lost, nothing happens twice."""

import pytest

from tests.agent.scratch_helpers import DESKTOP, Customer
from tests.agent.test_agent_journey import sent

pytestmark = [pytest.mark.browser, pytest.mark.network]


def entries(stack, contract):
    def read():
        with stack.application.contracts.household.store.reading() as tx:
            return [str(entry.kind) for entry in tx.ledger.of_contract(contract)]

    return stack.call(read)


@pytest.mark.parametrize("way", ["lose_before", "lose_after"])
def test_each_lost_request_or_answer_is_sent_again_with_the_same_bytes(stack, desktop, way):
    """Every message of one and the same walk is lost once."""
    kinds = ["hello", "open", "document", "intent", "signature", "result"]
    contract, link = stack.invite()
    lost = getattr(stack.wire, way)
    lost.extend(kinds)
    desktop.sign(link)
    assert lost == []
    for kind in kinds:
        bodies = [each.body for each in stack.wire.seen if each.type == kind]
        assert len(set(bodies)) == 1, kind
        assert len(bodies) == (2 if way == "lose_after" else 1), kind
    assert stack.state(contract) == "concluded"
    assert entries(stack, contract).count("ceremony.attempt.opened") <= 1


def test_the_person_is_told_while_there_is_no_connection(stack, desktop):
    _, link = stack.invite("mobile-plan")
    stack.wire.lose_before.append("open")
    desktop.open(link).begin()
    told = desktop.page.wait_for_function(
        "() => document.body?.dataset.connection === 'waiting' && document.getElementById('connection').innerText"
    )
    assert "nicht zu erreichen" in told.json_value()
    desktop.wait("reading", "scratch")
    assert desktop.page.locator("#connection").inner_text() == ""


def test_a_reloaded_page_goes_on_with_the_same_attempt(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    fingerprint = desktop.page.locator("#fingerprint").text_content()
    desktop.page.reload()
    desktop.wait("landing")
    desktop.begin().read()
    assert desktop.page.locator("#fingerprint").text_content() == fingerprint
    bodies = [each.body for each in stack.wire.seen if each.type == "open"]
    assert len(bodies) == 2 and len(set(bodies)) == 1


def test_a_certificate_outlives_a_reload(stack, desktop):
    contract, link = stack.invite()
    desktop.open(link).begin().identify()
    desktop.page.reload()
    desktop.wait("landing")
    assert desktop.page.locator("#begin").inner_text() == "Dokument lesen"
    desktop.begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.wire.types().count("enrol") == 1
    assert stack.state(contract) == "concluded"


def close_before(stack, customer, link, kind):
    """Go as far as the order, lose this message, and close the tab; return a new tab of the same device."""
    customer.open(link).begin()
    customer.page.wait_for_function(
        "() => !document.body?.dataset.state || ['reading', 'scratch'].includes(document.body.dataset.state)"
    )
    if "/idp/" in customer.page.url:
        customer.identify()
    customer.read().unlock().scratch_with_mouse().type()
    stack.wire.lose_before.extend([kind] * 8)
    customer.order()
    customer.page.wait_for_function("() => document.body?.dataset.connection === 'waiting'")
    return customer


def test_a_page_closed_after_the_order_finishes_with_one_confirmation(stack, desktop):
    contract, link = stack.invite()
    close_before(stack, desktop, link, "intent")
    desktop.page.goto("about:blank")
    stack.wire.lose_before.clear()
    stack.wire.seen.clear()
    desktop.open(link, state="resuming")
    desktop.tap("#resume")
    desktop.done()
    assert stack.wire.types() == ["hello", "intent", "signature", "result"]
    assert desktop.download() == stack.signed(contract)


def test_a_page_closed_after_signing_finishes_by_itself(stack, desktop):
    contract, link = stack.invite()
    close_before(stack, desktop, link, "signature")
    desktop.page.goto("about:blank")
    stack.wire.lose_before.clear()
    stack.wire.seen.clear()
    desktop.open(link, state="done")
    assert stack.wire.types() == ["hello", "signature", "result"]
    assert stack.state(contract) == "concluded"


def test_at_the_simple_level_a_closed_page_finishes_by_itself(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    close_before(stack, desktop, link, "intent")
    desktop.page.goto("about:blank")
    stack.wire.lose_before.clear()
    desktop.open(link, state="done")
    assert stack.state(contract) == "concluded"


def test_two_devices_do_not_sign_twice(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link)
    desktop.tap("#handover-open")
    desktop.wait("handover")
    further = desktop.page.locator("#handover-link").input_value()
    desktop.tap("#handover-back")
    desktop.wait("landing")
    desktop.begin().read()
    other = Customer(desktop.page.context.browser.new_context(**DESKTOP).new_page())
    other.open(further).begin().read()
    desktop.unlock().scratch_with_mouse().type().order()
    desktop.wait("problem")
    assert desktop.problem == "ceremony.intent.superseded"
    other.scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"
    desktop.again("done")
    assert "konnte sie deshalb nicht vergleichen" in desktop.page.locator("#result").inner_text()
    other.page.context.close()


def test_an_attempt_whose_time_is_over_ends_before_the_code_is_shown(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    desktop.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3700_000; }")
    box = desktop._field()
    desktop.page.mouse.move(box["x"] + 20, box["y"] + 20)
    desktop.page.mouse.down()
    desktop.wait("problem")
    assert desktop.problem == "agent.attempt.expired"
    assert stack.state(contract) == "invited"
    desktop.page.mouse.up()
    desktop.page.reload()
    desktop.wait("landing")


def test_a_new_attempt_follows_one_that_the_server_has_ended(stack, desktop):
    from datetime import timedelta

    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    stack.clock.offset = timedelta(hours=2)
    desktop.scratch_with_mouse().type().order()
    desktop.wait("problem")
    assert desktop.problem == "ceremony.intent.expired"
    desktop.again("landing").begin().read().unlock().scratch_with_mouse().type().order().done()
    attempts = {payload["client_nonce"] for payload in sent(stack, "open")}
    assert len(attempts) == 2
    assert stack.state(contract) == "concluded"


def test_an_expired_certificate_is_renewed(stack, desktop):
    from datetime import timedelta

    contract, link = stack.invite()
    desktop.open(link).begin().identify()
    stack.clock.offset = timedelta(hours=1)
    desktop.page.reload()
    desktop.wait("landing")
    assert desktop.page.locator("#begin").inner_text() == "Weiter zum Ausweisen"
    desktop.begin().identify().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.wire.types().count("enrol") == 2
    assert stack.state(contract) == "concluded"


def test_a_timestamp_that_comes_later_finishes_the_contract_by_itself(stack, desktop):
    from certs.sandbox.tsa_faults import TsaFaults

    contract, link = stack.invite()
    desktop.open(link).begin().identify().read().unlock().scratch_with_mouse().type()
    authority = stack.sandbox.timestamps
    kept = authority.faults
    try:
        authority.faults = TsaFaults(http_500=True)
        desktop.order()
        desktop.page.wait_for_function("() => document.body?.dataset.connection === 'waiting'")
        assert stack.state(contract) != "concluded"
    finally:
        authority.faults = kept
    desktop.done()
    assert len({each.body for each in stack.wire.seen if each.type == "signature"}) == 1
    assert stack.state(contract) == "concluded"
