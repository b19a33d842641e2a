"""Usable by everybody: languages, headings and focus, order of what is read, zoom, motion and contrast.

Every state on every screen is judged in the files ``test_agent_states_*.py``.
"""

import pytest

from tests.agent.inspector import WIDE, Inspector
from tests.agent.scratch_helpers import DESKTOP, Customer

pytestmark = [pytest.mark.browser, pytest.mark.network]


def test_no_finding_without_a_link(stack, desktop):
    inspect = Inspector(desktop, "desktop")
    desktop.page.goto(f"{stack.agent}/")
    desktop.wait("problem")
    inspect.look("problem-link")
    assert inspect.findings == []


def test_no_finding_at_four_hundred_per_cent_in_english_and_at_the_simple_level(stack, context_of):
    narrow = {**DESKTOP, "viewport": {"width": 320, "height": 256}, "locale": "en-GB"}  # 1280x1024 at 400 per cent
    customer = Customer(context_of(**narrow).new_page())
    inspect = Inspector(customer, "narrow")
    _, link = stack.invite("mobile-plan")
    customer.open(link)
    assert customer.page.evaluate("() => document.documentElement.lang") == "de"  # German first, whatever the browser
    customer.page.get_by_role("button", name="English").click()
    customer.page.wait_for_function("() => document.documentElement.lang === 'en'")  # the words come on demand
    inspect.look("landing")
    customer.begin().read()
    inspect.look("reading")
    customer.unlock().scratch_with_keyboard()
    customer.wait("revealed")
    inspect.look("revealed")
    customer.type().order().done()
    inspect.look("done")
    assert inspect.findings == []


def test_each_part_has_one_heading_of_the_first_level_and_the_focus_on_it(stack, desktop):
    heads = "() => [...document.querySelectorAll('h1')].filter((h) => h.getClientRects().length).map((h) => h.id)"
    focus = "() => document.activeElement.id"
    _, link = stack.invite("mobile-plan")
    desktop.open(link)
    assert desktop.page.evaluate(heads) == ["landing-title"] == [desktop.page.evaluate(focus)]
    desktop.begin()
    desktop.wait("reading", "scratch")
    assert desktop.page.evaluate(heads) == ["reading-title"] == [desktop.page.evaluate(focus)]
    desktop.read().unlock().scratch_with_mouse().type().order().done()
    assert desktop.page.evaluate(heads) == ["result-title"] == [desktop.page.evaluate(focus)]


def test_the_summary_stands_directly_above_the_button_and_the_button_says_only_its_label(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    order = desktop.page.evaluate(
        """() => {
          const names = ['declaration', 'scratch', 'code', 'summary', 'order-button'];
          const parts = names.map((id) => document.getElementById(id)), button = parts[4];
          return {
            before: button.previousElementSibling.id,
            inOrder: parts.every((each, at) => !at || parts[at - 1].compareDocumentPosition(each) & 4),
            label: button.textContent,
            name: button.getAttribute('aria-label'),
            lines: document.querySelectorAll('#summary tr').length,
          };
        }"""
    )
    assert order == {
        "before": "summary",
        "inOrder": True,
        "label": "zahlungspflichtig bestellen",
        "name": None,
        "lines": order["lines"],
    }
    assert order["lines"] >= 4


def test_the_document_is_there_as_text_for_those_who_do_not_see_the_picture(stack, desktop):
    _, link = stack.invite("mobile-plan")
    desktop.open(link).begin().read()
    text = desktop.page.locator("#pages").inner_text()
    assert "Mobilfunk" in text and "Widerruf" in text
    names = desktop.page.locator("#pages .page").evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert names[0] == f"Seite 1 von {len(names)}"


def test_zooming_makes_the_page_larger_and_keeps_it_in_its_region(stack, phone):
    _, link = stack.invite("mobile-plan")
    phone.open(link).begin()
    phone.wait("reading", "scratch")
    width = "() => document.querySelector('.page').clientWidth"
    fit = phone.page.evaluate(width)
    for _ in range(3):
        phone.page.locator("#zoom-in").click()
    assert phone.page.evaluate(width) == pytest.approx(2 * fit, abs=3)
    assert phone.page.evaluate(WIDE) <= 0


def test_reduced_motion_fades_nothing_and_forced_colours_keep_the_field_visible(stack, context_of):
    page = context_of(**DESKTOP, reduced_motion="reduce", forced_colors="active").new_page()
    customer = Customer(page)
    _, link = stack.invite("mobile-plan")
    customer.open(link).begin().read().unlock().scratch_with_mouse()
    customer.wait("revealed")
    assert page.evaluate("() => getComputedStyle(document.getElementById('foil')).transitionDuration") == "0s"
    border = page.evaluate("() => getComputedStyle(document.querySelector('.scratch-field')).borderTopWidth")
    assert border == "2px"
    Inspector(customer, "forced").look("revealed")
    customer.type().order().done()
