"""What gives lasting power asks for a fresh proof: judged for every route that changes something, none left out.

A stolen login is good for as long as it lives. What it could leave behind (a key, a webhook with its secret, a further
way to log in, an account, a role) takes a proof of who it is, at the page and in the engine. Whoever adds a route that
changes something says here which kind it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from esign.access import AccessDenied, Permission, Role, system
from esign.access.errors import ConfirmationNeeded
from tests.company.people import colleague
from tests.company.test_role_matrix import everything, house, routes_of  # noqa: F401 - a fixture
from tests.conftest import WEB

LASTING = {
    "company_account.passkey": "a way to log in",
    "company_account.passkey_options": "a way to log in",
    "company_account.password": "a way to log in",
    "company_account.provider": "a way to log in: who vouches for the account at the identity provider",
    "company_account.remove": "leaves the way that somebody else knows as the only one",
    "company_accounts.create": "an account",
    "company_accounts.invite": "a link to an account",
    "company_accounts.roles": "roles of an account",
    "company_accounts.lock": "shuts out those who would notice",
    "company_accounts.unlock": "lets an account in again",
    "company_accounts.close": "shuts out those who would notice",
    "company_keys.create": "an API key",
    "company_tasks.make": "a link to tasks and dates that outlasts the login",
    "company_webhooks.create": "an address that is told what happens, and its secret",
    "company_webhooks.rotate": "a webhook's secret is shown",
    "company_webhooks.enable": "an address is told what happens again",
}
"""Endpoint: which lasting power it gives."""

PASSING = {
    "company.logout": "takes away",
    "company_account.language": "how pages look",
    "company_account.end_session": "takes away",
    "company_account.end_sessions": "takes away",
    "company_tasks.revoke": "takes away",
    "company_keys.revoke": "takes away; a leaked key is revoked at once",
    "company_webhooks.disable": "takes away",
    "company_webhooks.remove": "takes away",
    "company_webhooks.test": "to the same address, nothing new",
    "company_webhooks.redeliver": "to the same address, nothing new",
    "company_contracts.search": "a question; nothing is kept",
    "company_contracts.signed": "shows a document",
    "company_contracts.dossier": "shows evidence",
    "company_templates.preview_draft": "a picture; nothing is kept",
    "company_verification.examine": "a question; nothing is kept, and the seal stands on our own words only",
    "company_confirm.passkey_options": "the proof itself",
    "company_confirm.by_passkey": "the proof itself",
    "company_confirm.by_password": "the proof itself",
}
"""Endpoint: why it gives none."""

EVERYDAY = {Permission.CONTRACTS_WRITE, Permission.TEMPLATES_WRITE, Permission.CASES_DECIDE}
"""What staff does all day: contracts, templates, cases. It gives nobody a right at this installation."""


def changing(app: Any) -> list[Any]:
    return [route for route in routes_of(app) if route.method != "GET" and not route.access.public]


def test_every_route_that_changes_something_says_which_kind_it_is(house: Any) -> None:  # noqa: F811 - the fixture
    routes = {route.endpoint: route.access for route in changing(house.apps[WEB])}
    assert LASTING.keys() | PASSING.keys() <= routes.keys(), "no longer there"
    for endpoint, access in routes.items():
        kinds = (endpoint in LASTING, endpoint in PASSING, access.permission in EVERYDAY)
        assert sum(kinds) == 1, f"say in {__name__} whether {endpoint} gives lasting power"
        assert access.confirmed is (endpoint in LASTING), endpoint


def test_a_page_before_such_a_route_asks_too(house: Any) -> None:  # noqa: F811 - the fixture
    """Nobody types much first and is asked afterwards: the form's page asks before."""
    by_rule: dict[str, dict[str, Any]] = {}
    for route in routes_of(house.apps[WEB]):
        by_rule.setdefault(route.rule, {})[route.method] = route
    for rule, methods in by_rule.items():
        if "POST" in methods and methods["POST"].access.confirmed and "GET" in methods:
            assert methods["GET"].access.confirmed, rule


def test_the_engine_asks_whatever_the_page_asked(house: Any) -> None:  # noqa: F811 - the fixture
    application, person = house.application, colleague(house, *Role, email="everything@example.org")
    other = colleague(house, "clerk", email="other@default.example.org").id
    webhook = application.webhooks.create(system("default"), url="https://hooks.example.org/x").view.id
    application.webhooks.change(system("default"), webhook, state="disabled")
    until = house.clock.now() + timedelta(days=30)
    house.clock.offset += timedelta(minutes=11)
    actor, holder = person.actor, person.holder
    scopes = [Permission.CONTRACTS_READ]
    before = everything(house)
    for use in (
        lambda: application.api_keys.create(actor, name="x", scopes=scopes, expires_at=until),
        lambda: application.webhooks.create(actor, url="https://evil.example.org/x"),
        lambda: application.webhooks.rotate(actor, webhook),
        lambda: application.webhooks.change(actor, webhook, state="active"),
        lambda: application.webhooks.change(actor, webhook, url="https://evil.example.org/x"),
        lambda: application.webhooks.change(actor, webhook, state="disabled", url="https://evil.example.org/x"),
        lambda: application.webhooks.change(actor, webhook, kinds=[]),
        lambda: application.webhooks.change(actor, webhook, notify="e@evil.example.org"),
        lambda: application.journeys.register(actor, "https://evil.example.org"),
        lambda: application.calendars.make(actor),
        lambda: application.accounts.create(actor, name="E", email="e@evil.example.org", roles=["clerk"]),
        lambda: application.accounts.change_roles(actor, other, ["administrator"]),
        lambda: application.accounts.invite_again(actor, other),
        lambda: application.accounts.lock(actor, other),
        lambda: application.accounts.unlock(actor, other),
        lambda: application.accounts.close(actor, other),
        lambda: application.own_account.begin_passkey(holder),
        lambda: application.own_account.begin_password(holder),
        lambda: application.own_account.remove_way(actor, "passkey", ""),
    ):
        with pytest.raises(ConfirmationNeeded):
            use()
    assert everything(house) == before
    application.webhooks.change(actor, webhook, state="disabled")  # who stops something is not held up


def test_an_api_key_makes_no_accounts_and_no_keys_and_webhooks_by_its_scope(house: Any) -> None:  # noqa: F811 - the fixture
    application = house.application
    until = house.clock.now() + timedelta(days=30)
    made = application.api_keys.create(system("default"), name="x", scopes=list(Permission), expires_at=until)
    key = application.api_keys.authenticate(made.secret)
    with pytest.raises(AccessDenied):
        application.api_keys.create(key, name="y", scopes=[Permission.CONTRACTS_READ], expires_at=until)
    with pytest.raises(AccessDenied):
        application.accounts.create(key, name="E", email="e@evil.example.org", roles=["clerk"])
    assert application.webhooks.create(key, url="https://hooks.example.org/y").view.state == "active"
    assert application.journeys.register(key, "https://shop.example.org").origin == "https://shop.example.org"
