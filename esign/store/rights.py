"""Declarations of withdrawal and termination in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from esign.contracts.rights import Right, Verdict
from esign.engine.paging import RowPlace
from esign.engine.ports import AlreadyKept
from esign.engine.rights.records import DeclarationRecord, DeclarationState
from esign.store.statements import changed_by, found_by, keys, older, row_of
from esign.store.tables_rights import right_declaration as table

_FOUND, _NEW, _CHANGED = found_by(table, "id"), insert(table), changed_by(table, "id")
_ONCE = found_by(table, "once")


class SqlDeclarations:
    """The declarations, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: DeclarationRecord) -> None:
        """Keep a new declaration.

        Raises:
            AlreadyKept: One of the same press is kept.
        """
        try:
            self._connection.execute(_NEW, _row(record))
        except IntegrityError as error:
            raise AlreadyKept from error

    def get(self, declaration_id: str) -> DeclarationRecord | None:
        """Return a declaration."""
        found = _records(self._connection.execute(_FOUND, keys(id=declaration_id)))
        return found[0] if found else None

    def by_press(self, once: bytes) -> DeclarationRecord | None:
        """Return the declaration that one press of the button made."""
        found = _records(self._connection.execute(_ONCE, keys(once=once)))
        return found[0] if found else None

    def first_alike(self, tenant: str, likeness: bytes) -> DeclarationRecord | None:
        """Return the first declaration that says the same."""
        query = select(table).where(table.c.tenant == tenant, table.c.likeness == likeness)
        found = _records(self._connection.execute(query.order_by(table.c.received_at, table.c.id).limit(1)))
        return found[0] if found else None

    def to_mailbox(self, mailbox: bytes, since: datetime) -> int:
        """Return how many declarations have named an address since an instant."""
        query = select(func.count()).where(table.c.mailbox == mailbox, table.c.received_at >= since)
        return int(self._connection.execute(query).scalar_one())

    def update(self, record: DeclarationRecord) -> None:
        """Replace a declaration."""
        self._connection.execute(_CHANGED, keys(id=record.id) | _row(record))

    def page(
        self,
        tenant: str,
        *,
        states: tuple[DeclarationState, ...],
        after: RowPlace | None,
        limit: int,
    ) -> tuple[DeclarationRecord, ...]:
        """Return a tenant's declarations in some states, newest first, from behind a place."""
        conditions = [table.c.tenant == tenant, table.c.state.in_([state.value for state in states])]
        if after is not None:
            conditions.append(older(table.c.received_at, table.c.id, after))
        query = select(table).where(*conditions)
        query = query.order_by(table.c.received_at.desc(), table.c.id.desc()).limit(limit)
        return _records(self._connection.execute(query))

    def of_contract(self, contract_id: str) -> tuple[DeclarationRecord, ...]:
        """Return the declarations that concern a contract, oldest first."""
        query = select(table).where(table.c.contract_id == contract_id).order_by(table.c.received_at, table.c.id)
        return _records(self._connection.execute(query))


def _row(record: DeclarationRecord) -> dict[str, object]:
    verdict = record.verdict.value if record.verdict is not None else None
    return row_of(record) | {"right": record.right.value, "state": record.state.value, "verdict": verdict}


def _records(rows: Iterable[Row[Any]]) -> tuple[DeclarationRecord, ...]:
    return tuple(
        DeclarationRecord(
            **{
                **row._mapping,
                "right": Right(row.right),
                "state": DeclarationState(row.state),
                "verdict": Verdict(row.verdict) if row.verdict is not None else None,
            }
        )
        for row in rows
    )
