"""Other ways through the ceremony: no, another device, another window, not yet."""

import json
import re
from datetime import timedelta

import pytest

from tests.agent.scratch_helpers import DESKTOP, PHONE, Customer
from tests.agent.test_agent_journey import sent

pytestmark = [pytest.mark.browser, pytest.mark.network]

WEIGHT = """(ids) => ids.map((id) => {
  const button = document.getElementById(id), style = getComputedStyle(button), box = button.getBoundingClientRect();
  const { fontSize, fontWeight, borderWidth, paddingTop } = style;
  return [fontSize, fontWeight, borderWidth, paddingTop, Math.round(box.width), Math.round(box.height)];
})"""


def test_a_customer_declines_with_a_reason_and_one_confirmation(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link)
    page = desktop.page
    first, second = page.evaluate(WEIGHT, ["begin", "decline"])
    assert first == second  # no is as large as yes
    desktop.taps = 0
    desktop.tap("#decline")
    desktop.wait("declining")
    first, second = page.evaluate(WEIGHT, ["decline-confirm", "decline-back"])
    assert first == second
    page.locator("#decline-reason").fill("Der Preis ist mir\n zu hoch.")
    desktop.tap("#decline-confirm")
    desktop.wait("declined")
    assert desktop.taps == 2
    assert sent(stack, "decline")[0]["reason"] == "Der Preis ist mir zu hoch."
    assert stack.state(contract) == "declined"
    assert "Es wurde nichts unterschrieben" in page.locator("#declined").inner_text()
    page.goto("about:blank")
    desktop.open(link, state="declined")
    assert stack.wire.types()[-1] == "hello"


def test_declining_needs_no_reason_and_is_possible_below_the_document(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    first, second = desktop.page.evaluate(WEIGHT, ["order-button", "decline-later"])
    assert first[1:4] == second[1:4] and first[4] <= second[4]
    desktop.tap("#decline-later")
    desktop.wait("declining")
    desktop.tap("#decline-confirm")
    desktop.wait("declined")
    assert sent(stack, "decline")[0]["reason"] == ""
    assert stack.state(contract) == "declined"


def test_whoever_goes_back_finds_the_page_as_it_was(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    desktop.tap("#decline-later")
    desktop.wait("declining")
    desktop.tap("#decline-back")
    desktop.wait("scratch")
    assert desktop.page.evaluate("document.activeElement.id") == "decline-later"
    desktop.scratch_with_mouse().type().order().done()
    assert "decline" not in stack.wire.types()
    assert stack.state(contract) == "concluded"


def test_a_lost_decline_is_sent_again_with_the_same_bytes(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    stack.wire.lose_after.append("decline")
    desktop.open(link)
    desktop.tap("#decline")
    desktop.tap("#decline-confirm")
    desktop.wait("declined")
    bodies = [each.body for each in stack.wire.seen if each.type == "decline"]
    assert len(bodies) == 2 and len(set(bodies)) == 1
    assert stack.state(contract) == "declined"


def test_a_page_closed_while_declining_declines(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    stack.wire.lose_before.extend(["decline"] * 8)
    desktop.open(link)
    desktop.tap("#decline")
    desktop.tap("#decline-confirm")
    desktop.page.wait_for_function("() => document.body?.dataset.connection === 'waiting'")
    desktop.page.goto("about:blank")
    stack.wire.lose_before.clear()
    desktop.open(link, state="declined")
    assert stack.state(contract) == "declined"


def hand_over(customer):
    customer.tap("#handover-open")
    customer.wait("handover")
    return customer.page.locator("#handover-link").input_value()


def test_from_a_phone_to_the_desktop_and_on_to_the_phone_that_signs(stack, desktop, context_of):
    contract, link = stack.invite()
    first = Customer(context_of(**PHONE).new_page())
    first.open(link)
    to_desktop = hand_over(first)
    desktop.open(to_desktop)
    further = hand_over(desktop)
    assert all(each.startswith(f"{stack.agent}/#") for each in (to_desktop, further))
    assert len({link, to_desktop, further}) == 3
    phone = Customer(context_of(**PHONE).new_page())
    phone.sign(further, scratch="finger")
    assert stack.state(contract) == "concluded"
    assert phone.download() == stack.signed(contract)
    desktop.tap("#handover-back")
    desktop.wait("landing")
    desktop.page.reload()
    desktop.wait("done")
    assert "konnte sie deshalb nicht vergleichen" in desktop.page.locator("#result").inner_text()


def test_the_picture_is_the_link(stack, desktop):
    """Drawn with its quiet zone, and readable: the modules are those of a QR code of this very link."""
    import segno

    _, link = stack.invite("mobile-plan")
    desktop.open(link)
    further = hand_over(desktop)
    drawn = desktop.page.evaluate(
        """() => {
          const image = document.getElementById('handover-code'), path = image.querySelector('path');
          const side = image.viewBox.baseVal.width, rows = [];
          const dark = new Path2D(path.getAttribute('d'));
          const brush = document.createElement('canvas').getContext('2d');
          for (let y = 4; y < side - 4; y++) {
            rows.push([]);
            for (let x = 4; x < side - 4; x++) rows.at(-1).push(brush.isPointInPath(dark, x + 0.5, y + 0.5) ? 1 : 0);
          }
          return rows;
        }"""
    )
    expected = segno.make_qr(further, error="m", boost_error=False)
    assert drawn == [[int(bool(module)) for module in row] for row in expected.matrix]
    image = desktop.page.get_by_role("img", name="QR-Code mit dem Link, der darunter steht")
    assert image.is_visible()


def test_after_ten_minutes_the_link_and_its_picture_are_gone(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.page.clock.install()
    desktop.open(link)
    first = hand_over(desktop)
    left = desktop.page.locator("#handover-left")
    assert re.fullmatch(r"Gilt noch (9:5\d|10:0\d) Minuten, für ein Gerät\.", left.inner_text())
    desktop.page.clock.run_for(9 * 60_000 + 1_000)
    assert re.search(r"noch (0:5\d|1:0\d) Minuten", left.inner_text())
    desktop.page.clock.run_for(70_000)
    desktop.page.locator("#handover-over").wait_for()
    assert not desktop.page.locator("#handover-code").is_visible()
    assert desktop.page.locator("#handover-link").input_value() == ""
    stack.clock.offset = timedelta(seconds=610)  # both clocks go on together
    desktop.tap("#handover-again")
    desktop.page.wait_for_function(
        "first => ![first, ''].includes(document.getElementById('handover-link').value)", arg=first
    )


@pytest.mark.parametrize("member", ["token", "link"])
def test_a_link_to_another_place_is_not_shown(stack, desktop, member):
    _, link = stack.invite("mobile-plan")

    def lie(answer):
        data = json.loads(answer)
        data["link"] = f"https://evil.example/#{data['token']}" if member == "link" else data["link"]
        data["token"] = "A" * 43 if member == "token" else data["token"]
        return json.dumps(data).encode()

    stack.wire.change["handover"] = lie
    desktop.open(link)
    desktop.tap("#handover-open")
    desktop.wait("problem")
    assert desktop.problem == "agent.network.unexpected_answer"
    assert desktop.page.locator("#handover-link").input_value() == ""


def test_the_link_from_the_mail_works_on_one_device_only_and_says_what_to_do(stack, desktop, phone):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link)
    phone.page.goto(link)
    phone.wait("problem")
    assert phone.problem == "ceremony.invitation.bound"
    assert "Auf anderem Gerät fortsetzen" in phone.page.locator("#problem-next").inner_text()
    assert stack.state(contract) == "invited"


def test_a_second_tab_says_so_and_may_take_over(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    second = Customer(desktop.page.context.new_page(), authenticator=False)
    seen = len(stack.wire.seen)
    second.page.goto(link)
    second.wait("elsewhere")
    assert len(stack.wire.seen) == seen  # the second window asks the server nothing
    second.tap("#take-over")
    second.wait("landing")
    desktop.wait("moved")
    second.begin().read().unlock().scratch_with_mouse().type().order().done()
    assert desktop.state == "moved"
    assert stack.state(contract) == "concluded"
    desktop.page.bring_to_front()
    with desktop.page.expect_navigation():
        desktop.tap("#moved-again")
    desktop.wait("elsewhere")
    second.page.close()
    desktop.page.reload()
    desktop.wait("done")


def test_a_reload_is_no_second_window(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link)
    for _ in range(3):
        desktop.page.reload()
        desktop.wait("landing")


def test_a_window_that_was_taken_over_sends_nothing_more(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock().scratch_with_mouse().type()
    second = Customer(desktop.page.context.new_page(), authenticator=False)
    second.page.goto(link)
    second.wait("elsewhere")
    second.tap("#take-over")
    desktop.wait("moved")
    seen = stack.wire.types().count("intent")
    assert seen == 0
    assert not desktop.page.locator("#order-button").is_visible()


def test_not_yet_is_said_in_plain_words(stack, desktop):
    _, link = stack.invite("mobile-plan")
    stack.wire.change["hello"] = lambda answer: json.dumps({**json.loads(answer), "state": "not_yet"}).encode()
    desktop.open(link, state="waiting")
    assert "nacheinander unterschrieben" in desktop.page.locator("#waiting").inner_text()
    assert desktop.page.locator("#decline-waiting").is_visible()
    stack.wire.change.clear()
    with desktop.page.expect_navigation():
        desktop.tap("#waiting-again")
    desktop.wait("landing")


def test_a_device_without_passkeys_is_led_to_another_one(stack, context_of):
    contract, link = stack.invite()
    page = context_of(**DESKTOP).new_page()
    page.add_init_script("delete window.PublicKeyCredential")
    customer = Customer(page, authenticator=False)
    customer.page.goto(link)
    customer.wait("problem")
    assert customer.problem == "agent.passkey.unavailable"
    customer.tap("#handover-problem")
    customer.wait("handover")
    phone = Customer(context_of(**PHONE).new_page())
    phone.sign(customer.page.locator("#handover-link").input_value())
    assert stack.state(contract) == "concluded"


def test_a_decline_that_comes_too_late_does_not_hide_the_signed_copy(stack, desktop, context_of):
    contract, link = stack.invite("mobile-plan")
    desktop.open(link)
    further = hand_over(desktop)
    Customer(context_of(**PHONE).new_page()).sign(further, scratch="finger")
    desktop.tap("#handover-back")
    desktop.tap("#decline")
    desktop.tap("#decline-confirm")
    desktop.wait("problem")
    assert desktop.problem == "engine.invitation.signed"
    assert stack.state(contract) == "concluded"
    desktop.page.reload()
    desktop.wait("done")
