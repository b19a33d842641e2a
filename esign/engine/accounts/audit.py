"""Who did what on a company's side, as those read it who may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esign.access import Actor, ActorKind, Permission
from esign.engine.accounts.rows import open_person
from esign.engine.household import Household

MOST = 200
"""Entries at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that somebody did on the company's side."""

    seq: int
    at: datetime
    kind: str
    by: str
    """Kind and name of the actor, ``account:…``."""
    who: str
    """Name of the person behind an account; empty: none is known."""
    contract: str | None
    facts: Mapping[str, object]


def trail(house: Household, actor: Actor, *, before: int | None, limit: int) -> tuple[AuditEntry, ...]:
    """Return what was done on the tenant's side, newest first.

    Args:
        house: The household.
        actor: Who looks.
        before: Only entries with a smaller number; None: from the newest.
        limit: How many at the most.

    Raises:
        AccessDenied: The actor may not read the audit trail.
    """
    actor.require(Permission.AUDIT_READ)
    with house.store.reading() as tx:
        entries = tx.audit.newest(actor.tenant, before=before, limit=min(limit, MOST))
        records = tx.accounts.of_tenant(actor.tenant)
        names = {f"{ActorKind.ACCOUNT.value}:{record.id}": open_person(tx, record).name for record in records}
    return tuple(
        AuditEntry(
            seq=entry.seq,
            at=entry.at,
            kind=entry.kind.value,
            by=str(entry.facts["by"]),
            who=names.get(str(entry.facts["by"]), ""),
            contract=entry.contract,
            facts={key: value for key, value in entry.facts.items() if key not in ("by", "tenant")},
        )
        for entry in entries
    )
