"""The roles of the company's side and what each of them may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    CLERK = "clerk"
    LEGAL = "legal"
    AGENT = "agent"
    DATA_PROTECTION = "data_protection"


class Permission(StrEnum):
    """One thing that somebody on the company's side may do; the scopes of API keys are the same words."""

    CONTRACTS_READ = "contracts:read"
    """See contracts, their parties, states and events."""
    CONTRACTS_WRITE = "contracts:write"
    """Draw up, invite, remind, send again, cancel, correct, delegate."""
    DOCUMENTS_READ = "documents:read"
    """Take drafts and signed documents."""
    EVIDENCE_READ = "evidence:read"
    """Take dossiers, see the ledger."""
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    CASES_READ = "cases:read"
    """See what customers sent in by form, and what the rules decided."""
    CASES_DECIDE = "cases:decide"
    """Decide what the rules referred to an employee."""
    SEALS_READ = "seals:read"
    """Take documents that the company's seal was put on, and what became of batches."""
    SEALS_WRITE = "seals:write"
    """Have documents sealed with the company's seal."""
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    ACCOUNTS_MANAGE = "accounts:manage"
    """Make, change and close accounts and API keys."""
    AUDIT_READ = "audit:read"
    """See who did what on the company's side."""


_EVERYDAY = frozenset({Permission.CONTRACTS_READ, Permission.TEMPLATES_READ, Permission.CASES_READ})

ALLOWED: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(
            {
                Permission.ACCOUNTS_MANAGE,
                Permission.AUDIT_READ,
                Permission.TEMPLATES_READ,
                Permission.TEMPLATES_WRITE,
                Permission.WEBHOOKS_READ,
                Permission.WEBHOOKS_WRITE,
            }
        ),
        Role.CLERK: _EVERYDAY
        | {
            Permission.CONTRACTS_WRITE,
            Permission.DOCUMENTS_READ,
            Permission.CASES_DECIDE,
            Permission.TEMPLATES_WRITE,
            Permission.SEALS_READ,
            Permission.SEALS_WRITE,
        },
        Role.LEGAL: _EVERYDAY | {Permission.DOCUMENTS_READ, Permission.EVIDENCE_READ, Permission.AUDIT_READ},
        Role.AGENT: frozenset({Permission.CASES_READ}),
        Role.DATA_PROTECTION: frozenset({Permission.AUDIT_READ, Permission.CONTRACTS_READ}),
    }
)
"""Source: engineering decision: each role what its work needs. An administrator does not read contracts; who
administers is not who looks."""
