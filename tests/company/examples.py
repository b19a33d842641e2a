"""An object for every name that stands in the addresses of the company's side and of the interface.

Whoever adds a route with another name in its address adds how to make one: a factory gets the world and a tenant and
returns the identifier of an object of that tenant. The role matrix fails for a name that is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from esign.access import Permission, system
from tests.company.people import colleague, invited, token_of
from tests.documents.own_documents import UPLOAD, description
from tests.documents.pdf_making import made
from tests.form_answers import answers_of


def contract(world: Any, tenant: str) -> str:
    return str(world.application.contracts.draw_up(system(tenant), world.sample("electricity-supply")))


def account(world: Any, tenant: str) -> str:
    return str(invited(world, "clerk", tenant=tenant, email=f"example@{tenant}.example.org", send=False).account_id)


def session(world: Any, tenant: str) -> str:
    person = colleague(world, "clerk", tenant=tenant, email=f"session@{tenant}.example.org")
    return str(person.actor.session)


def link(world: Any, tenant: str) -> str:
    return token_of(invited(world, "clerk", tenant=tenant, email=f"link@{tenant}.example.org", send=False).link)


def page_template(world: Any, tenant: str) -> str:
    return str(world.application.templates.create(system(tenant), description(), UPLOAD.pdf).id)


def upload(world: Any, tenant: str) -> str:
    return str(world.application.uploads.accept(system(tenant), "vertrag.pdf", made(pages=1)).id)


def bulk(world: Any, tenant: str) -> str:
    actor = system(tenant)
    pattern = world.application.contracts.draw_up(actor, world.sample("mobile-plan"))
    data = b"reference;signatory.given_name\nR-1;Vera\n"
    return str(world.application.bulk.check(actor, "k.csv", data, kind="like", plan=pattern).id)


def api_key(world: Any, tenant: str) -> str:
    until = world.clock.now() + timedelta(days=30)
    scopes = [Permission.CONTRACTS_READ]
    return str(world.application.api_keys.create(system(tenant), name="x", scopes=scopes, expires_at=until).view.id)


def webhook(world: Any, tenant: str) -> str:
    return str(world.application.webhooks.create(system(tenant), url="https://hooks.example.org/x").view.id)


def case(world: Any, tenant: str) -> str:
    """A case that waits for an employee."""
    form, name = "electricity-supply", "too much for a household"
    return str(world.application.cases.create(system(tenant), form, answers_of(form, name)).case_id)


def declaration(world: Any, tenant: str) -> str:
    """A withdrawal that somebody declared without a login."""
    typed = {"name": "Jana Beispiel", "contract": "LW-2026-004711", "email": "jana.beispiel@post.example"}
    return str(world.application.withdrawal.declare(tenant, typed, press=f"example {tenant}", lang="de").id)


def task(world: Any, tenant: str) -> str:
    """A task that a clerk noted for a contract."""
    actor = system(tenant)
    return str(world.application.tasks.add(actor, contract(world, tenant), "Anrufen", "2027-01-31").id)


EXAMPLES: dict[str, Callable[[Any, str], str]] = {
    "contract_id": contract,
    "account_id": account,
    "session_id": session,
    "token": link,
    "upload_id": upload,
    "case_id": case,
    "declaration_id": declaration,
    "key_id": api_key,
    "task_id": task,
    "link_id": lambda world, tenant: "no such link of this account",
    "lang_of": lambda world, tenant: "de",
    "secret": lambda world, tenant: "a guess",
    "webhook_id": webhook,
    "run_id": bulk,
    "template_id": page_template,
}
"""Name in the address: how to make one."""

FORMS: dict[str, dict[str, Any]] = {"company_accounts.roles": {"roles": "clerk"}}
"""Endpoint: what its form needs before the object is looked at; most look at the object first."""

QUERIES: dict[str, dict[str, str]] = {}
"""Endpoint: what its address needs behind the question mark to be a page at all."""
