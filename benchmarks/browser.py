"""A whole ceremony in a real browser: how long the person waits, part by part.

Waiting begins with a tap and ends when the next thing can be done and is painted. What the person does meanwhile
(choosing an identity, reading, scratching, typing) does not count; the passkey's prompts are confirmed at once.

Limit beside it: the time in which a request was under way; without it nothing could have been sooner.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser

from benchmarks.figures import Row, table
from benchmarks.installation import PERSONS
from benchmarks.running import Running, running
from tests.agent.scratch_helpers import PHONE, Customer
from tests.browsers import chromium

TEMPLATE = "cost-approval"
"""The two-page contract."""

LATENCY, DOWN, UP = 150, 1.6e6 / 8, 0.75e6 / 8
"""A slow mobile line: milliseconds a request, bytes a second."""

READS = {"first page": 5.0, "identity provider": 3.0, "document": 5.0, "declaration": 3.0}
"""Seconds that a quick reader takes on the slow line before going on; a patient one takes longer."""

PARTS = {
    "link": "link in the mail → first page",
    "begin": "begin → identity provider's page",
    "return": "identity chosen → document on screen",
    "unlock": "unlock → scratch field ready",
    "order": "order button → signed copy verified",
}

_WATCH = """(() => {
  const say = (what) => console.debug('mark', what, performance.timeOrigin + performance.now());
  const painted = (what) => requestAnimationFrame(() => setTimeout(() => say(what)));
  addEventListener('click', (event) => {
    const button = event.target.closest?.('button');
    if (button && event.isTrusted) say('tap ' + (button.id || button.value));
  }, true);
  const watch = () => {
    painted('page ' + location.pathname);
    const state = () => painted('state ' + document.body.dataset.state);
    new MutationObserver(state).observe(document.body, { attributes: true, attributeFilter: ['data-state'] });
    state();
  };
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', watch) : watch();
})()"""


@dataclass
class Marks:
    """What the page said, and when (milliseconds since 1970, the machine's clock)."""

    seen: list[tuple[str, float]] = field(default_factory=list)
    bytes: int = 0
    requests: int = 0
    started: dict[str, float] = field(default_factory=dict)
    under_way: list[tuple[float, float]] = field(default_factory=list)
    """Beginning and end of each request, milliseconds since 1970."""
    ahead: float = 0.0
    """Seconds between the two clocks of the browser's reports."""

    def begin(self, event: dict[str, Any]) -> None:
        """Take in that a request begins."""
        self.ahead = event["wallTime"] - event["timestamp"]
        self.started.setdefault(event["requestId"], event["wallTime"] * 1000)

    def end(self, event: dict[str, Any]) -> None:
        """Take in that an answer is complete."""
        self.bytes += int(event["encodedDataLength"])
        self.requests += 1
        began = self.started.get(event["requestId"])
        if began is not None:
            self.under_way.append((began, (event["timestamp"] + self.ahead) * 1000))

    def on_the_line(self, begin: float, end: float) -> float:
        """Return for how long of an interval at least one request was under way."""
        spent, done = 0.0, begin
        for first, last in sorted(self.under_way):
            first, last = max(first, done), min(last, end)
            if last > first:
                spent, done = spent + last - first, last
        return spent

    def hear(self, message: Any) -> None:
        """Take in a line of the page's console."""
        if message.type == "debug" and message.text.startswith("mark "):
            what, _, at = message.text.removeprefix("mark ").rpartition(" ")
            self.seen.append((what, float(at)))

    def first(self, what: str, since: float = 0.0) -> float:
        """Return when something was first seen since an instant."""
        return min(at for seen, at in self.seen if seen.startswith(what) and at >= since)


def measure(rounds: int = 12) -> str:
    """Return the report in Markdown."""
    with running() as house, chromium(whole=True) as browser:
        version = browser.version
        for _ in range(2):
            _ceremony(house, browser, slow=False)
        fast = [_ceremony(house, browser, slow=False) for _ in range(rounds)]
        slow = [_ceremony(house, browser, slow=True) for _ in range(rounds)]
    return "\n".join(
        [
            "## Ceremony in the browser",
            "",
            f"Chromium {version}, a new device each time (empty cache, no keys), contract `{TEMPLATE}` of two pages,",
            "advanced level with a passkey; installation as `esign demo` starts it.",
            "",
            "### On this machine, unthrottled",
            "",
            _report(fast),
            "",
            "### A slow phone on a slow line",
            "",
            f"Main thread slowed down four times, {LATENCY} ms a request, {DOWN * 8 / 1e6:.1f} Mbit/s down,",
            f"{UP * 8 / 1e6:.2f} Mbit/s up. A quick reader: "
            + ", ".join(f"{seconds:.0f} s for the {what}" for what, seconds in READS.items())
            + ".",
            "",
            _report(slow),
            "",
            f"Transfer of the same bytes alone at {DOWN * 8 / 1e6:.1f} Mbit/s: "
            f"{Row('', '', tuple(w['bytes'] for w in slow)).median / DOWN * 1000:,.0f} ms "
            f"({Row('', '', tuple(w['bytes'] for w in slow)).median / 1000:,.0f} kB in "
            f"{Row('', '', tuple(w['requests'] for w in slow)).median:.0f} requests).",
        ]
    )


def _report(walks: list[dict[str, float]]) -> str:
    rows = [Row(what, "ms", tuple(walk[name] for walk in walks)) for name, what in PARTS.items()]
    total = tuple(sum(walk[name] for name in PARTS) for walk in walks)
    line = Row("limit: of it, a request was under way", "ms", tuple(walk["line"] for walk in walks))
    whole = Row("**waiting in all**", "ms", total)
    return table([*rows, whole, line]) + f"\n\nWaiting / limit: **{whole.median / line.median:.2f}**."


def _ceremony(house: Running, browser: Browser, *, slow: bool) -> dict[str, float]:
    marks = Marks()
    link = house.invite(TEMPLATE)
    with _device(browser, marks, slow=slow) as customer:

        def reads(what: str) -> None:
            if slow:
                customer.page.wait_for_timeout(READS[what] * 1000)

        start = time.time() * 1000
        customer.open(link)
        reads("first page")
        customer.begin().page.wait_for_url("**/idp/**")
        reads("identity provider")
        customer.identify(PERSONS[TEMPLATE])
        reads("document")
        customer.read().unlock()
        reads("declaration")
        customer.scratch_with_finger().type().order().done()
        customer.page.wait_for_timeout(300)
    begin, unlock, order = marks.first("tap begin"), marks.first("tap unlock-button"), marks.first("tap order-button")
    chosen = marks.first(f"tap {PERSONS[TEMPLATE]}")
    waits = {
        "link": (start, marks.first("state landing")),
        "begin": (begin, marks.first("page /idp/", begin)),
        "return": (chosen, marks.first("state reading", chosen)),
        "unlock": (unlock, marks.first("state scratch", unlock)),
        "order": (order, marks.first("state done", order)),
    }
    return {
        **{name: end - start for name, (start, end) in waits.items()},
        "line": sum(marks.on_the_line(*wait) for wait in waits.values()),
        "bytes": float(marks.bytes),
        "requests": float(marks.requests),
    }


@contextmanager
def _device(browser: Browser, marks: Marks, *, slow: bool) -> Iterator[Customer]:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.on("console", marks.hear)
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", marks.begin)
    session.on("Network.loadingFinished", marks.end)
    if slow:
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        line = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
        session.send("Network.emulateNetworkConditions", line)
    try:
        yield Customer(page)
    finally:
        context.close()


if __name__ == "__main__":
    import sys

    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 12))
