"""A scratch field for everyone: each way of using it, and each way of seeing or hearing it."""

import importlib.util
import json

import pytest
from PIL import Image, ImageChops

from tests.agent.inspector import WIDE, Inspector, large_enough_for_a_finger
from tests.agent.scratch_helpers import DESKTOP, PHONE, ROOT, Customer
from tests.agent.test_agent_journey import sent

pytestmark = [pytest.mark.browser, pytest.mark.network]

SMALL_PHONE = {**PHONE, "viewport": {"width": 320, "height": 568}}


class Switch:
    """Somebody with one switch: the scan moves on by Tab, the switch presses one key. Nothing else is at hand."""

    def __init__(self, customer, key):
        self.page = customer.page
        self.key = key

    def reach(self, identifier, limit=40):
        for _ in range(limit):
            if self.page.evaluate("document.activeElement?.id") == identifier:
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{identifier} is not reached")

    def press(self, identifier):
        self.reach(identifier)
        self.page.keyboard.press(self.key)
        self.page.clock.fast_forward(60_000)  # the next press takes a minute, and nothing is lost by that
        return self


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_one_switch_is_enough_and_there_is_no_hurry(stack, desktop, key):
    contract, link = stack.invite("mobile-plan")
    page = desktop.page
    page.clock.install()
    desktop.open(link)
    switch = Switch(desktop, key)
    switch.press("begin")
    desktop.wait("reading", "scratch")
    switch.reach("download-draft")  # the end of the document
    desktop.wait("scratch")
    for _ in range(12):
        switch.press("scratch-step")
        if desktop.state == "revealed":
            break
    desktop.wait("revealed")
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.insert_text(desktop.code())  # by the system's own keyboard on screen
    switch.press("order-button")
    desktop.done()
    assert sent(stack, "intent")[0]["telemetry"]["mode"] == "keyboard"
    assert stack.state(contract) == "concluded"


def test_a_switch_held_down_is_one_act_only(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read().unlock()
    page = desktop.page
    page.locator("#scratch-step").focus()
    for _ in range(6):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    desktop.wait("scratching")
    assert page.locator("#slider").input_value() == "1"


def test_one_switch_declines_and_hands_over(stack, desktop):
    contract, link = stack.invite("mobile-plan")
    page = desktop.page
    page.clock.install()
    desktop.open(link)
    switch = Switch(desktop, "Space")
    switch.press("handover-open")
    desktop.wait("handover")
    switch.press("handover-copy").press("handover-back")
    desktop.wait("landing")
    switch.press("decline")
    desktop.wait("declining")
    switch.press("decline-confirm")
    desktop.wait("declined")
    assert stack.state(contract) == "declined"


@pytest.mark.parametrize("scratch", ["mouse", "finger", "keyboard"])
def test_each_hand_opens_the_field(stack, context_of, scratch):
    customer = Customer(context_of(**(SMALL_PHONE if scratch == "finger" else DESKTOP)).new_page())
    contract, link = stack.invite("mobile-plan")
    customer.sign(link, scratch=scratch)
    mode = {"mouse": "mouse", "finger": "touch", "keyboard": "keyboard"}[scratch]
    assert sent(stack, "intent")[0]["telemetry"]["mode"] == mode
    assert stack.state(contract) == "concluded"


def test_the_smallest_phone_shows_the_whole_way(stack, context_of):
    """Narrower than those on which every state is judged (``states.py``)."""
    customer = Customer(context_of(**SMALL_PHONE).new_page())
    inspect = Inspector(customer, "small")
    _, link = stack.invite()
    customer.open(link)
    inspect.look("landing")
    customer.begin().identify().read()
    inspect.look("unlock")
    customer.unlock()
    large_enough_for_a_finger(customer)
    customer.scratch_with_keyboard()
    customer.wait("revealed")
    inspect.look("revealed")
    customer.type().order().done()
    inspect.look("done")
    assert inspect.findings == []


def test_no_finding_in_the_other_ways_on_the_smallest_phone(stack, context_of):
    context = context_of(**SMALL_PHONE)
    customer = Customer(context.new_page())
    inspect = Inspector(customer, "ways-small")
    _, link = stack.invite("mobile-plan")
    customer.open(link)
    customer.tap("#handover-open")
    customer.wait("handover")
    inspect.look("handover")
    customer.tap("#handover-back")
    customer.wait("landing")
    second = Customer(context.new_page(), authenticator=False)
    second.page.goto(link)
    second.wait("elsewhere")
    other = Inspector(second, inspect.device)
    other.look("elsewhere")
    second.tap("#take-over")
    second.wait("landing")
    inspect.look("moved")
    second.page.close()
    stack.wire.change["hello"] = lambda answer: json.dumps({**json.loads(answer), "state": "not_yet"}).encode()
    customer.page.reload()
    customer.wait("waiting")
    inspect.look("waiting")
    stack.wire.change.clear()
    customer.tap("#decline-waiting")
    customer.wait("declining")
    inspect.look("declining")
    customer.tap("#decline-confirm")
    customer.wait("declined")
    inspect.look("declined")
    assert inspect.findings + other.findings == []


def test_with_reduced_motion_nothing_moves(stack, context_of):
    customer = Customer(context_of(**DESKTOP, reduced_motion="reduce").new_page())
    moving = "() => document.getAnimations().length"
    _, link = stack.invite("mobile-plan")
    stack.wire.lose_before.append("open")
    customer.open(link).begin()
    customer.page.wait_for_function("() => document.body?.dataset.connection === 'waiting'")
    assert customer.page.evaluate(moving) == 0  # the wheel of the waiting page stands still
    customer.read().unlock().scratch_with_mouse()
    customer.wait("revealed")
    assert customer.page.evaluate(moving) == 0
    customer.type().order().done()


def test_with_forced_colours_field_code_and_picture_stay_visible(stack, desktop):
    page = desktop.page
    page.emulate_media(forced_colors="active", color_scheme="dark")
    _, link = stack.invite("mobile-plan")
    desktop.open(link)
    desktop.tap("#handover-open")
    desktop.wait("handover")
    ground = "() => getComputedStyle(document.getElementById('handover-code')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"  # a code on black is read by few cameras
    desktop.tap("#handover-back")
    desktop.wait("landing")
    desktop.begin().read().unlock()
    for identifier in ("scratch-step", "slider", "order-button", "decline-later"):
        assert page.locator(f"#{identifier}").is_visible()
    width = "() => getComputedStyle(document.querySelector('.scratch-field')).borderTopWidth"
    assert page.evaluate(width) == "2px"
    desktop.scratch_with_mouse()
    desktop.wait("revealed")
    code = desktop.code()
    assert len(code) == 6
    assert page.evaluate(WIDE) <= 0
    desktop.type(code).order().done()


def test_the_foil_is_what_pillow_draws():
    source = ROOT / "web" / "agent" / "foil.py"
    spec = importlib.util.spec_from_file_location("agent_foil", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = module.foil().convert("RGB")
    kept = Image.open(source.parent / "assets" / "foil.png").convert("RGB")
    assert drawn.size == kept.size == (720, 216)
    assert ImageChops.difference(drawn, kept).getbbox() is None
