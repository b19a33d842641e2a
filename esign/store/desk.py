"""The company's desk in the database: contracts found, bulk runs kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from esign.engine.company.records import BulkRow, BulkRun, BulkState, RowState, Wanted
from esign.engine.paging import RowPlace
from esign.engine.records import ContractRecord, ContractState
from esign.policy import LegalLevel
from esign.store.statements import changed_by, found_by, keys, older, row_of
from esign.store.tables_contracts import contract
from esign.store.tables_desk import bulk_file, bulk_row, bulk_run, search_state, search_token

_RUN, _RUN_NEW, _RUN_CHANGED = found_by(bulk_run, "id"), insert(bulk_run), changed_by(bulk_run, "id")
_ESCAPE = "\\"


class SqlSearchIndex:
    """Finds contracts, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, contract_id: str, tokens: frozenset[bytes], version: int) -> None:
        """Replace the search words of a contract."""
        self._connection.execute(delete(search_token).where(search_token.c.contract_id == contract_id))
        self._connection.execute(delete(search_state).where(search_state.c.contract_id == contract_id))
        if tokens:
            rows = [{"contract_id": contract_id, "token": token} for token in sorted(tokens)]
            self._connection.execute(insert(search_token), rows)
        self._connection.execute(insert(search_state), {"contract_id": contract_id, "version": version})

    def unindexed(self, version: int, limit: int) -> tuple[str, ...]:
        """Return contracts whose search words are missing, or of an earlier version."""
        query = (
            select(contract.c.id)
            .outerjoin(search_state, search_state.c.contract_id == contract.c.id)
            .where(or_(search_state.c.version.is_(None), search_state.c.version < version))
            .order_by(contract.c.created_at.desc())
            .limit(limit)
        )
        return tuple(self._connection.execute(query).scalars())

    def find(
        self, tenant: str, wanted: Wanted, tokens: frozenset[bytes], *, after: RowPlace | None, limit: int
    ) -> tuple[ContractRecord, ...]:
        """Return a tenant's contracts that have all the tokens, newest first, from behind a place."""
        conditions = [contract.c.tenant == tenant, *_wanted(wanted)]
        for token in sorted(tokens):
            having = select(search_token.c.contract_id).where(search_token.c.token == token)
            conditions.append(contract.c.id.in_(having))
        if after is not None:
            conditions.append(older(contract.c.created_at, contract.c.id, after))
        rows = self._connection.execute(
            select(contract)
            .where(*conditions)
            .order_by(contract.c.created_at.desc(), contract.c.id.desc())
            .limit(limit)
        )
        return tuple(_contract(row) for row in rows)

    def counts(self, tenant: str) -> Mapping[str, int]:
        """Return how many contracts a tenant has in each state."""
        query = select(contract.c.state, func.count()).where(contract.c.tenant == tenant).group_by(contract.c.state)
        return {row[0]: row[1] for row in self._connection.execute(query)}


class SqlBulkRuns:
    """The bulk runs and their rows, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: BulkRun, rows: Sequence[BulkRow]) -> None:
        """Keep a new run with its rows."""
        self._connection.execute(_RUN_NEW, row_of(run))
        if rows:
            self._connection.execute(insert(bulk_row), [row_of(row) for row in rows])

    def get(self, run_id: str) -> BulkRun | None:
        """Return a run."""
        row = self._connection.execute(_RUN, keys(id=run_id)).first()
        return None if row is None else _run(row)

    def update(self, run: BulkRun) -> None:
        """Replace a run."""
        self._connection.execute(_RUN_CHANGED, keys(id=run.id) | row_of(run))

    def of_tenant(self, tenant: str, limit: int) -> tuple[BulkRun, ...]:
        """Return a tenant's runs, newest first."""
        query = select(bulk_run).where(bulk_run.c.tenant == tenant)
        query = query.order_by(bulk_run.c.created_at.desc(), bulk_run.c.id).limit(limit)
        return tuple(_run(row) for row in self._connection.execute(query))

    def running(self) -> tuple[BulkRun, ...]:
        """Return the runs of all tenants that are under way, oldest first."""
        query = select(bulk_run).where(bulk_run.c.state == BulkState.RUNNING).order_by(bulk_run.c.created_at)
        return tuple(_run(row) for row in self._connection.execute(query))

    def unfinished(self, tenant: str, now: datetime) -> int:
        """Return how many runs of a tenant are checked or under way, and not over."""
        query = select(func.count()).where(
            bulk_run.c.tenant == tenant,
            bulk_run.c.state.in_((BulkState.UPLOADED, BulkState.CHECKED, BulkState.RUNNING)),
            bulk_run.c.expires_at > now,
        )
        return int(self._connection.execute(query).scalar_one())

    def rows(self, run_id: str, *, state: RowState | None = None, limit: int | None = None) -> tuple[BulkRow, ...]:
        """Return rows of a run in order."""
        query = select(bulk_row).where(bulk_row.c.run_id == run_id).order_by(bulk_row.c.number)
        if state is not None:
            query = query.where(bulk_row.c.state == state)
        if limit is not None:
            query = query.limit(limit)
        return tuple(_row(row) for row in self._connection.execute(query))

    def page(self, run_id: str, *, state: RowState | None, after: int | None, limit: int) -> tuple[BulkRow, ...]:
        """Return rows of a run in order, from behind a number."""
        query = select(bulk_row).where(bulk_row.c.run_id == run_id).order_by(bulk_row.c.number).limit(limit)
        if state is not None:
            query = query.where(bulk_row.c.state == state)
        if after is not None:
            query = query.where(bulk_row.c.number > after)
        return tuple(_row(row) for row in self._connection.execute(query))

    def runs(self, tenant: str, *, after: RowPlace | None, limit: int) -> tuple[BulkRun, ...]:
        """Return a tenant's runs, newest first, from behind a place."""
        query = select(bulk_run).where(bulk_run.c.tenant == tenant)
        if after is not None:
            query = query.where(older(bulk_run.c.created_at, bulk_run.c.id, after))
        query = query.order_by(bulk_run.c.created_at.desc(), bulk_run.c.id.desc()).limit(limit)
        return tuple(_run(row) for row in self._connection.execute(query))

    def put_file(self, run_id: str, sealed: bytes) -> None:
        """Keep the rows of a run as they were uploaded."""
        self._connection.execute(insert(bulk_file), {"run_id": run_id, "sealed": sealed})

    def file(self, run_id: str) -> bytes | None:
        """Return the rows of a run as they were uploaded; None: not kept any more."""
        return self._connection.execute(select(bulk_file.c.sealed).where(bulk_file.c.run_id == run_id)).scalar()

    def drop_file(self, run_id: str) -> None:
        """Forget the rows of a run as they were uploaded."""
        self._connection.execute(delete(bulk_file).where(bulk_file.c.run_id == run_id))

    def put_rows(self, run_id: str, rows: Sequence[BulkRow]) -> None:
        """Replace all rows of a run."""
        self._connection.execute(delete(bulk_row).where(bulk_row.c.run_id == run_id))
        if rows:
            self._connection.execute(insert(bulk_row), [row_of(row) for row in rows])

    def counts(self, run_id: str) -> Mapping[str, int]:
        """Return how many rows a run has in each state."""
        query = select(bulk_row.c.state, func.count()).where(bulk_row.c.run_id == run_id).group_by(bulk_row.c.state)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def settle(self, run_id: str, number: int, *, state: RowState) -> bool:
        """Take a waiting row out of waiting; False: somebody else did. Its sealed data are emptied."""
        changed = self._connection.execute(
            update(bulk_row)
            .where(bulk_row.c.run_id == run_id, bulk_row.c.number == number, bulk_row.c.state == RowState.WAITING)
            .values(state=state, sealed=b"")
        )
        return bool(changed.rowcount == 1)

    def note(self, run_id: str, number: int, *, contract_id: str | None, code: str | None) -> None:
        """Keep what became of a row."""
        self._connection.execute(
            update(bulk_row)
            .where(bulk_row.c.run_id == run_id, bulk_row.c.number == number)
            .values(contract_id=contract_id, code=code)
        )

    def skip_waiting(self, run_id: str) -> None:
        """Let nothing more be made of the rows that wait."""
        self._connection.execute(
            update(bulk_row)
            .where(bulk_row.c.run_id == run_id, bulk_row.c.state == RowState.WAITING)
            .values(state=RowState.SKIPPED, sealed=b"")
        )

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of runs whose time is over."""
        query = select(bulk_run.c.id).where(bulk_run.c.expires_at <= now, bulk_run.c.state != BulkState.RUNNING)
        return tuple(self._connection.execute(query.order_by(bulk_run.c.expires_at).limit(limit)).scalars())

    def remove(self, run_id: str) -> None:
        """Delete a run with its rows."""
        self.drop_file(run_id)
        self._connection.execute(delete(bulk_row).where(bulk_row.c.run_id == run_id))
        self._connection.execute(delete(bulk_run).where(bulk_run.c.id == run_id))


def _wanted(wanted: Wanted) -> list[Any]:
    conditions: list[Any] = []
    if wanted.state is not None:
        conditions.append(contract.c.state == wanted.state)
    if wanted.template:
        conditions.append(contract.c.template == wanted.template)
    if wanted.text:
        plain = wanted.text
        for char in (_ESCAPE, "%", "_"):
            plain = plain.replace(char, _ESCAPE + char)
        pattern = f"%{plain}%"
        conditions.append(
            or_(
                contract.c.reference.ilike(pattern, escape=_ESCAPE),
                contract.c.title.ilike(pattern, escape=_ESCAPE),
            )
        )
    for column, begin, end in (
        (contract.c.created_at, wanted.created_from, wanted.created_before),
        (contract.c.concluded_at, wanted.concluded_from, wanted.concluded_before),
    ):
        if begin is not None:
            conditions.append(column >= begin)
        if end is not None:
            conditions.append(column < end)
    return conditions


def _contract(row: Row[Any]) -> ContractRecord:
    return ContractRecord(**{**row._mapping, "level": LegalLevel(row.level), "state": ContractState(row.state)})


def _row(row: Row[Any]) -> BulkRow:
    return BulkRow(**{**row._mapping, "state": RowState(row.state)})


def _run(row: Row[Any]) -> BulkRun:
    return BulkRun(**{**row._mapping, "state": BulkState(row.state)})
