"""Who did what on the company's side: an index over the ledger's entries."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from esign.evidence.entry import Entry
from esign.store.tables_access import audit
from esign.store.tables_ledger import ledger_entry

_NEW = insert(audit)


class SqlAudit:
    """The audit index, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, seq: int, *, tenant: str, actor: str, kind: str) -> None:
        """Note that a ledger entry says what somebody did."""
        self._connection.execute(_NEW, {"seq": seq, "tenant": tenant, "actor": actor, "kind": kind})

    def newest(self, tenant: str, *, before: int | None, limit: int, actor: str | None = None) -> tuple[Entry, ...]:
        """Return the entries about what was done on a tenant's side, newest first.

        Args:
            tenant: The company.
            before: Only entries with a smaller number; None: from the newest.
            limit: How many at the most.
            actor: Only what this one did.
        """
        query = (
            select(ledger_entry.c.bytes)
            .join(audit, audit.c.seq == ledger_entry.c.seq)
            .where(audit.c.tenant == tenant)
            .order_by(audit.c.seq.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(audit.c.seq < before)
        if actor is not None:
            query = query.where(audit.c.actor == actor)
        return tuple(Entry.parse(data) for data in self._connection.execute(query).scalars())
