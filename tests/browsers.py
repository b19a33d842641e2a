"""The browsers that tests drive: which program, with which arguments, and how long anything may take.

How long things may take is generous: it costs nothing while they work, and a busy machine is no finding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect, sync_playwright

WHOLE = "/usr/bin/chromium"
"""The browser, as people have it."""

_SHELL = "/usr/bin/chromium-headless-shell"

CHROMIUM = _SHELL if Path(_SHELL).exists() else WHOLE
"""What a test of pages drives: the same engine without the browser's own windows, where Debian's package is there."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000
"""Milliseconds that a step in a browser may take."""

expect.set_options(timeout=PATIENCE)


def arriving(click: Callable[..., None]) -> Callable[..., None]:
    """Let a click that leads to another page end when that page is there whole, not when its first byte is.

    The driver waits for the new page to begin; what a test reads at once would be half a page on a busy machine.
    """

    @wraps(click)
    def step(at: Any, *arguments: Any, **options: Any) -> None:
        click(at, *arguments, **options)
        page = at.page if isinstance(at, Locator) else at
        if not page.is_closed():
            page.wait_for_load_state("load")

    return step


Locator.click = arriving(Locator.click)  # type: ignore[method-assign]  # the same click, waited for
Page.click = arriving(Page.click)  # type: ignore[method-assign]  # the same click, waited for


def patient(context: Any) -> Any:
    """Let every step in the context take as long as it needs."""
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(PATIENCE)
    return context


@contextmanager
def chromium(*, whole: bool = False) -> Iterator[Any]:
    """A browser whose contexts are patient.

    Its event loop would be in the way of tests without browsers in the same process: it ends with its module.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=WHOLE if whole else CHROMIUM, args=ARGUMENTS)
        new_context = browser.new_context
        browser.new_context = lambda **options: patient(new_context(**options))
        yield browser
        browser.close()


@contextmanager
def on_profile(playwright: Any, profile: Path, **options: Any) -> Iterator[Any]:
    """A process of the whole browser on a profile of its own, ended when the block is."""
    context = patient(
        playwright.chromium.launch_persistent_context(str(profile), executable_path=WHOLE, args=ARGUMENTS, **options)
    )
    try:
        yield context
    finally:
        context.close()


def until(page: Any, true: Callable[[], Any]) -> None:
    """Wait until something outside the browser is true; the browser's events go on meanwhile."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        page.wait_for_timeout(20)
