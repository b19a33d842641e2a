"""Drafts and cases in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select

from esign.engine.forms.records import CaseRecord, CaseState, DraftAccess, DraftRecord
from esign.engine.paging import RowPlace
from esign.store.statements import changed_by, found_by, keys, older, row_of
from esign.store.tables_forms import form_access, form_case, form_draft, prefill_use

_DRAFT, _DRAFT_NEW, _DRAFT_CHANGED = found_by(form_draft, "id"), insert(form_draft), changed_by(form_draft, "id")
_ACCESS, _ACCESS_NEW = found_by(form_access, "digest"), insert(form_access)
_CASE, _CASE_NEW, _CASE_CHANGED = found_by(form_case, "id"), insert(form_case), changed_by(form_case, "id")
_USE = found_by(prefill_use, "digest")


class SqlDrafts:
    """The drafts, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: DraftRecord) -> None:
        """Keep a new draft."""
        self._connection.execute(_DRAFT_NEW, row_of(record))

    def get(self, draft_id: str) -> DraftRecord | None:
        """Return a draft."""
        row = self._connection.execute(_DRAFT, keys(id=draft_id)).first()
        return None if row is None else DraftRecord(**row._mapping)

    def update(self, record: DraftRecord) -> None:
        """Replace a draft."""
        self._connection.execute(_DRAFT_CHANGED, keys(id=record.id) | row_of(record))

    def remove(self, draft_id: str) -> None:
        """Delete a draft with all secrets that open it."""
        self._connection.execute(delete(form_access).where(form_access.c.draft_id == draft_id))
        self._connection.execute(delete(form_draft).where(form_draft.c.id == draft_id))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of drafts whose time is over, the oldest first."""
        query = select(form_draft.c.id).where(form_draft.c.expires_at <= now)
        return tuple(self._connection.execute(query.order_by(form_draft.c.expires_at).limit(limit)).scalars())

    def allow(self, access: DraftAccess) -> None:
        """Keep a secret that opens a draft."""
        self._connection.execute(_ACCESS_NEW, row_of(access))

    def access(self, digest: bytes) -> DraftAccess | None:
        """Return what a secret opens."""
        row = self._connection.execute(_ACCESS, keys(digest=digest)).first()
        return None if row is None else DraftAccess(**row._mapping)

    def revoke(self, digest: bytes) -> None:
        """Let a secret open nothing any more."""
        self._connection.execute(delete(form_access).where(form_access.c.digest == digest))

    def revoke_links(self, draft_id: str) -> None:
        """Let the links to further devices open nothing any more."""
        links = and_(form_access.c.draft_id == draft_id, form_access.c.kind == "link")
        self._connection.execute(delete(form_access).where(links))

    def use_token(self, digest: bytes, expires_at: datetime) -> bool:
        """Note that a prefill token was used; return False if it was before."""
        if self._connection.execute(_USE, keys(digest=digest)).first() is not None:
            return False
        self._connection.execute(insert(prefill_use).values(digest=digest, expires_at=expires_at))
        return True

    def forget_tokens(self, now: datetime) -> int:
        """Delete notes of tokens whose time is over anyway; return how many."""
        return int(self._connection.execute(delete(prefill_use).where(prefill_use.c.expires_at <= now)).rowcount)


class SqlCases:
    """The cases, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: CaseRecord) -> None:
        """Keep a new case."""
        self._connection.execute(_CASE_NEW, _row(record))

    def get(self, case_id: str) -> CaseRecord | None:
        """Return a case."""
        found = _cases(self._connection.execute(_CASE, keys(id=case_id)))
        return found[0] if found else None

    def update(self, record: CaseRecord) -> None:
        """Replace a case."""
        self._connection.execute(_CASE_CHANGED, keys(id=record.id) | _row(record))

    def remove(self, case_id: str) -> None:
        """Delete a case."""
        self._connection.execute(delete(form_case).where(form_case.c.id == case_id))

    def page(
        self, tenant: str, *, state: CaseState | None, form: str | None, after: RowPlace | None, limit: int
    ) -> tuple[CaseRecord, ...]:
        """Return a tenant's cases, newest first, from behind a place."""
        conditions = [form_case.c.tenant == tenant]
        if state is not None:
            conditions.append(form_case.c.state == state.value)
        if form is not None:
            conditions.append(form_case.c.form == form)
        if after is not None:
            conditions.append(older(form_case.c.created_at, form_case.c.id, after))
        newest_first = (form_case.c.created_at.desc(), form_case.c.id.desc())
        query = select(form_case).where(*conditions).order_by(*newest_first).limit(limit)
        return _cases(self._connection.execute(query))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of cases whose time is over, the oldest first."""
        query = select(form_case.c.id).where(form_case.c.expires_at <= now)
        return tuple(self._connection.execute(query.order_by(form_case.c.expires_at).limit(limit)).scalars())


def _row(record: CaseRecord) -> dict[str, object]:
    return row_of(record) | {"state": record.state.value, "rules": " ".join(record.rules)}


def _cases(rows: Iterable[Row[Any]]) -> tuple[CaseRecord, ...]:
    return tuple(
        CaseRecord(**{**row._mapping, "state": CaseState(row.state), "rules": tuple(row.rules.split())}) for row in rows
    )
