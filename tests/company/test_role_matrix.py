"""Every role against every route of the company's side: generated from the routes, so that none is forgotten.

Each view declares who may call it (``web.company.guard``); the engine decides by the same permissions. For every route:
nobody logged in, an account that is locked, every role alone, and the right role with an object of another tenant.
Whoever may not is refused with the right status, and nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from esign.access import ALLOWED, Permission, Role, system
from tests.company.browser import Browser
from tests.company.examples import EXAMPLES, FORMS, QUERIES
from tests.company.people import Colleague, colleague
from web.company.guard import Access, access_of

WEB = "http://localhost:8080"
CONTENTLESS = {"account_session", "login_flow", "login_throttle"}
"""Tables in which a request may leave a trace of having been made: when a login was last used, a challenge."""


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    rule: str
    endpoint: str
    arguments: frozenset[str]
    access: Access

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def address(self, found: dict[str, str]) -> str:
        address = self.rule
        for name in self.arguments:
            address = address.replace(f"<{name}>", found[name])
        return address


def routes_of(app: Any) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/company"):
            continue
        access = access_of(app.view_functions[rule.endpoint])
        assert access is not None, f"{rule.rule} does not declare who may call it"
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield Route(method, rule.rule, rule.endpoint, frozenset(rule.arguments), access)


@pytest.fixture
def house(world: Any) -> Any:
    """Two companies, in each an administrator who stays."""
    world.settings = world.settings.with_changes(tenants=("default", "other"))
    world.start()
    for tenant in ("default", "other"):
        colleague(world, tenant=tenant, email=f"stays@{tenant}.example.org")
    return world


def everything(world: Any) -> dict[str, Any]:
    """Return the content of every table that is more than a trace of a request."""
    database = world.application.contracts.household.store._database
    tables = MetaData()
    tables.reflect(database.engine)
    with database.reading() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table)).all()))
            for name, table in tables.tables.items()
            if name not in CONTENTLESS
        }


def examples(world: Any, route: Route, tenant: str) -> dict[str, str]:
    missing = route.arguments - EXAMPLES.keys()
    assert not missing, f"{route}: say in tests/company/examples.py how to make {sorted(missing)}"
    return {name: EXAMPLES[name](world, tenant) for name in route.arguments}


def ask(browser: Browser, route: Route, address: str) -> Any:
    if route.method == "GET":
        return browser.get(address)
    return browser.client.open(
        address,
        method=route.method,
        data={"csrf_token": browser.secret(), **FORMS.get(route.endpoint, {})},
        headers={"Accept": "text/html"},
    )


def closed_to_strangers(route: Route, answer: Any) -> None:
    if route.method == "GET":
        assert answer.status_code == 303, f"{route} let a stranger in: {answer.status}"
        assert answer.headers["Location"].startswith("/company/login"), route
    else:
        assert answer.status_code == 401, f"{route} let a stranger in: {answer.status}"


def guarded(world: Any) -> list[Route]:
    return [route for route in routes_of(world.apps[WEB]) if not route.access.public]


PUBLIC = {
    "GET /company/login",
    "POST /company/login/passkey/options",
    "POST /company/login/passkey",
    "POST /company/login/password",
    "GET /company/login/provider",
    "GET /company/login/provider/return",
    "GET /company/invitation/<token>",
    "GET /company/setup",
    "POST /company/setup/passkey/options",
    "POST /company/setup/passkey",
    "GET /company/setup/password",
    "POST /company/setup/password",
    "POST /company/setup/provider",
    "GET /company/tasks/calendar/of/<lang_of>/<secret>.ics",
}


def test_only_the_way_in_is_open_to_everybody(house: Any) -> None:
    assert {str(route) for route in routes_of(house.apps[WEB]) if route.access.public} == PUBLIC


def test_nobody_and_a_locked_account_get_nowhere(house: Any) -> None:
    locked = colleague(house, *Role, email="locked@example.org")
    token = locked.token
    routes = guarded(house)
    found = {str(route): examples_once(house, route) for route in routes}
    house.application.accounts.lock(system("default"), locked.id)
    before = everything(house)
    for route in routes:
        address = route.address(found[str(route)])
        closed_to_strangers(route, ask(Browser(house), route, address))
        browser = Browser(house)
        browser.client.set_cookie("esign_company", token, domain="localhost")
        closed_to_strangers(route, ask(browser, route, address))
    assert everything(house) == before


_MADE: dict[tuple[int, str, str], str] = {}


def examples_once(world: Any, route: Route, tenant: str = "default") -> dict[str, str]:
    """Return objects of a tenant, each made once in this world: for requests that change none of them."""
    found = {}
    for name in route.arguments:
        assert name in EXAMPLES, f"{route}: say in tests/company/examples.py how to make {name}"
        key = (id(world), tenant, name)
        if key not in _MADE:
            _MADE[key] = EXAMPLES[name](world, tenant)
        found[name] = _MADE[key]
    return found


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_permission_is_refused_and_nothing_happens(house: Any, role: Role) -> None:
    person = colleague(house, role, email="somebody@example.org")
    routes = [
        route
        for route in guarded(house)
        if route.access.permission is not None and route.access.permission not in ALLOWED[role]
    ]
    found = {str(route): examples_once(house, route) for route in routes}
    before = everything(house)
    browser = Browser(house, person)
    for route in routes:
        answer = ask(browser, route, route.address(found[str(route)]))
        assert answer.status_code == 403, f"{role} may {route}: {answer.status}"
        assert "access.denied" in answer.text, route
    assert everything(house) == before


@pytest.mark.parametrize("role", list(Role))
def test_a_role_with_the_permission_sees_its_pages(house: Any, role: Role) -> None:
    """The other half: who may is let in; otherwise a refusal to everybody would pass."""
    person = colleague(house, role, email="somebody@example.org")
    browser = Browser(house, person)
    for route in guarded(house):
        allowed = route.access.permission is None or route.access.permission in ALLOWED[role]
        if route.method != "GET" or not allowed or route.endpoint.endswith(".provider"):
            continue
        query = QUERIES.get(route.endpoint, {})
        answer = browser.get(route.address(examples_once(house, route)), query_string=query)
        led_on = answer.status_code == 303 and not re.match(r"/company/(login|confirm)", answer.headers["Location"])
        not_now = answer.status_code == 409  # the object is not in a state in which there is such a page
        assert answer.status_code == 200 or led_on or not_now, f"{role} may not {route}: {answer.status}"


def test_an_object_of_another_tenant_is_unknown_to_whoever_may_everything(house: Any) -> None:
    person = colleague(house, *Role, email="everything@example.org")
    routes = [route for route in guarded(house) if route.arguments]
    assert routes
    found = {str(route): examples_once(house, route, "other") for route in routes}
    nothing = dict.fromkeys(EXAMPLES, "A" * 22)
    before = everything(house)
    browser = Browser(house, person)
    for route in routes:
        theirs = ask(browser, route, route.address(found[str(route)]))
        none = ask(browser, route, route.address(nothing))
        assert theirs.status_code == 404, f"{route} touches another tenant's object: {theirs.status}"
        assert (theirs.status_code, _without_secret(theirs.text)) == (none.status_code, _without_secret(none.text)), (
            f"{route} tells that another tenant has such an object"
        )
    assert everything(house) == before


def _without_secret(text: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", text)


def test_what_is_dangerous_asks_for_a_fresh_proof(house: Any) -> None:
    from datetime import timedelta

    person = colleague(house, *Role, email="everything@example.org")
    routes = [route for route in guarded(house) if route.access.confirmed]
    found = {str(route): examples_once(house, route) for route in routes}
    house.clock.offset += timedelta(minutes=11)
    before = everything(house)
    browser = Browser(house, person)
    for route in routes:
        answer = ask(browser, route, route.address(found[str(route)]))
        if route.method == "GET":
            assert answer.status_code == 303, route
            assert answer.headers["Location"].startswith("/company/confirm/?next=%2Fcompany%2F"), route
        else:
            assert answer.status_code == 403 and "access.confirmation_needed" in answer.text, route
    assert everything(house) == before


def test_no_form_counts_without_its_secret(house: Any) -> None:
    person = colleague(house, *Role, email="everything@example.org")
    routes = [route for route in routes_of(house.apps[WEB]) if route.method != "GET"]
    found = {str(route): examples_once(house, route) for route in routes}
    before = everything(house)
    for route in routes:
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"X-CSRFToken": "guessed"}):
            browser = Browser(house, person)
            address = route.address(found[str(route)])
            answer = browser.client.open(address, method=route.method, headers={"Accept": "text/html", **headers})
            assert answer.status_code == 403, f"{route} counts without its secret: {answer.status}"
            assert "web.form_expired" in answer.text
    assert everything(house) == before


def test_every_permission_belongs_to_a_role_and_no_role_has_all(house: Any) -> None:
    assert frozenset().union(*ALLOWED.values()) == frozenset(Permission)
    assert all(allowed != frozenset(Permission) for allowed in ALLOWED.values())
    assert Permission.CONTRACTS_READ not in ALLOWED[Role.ADMINISTRATOR]


def test_a_view_without_a_declaration_is_refused_at_the_start(house: Any) -> None:
    from flask import Blueprint, Flask

    from web.company import guard

    pages = Blueprint("forgotten", __name__, url_prefix="/company/forgotten")
    pages.add_url_rule("/", "page", lambda: "open")
    with pytest.raises(RuntimeError, match=r"forgotten\.page does not declare"):
        guard.register(Flask(__name__), house.application, pages)


def of_two_tenants(house: Any) -> Colleague:
    return colleague(house, *Role, tenant="other", email="other@example.org")
