"""The page of consents: no login, no cookie, nothing ticked beforehand; revoking takes no more than giving."""

from __future__ import annotations

import html
import os
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route, sync_playwright

from tests.actors import COMPANY
from tests.axe import violations
from tests.browsers import ARGUMENTS, CHROMIUM

WEB = "http://localhost:8080"
SHOTS = os.environ.get("ESIGN_TEST_SHOTS", "")


@pytest.fixture
def contract(world: Any) -> str:
    data = dict(world.sample("mobile-plan")) | {"consents": ["early-performance", "advertising"]}
    return str(world.application.contracts.draw_up(COMPANY, data))


@pytest.fixture
def path(world: Any, contract: str) -> str:
    world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    found = re.search(r"(/einwilligungen/\S+)", world.post.text(0))
    assert found is not None
    return found[1]


@pytest.fixture
def door(world: Any) -> FlaskClient:
    app: Flask = world.apps[WEB]
    return app.test_client(use_cookies=False)


def given(world: Any, contract: str) -> list[tuple[str, bool]]:
    return [(each.text.kind, each.stands) for each in world.application.consents.of_contract(COMPANY, contract)]


def test_nothing_is_ticked_beforehand_and_no_script_or_cookie_is_needed(door: FlaskClient, path: str) -> None:
    """BGB § 312a (3); GDPR Art. 4 No. 11, Art. 7 (3); CJEU C-673/17."""
    answer = door.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert page.count('type="checkbox"') == 3 and "checked" not in page and "<script" not in page
    assert "hängt von keiner dieser Einwilligungen ab" in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_giving_and_revoking_are_one_press_each(world: Any, door: FlaskClient, path: str, contract: str) -> None:
    assert door.post(f"{path}/advertising", data={"statement": "email"}).status_code == 303
    assert given(world, contract) == [("advertising", True)]
    page = door.get(path).get_data(as_text=True)
    (consent,) = re.findall(r'name="consent" value="([^"]+)"', page)
    assert door.post(f"{path}/advertising/widerrufen", data={"consent": html.unescape(consent)}).status_code == 303
    assert given(world, contract) == [("advertising", False)]


def test_what_is_not_ticked_is_said_beside_it_and_nothing_is_kept(
    world: Any, door: FlaskClient, path: str, contract: str
) -> None:
    answer = door.post(f"{path}/early-performance", data={"statement": "demand"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and given(world, contract) == []
    assert 'value="demand" checked' in page and 'href="#early-performance-knowledge">Mir ist bekannt, dass' in page
    assert 'aria-describedby="early-performance-knowledge-said"' in page


def test_what_another_site_sends_and_strange_addresses_are_refused(
    world: Any, door: FlaskClient, path: str, contract: str
) -> None:
    foreign = {"Origin": "https://evil.example"}
    assert door.post(f"{path}/advertising", data={"statement": "email"}, headers=foreign).status_code == 403
    assert door.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    assert door.post(f"{path}/health-data", data={"statement": "examine"}).status_code == 422
    assert given(world, contract) == []


def test_a_person_gives_and_revokes_with_the_keyboard_alone(
    world: Any, door: FlaskClient, path: str, contract: str
) -> None:
    """WCAG 2.2 AA, at the width of a phone and of a desk."""

    def serve(route: Route) -> None:
        request = route.request
        place = urlsplit(request.url)
        answer = door.open(
            f"{place.path}?{place.query}",
            method=request.method,
            data=request.post_data_buffer,
            headers={k: v for k, v in request.headers.items() if k in ("content-type", "accept", "origin")},
            base_url=WEB,
            follow_redirects=True,  # the driver does not serve what a served answer leads to
        )
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)

    def look(page: Page, name: str) -> None:
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations(page)] == []
        wide = "[...document.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
        assert page.evaluate(f"{wide}.map((e) => e.outerHTML.slice(0, 120))") == []
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width in (360, 1280):
            context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True, locale="de-DE")
            context.route("**/*", serve)
            page = context.new_page()
            page.goto(f"{WEB}{path}")
            look(page, f"consents-{width}")
            page.locator("#early-performance-demand").focus()
            page.keyboard.press("Space")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.id") == "early-performance-knowledge"
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_role("alert").wait_for()
            look(page, f"consents-missing-{width}")
            page.locator("#early-performance-knowledge").focus()
            page.keyboard.press("Space")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_role("status").wait_for()
            look(page, f"consents-given-{width}")
            page.get_by_role("button", name="Einwilligung widerrufen").focus()
            page.keyboard.press("Enter")
            page.get_by_text("Ihre Einwilligung ist widerrufen").wait_for()
            context.close()
        browser.close()
    assert given(world, contract) == [("early-performance", False)] * 2
