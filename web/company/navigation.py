"""What stands in the navigation of the company's side: each entry for those who may, once its page is there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for

from esign.access import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page that the navigation leads to."""

    endpoint: str
    phrase: str
    permission: Permission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as it is shown."""

    address: str
    phrase: str
    here: bool


ENTRIES: tuple[Entry, ...] = (
    Entry(endpoint="company_contracts.page", phrase="company.nav_contracts", permission=Permission.CONTRACTS_READ),
    Entry(endpoint="company_cases.page", phrase="company.nav_cases", permission=Permission.CASES_READ),
    Entry(endpoint="company_declarations.page", phrase="company.nav_declarations", permission=Permission.CASES_READ),
    Entry(endpoint="company_verification.page", phrase="company.nav_verification", permission=Permission.EVIDENCE_READ),
    Entry(endpoint="company_tasks.page", phrase="tasks.nav", permission=Permission.CASES_READ),
    Entry(endpoint="company_templates.page", phrase="company.nav_templates", permission=Permission.TEMPLATES_READ),
    Entry(endpoint="company_keys.page", phrase="company.nav_keys", permission=Permission.ACCOUNTS_MANAGE),
    Entry(endpoint="company_webhooks.page", phrase="company.nav_webhooks", permission=Permission.WEBHOOKS_READ),
    Entry(endpoint="company_accounts.page", phrase="company.nav_accounts", permission=Permission.ACCOUNTS_MANAGE),
    Entry(endpoint="company_audit.page", phrase="company.nav_audit", permission=Permission.AUDIT_READ),
)
"""In this order. An entry whose page is not part of this installation is not shown."""


def entries(actor: Actor) -> tuple[Shown, ...]:
    """Return the entries for somebody."""
    return tuple(
        Shown(
            address=url_for(entry.endpoint),
            phrase=entry.phrase,
            here=request.path.startswith(url_for(entry.endpoint)),
        )
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions and (entry.permission is None or actor.may(entry.permission))
    )
