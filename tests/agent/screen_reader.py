"""What a screen reader is given: live regions as they speak, the focus as it moves, names of the accessibility tree."""

from __future__ import annotations

import re
from typing import Any

_RECORDER = """() => {
  window.heard = [];
  const live = '[role=status], [role=alert], [aria-live]:not([aria-live=off])';
  const spoken = new WeakMap();
  const hear = (element) => {
    if (!element.getClientRects().length) return;
    const text = element.textContent.replace(/\\\\s+/g, ' ').trim();
    if (spoken.get(element) === text) return;
    spoken.set(element, text);
    if (text) window.heard.push(text);
  };
  const region = (node) => (node instanceof Element ? node : node.parentElement)?.closest(live);
  new MutationObserver((changes) => {
    for (const element of new Set(changes.map(({ target }) => region(target)).filter(Boolean))) hear(element);
  }).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['hidden'],
  });
  document.addEventListener('focusin', ({ target }) => {
    if (/^H\\\\d$/.test(target.tagName)) window.heard.push('# ' + target.textContent.trim());
  });
}"""

_TOLD = {"heading", "button", "link", "textbox", "slider", "img", "table", "timer", "region", "list"}


class ScreenReader:
    """Listens to one tab, over page loads."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.add_init_script(f"({_RECORDER.replace(chr(92) * 2, chr(92))})()")

    def heard(self) -> list[str]:
        """What was said since the last call: live texts, and ``# heading`` where the focus went to a heading."""
        return list(self.page.evaluate("() => (window.heard || []).splice(0)"))

    def controls(self, root: str) -> list[str]:
        """Role and name of everything that can be worked with below an element, from the accessibility tree."""
        lines = self.page.locator(root).aria_snapshot().splitlines()
        found = [re.match(r"\s*- (\w+) \"((?:[^\"\\]|\\.)*)\"", line) for line in lines]
        return [f"{each[1]} {each[2]}" for each in found if each and each[1] in _TOLD]
