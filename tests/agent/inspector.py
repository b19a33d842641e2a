"""Looks at the agent's page as it stands: axe-core, reflow, size of controls, headings, focus, cut-off words.

With ``AGENT_SHOTS=<folder>`` every state is also photographed, so that somebody can look at the pictures.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

SHOTS = os.environ.get("AGENT_SHOTS")
"""A folder: then every state is also photographed there."""

SMALL = """() => [...document.querySelectorAll('button, a, input, summary, textarea')]
  .filter((each) => each.getClientRects().length && getComputedStyle(each).visibility === 'visible')
  .map((each) => [each.id || each.textContent.slice(0, 30), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""

WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

CUT = """() => [...document.querySelectorAll('main *, header *, footer *, .connection')]
  .filter((each) => each.getClientRects().length && !each.closest('.pages, svg, .visually-hidden, .scratch-field, pre'))
  .filter((each) => !['INPUT', 'TEXTAREA', 'CANVAS'].includes(each.tagName))
  .filter((each) => each.clientWidth && (each.scrollWidth > each.clientWidth + 1))
  .map((each) => `${each.tagName} ${each.id || each.className} ${each.textContent.trim().slice(0, 40)}`)"""

HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4')]
  .filter((each) => each.getClientRects().length)
  .map((each) => [Number(each.tagName[1]), each.textContent.trim()])"""

WORDLESS = """() => [...document.querySelectorAll('main [data-t], main [data-said], main button, main a[href]')]
  .filter((each) => each.getClientRects().length && !each.textContent.trim() && !each.getAttribute('aria-label'))
  .map((each) => each.id || each.outerHTML.slice(0, 80))"""

SKELETON = """() => {
  const copy = document.documentElement.cloneNode(true);
  const words = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) if (words.currentNode.data.trim()) words.currentNode.data = 'words';
  copy.querySelector('body').removeAttribute('data-problem');
  return copy.outerHTML;
}"""
"""Everything of a page but its words: elements, attributes, what is hidden, and where there are words at all."""

UNFILLED = """() => (document.body.innerText.match(/\\{\\w+\\}|undefined|null|NaN|\\[object/g) ?? [])"""


def large_enough_for_a_finger(customer: Any) -> None:
    """The scratch field is, whatever the screen."""
    field = customer.page.locator(".scratch-field").bounding_box()
    assert field["width"] >= 280 and field["height"] >= 80


class Inspector:
    """Looks at a page in every state that it comes to."""

    def __init__(self, customer: Any, device: str) -> None:
        self.customer = customer
        self.device = device
        self.findings: list[str] = []
        self.seen: list[str] = []

    def look(self, name: str, *, own: bool = True, judged: set[str] | None = None) -> None:
        """Judge the page as it stands; a page that is not the agent's own by the general rules only.

        With ``judged``, what axe-core has been asked about: pages that differ in nothing but their words, which do not
        touch its rules, are put before it once. What words do to a screen is measured here on every one of them.
        """
        page = self.customer.page
        page.wait_for_timeout(500 if SHOTS else 50)
        self.seen.append(name)
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{self.device}-{name}.png", full_page=False)
            page.screenshot(path=f"{SHOTS}/{self.device}-{name}-full.png", full_page=True)
        skeleton = page.evaluate(SKELETON) if judged is not None else ""
        if judged is None or skeleton not in judged:
            self._found(name, self.customer.accessibility())
        if judged is not None:
            judged.add(skeleton)
        if (wide := page.evaluate(WIDE)) > 0:
            self._found(name, [f"{wide} pixels wider than the window"])
        if not own:
            return
        self._found(name, [f"too small: {each}" for each in page.evaluate(SMALL)])
        self._found(name, [f"cut off: {each}" for each in page.evaluate(CUT)])
        self._found(name, [f"without words: {each}" for each in page.evaluate(WORDLESS)])
        self._found(name, [f"not filled in: {each}" for each in page.evaluate(UNFILLED)])
        self._headings(name, page.evaluate(HEADINGS))
        if not page.evaluate(
            "() => document.activeElement === document.body || document.activeElement.checkVisibility()"
        ):
            self._found(name, ["the focus is on something that nobody sees"])

    def _headings(self, name: str, headings: list[tuple[int, str]]) -> None:
        levels = [level for level, _ in headings]
        if levels.count(1) != 1 or levels[0] != 1:
            self._found(name, [f"headings {headings}"])
        self._found(
            name,
            [
                f"heading skips a level before {headings[at]}"
                for at in range(1, len(levels))
                if levels[at] > levels[at - 1] + 1
            ],
        )
        self._found(name, ["empty heading" for _, text in headings if not text])

    def _found(self, name: str, findings: list[str]) -> None:
        self.findings += [f"{name}: {each}" for each in findings]
