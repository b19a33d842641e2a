"""Many contracts at once from a file: checked first, confirmed, then made row by row, each exactly once.

A check draws nothing up. Where a column's name fits nothing, a person says what it fills in before anything is checked;
that is remembered for this run and for nothing else. A confirmed run is made in the background: a row leaves
``waiting`` in the very transaction in which its contract is drawn up and its invitation queued, so that a crash or a
second worker never doubles one. Whoever confirmed has to have the right still when a row's turn comes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from esign.access import Actor, Permission
from esign.engine.company import bulk_making
from esign.engine.company.bulk_checking import Checker
from esign.engine.company.bulk_columns import Column, checked, guess
from esign.engine.company.bulk_file import MAX_COLUMNS, MAX_ROWS, BulkFileRefused, Line, Table, read_table
from esign.engine.company.bulk_making import Maker
from esign.engine.company.bulk_plan import Plan, plan_of
from esign.engine.company.bulk_reading import BulkReader
from esign.engine.company.bulk_views import (
    ABOUT,
    BulkView,
    ColumnsView,
    contents_of,
    run_view,
)
from esign.engine.company.creation import CreationDesk
from esign.engine.company.records import BulkContents, BulkRow, BulkRun, BulkState, RowContents, RowState
from esign.engine.contracts.desk import ContractDesk
from esign.engine.contracts.validity import Validity, wished
from esign.engine.ports import Transaction
from esign.engine.refusals import ContractStateRefused, EngineError
from esign.engine.templates.uploads import plain_name
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id

KEPT_FOR = timedelta(days=30)
_HOLDER, _FILE = "company", "file"


class TooManyBulkRuns(EngineError):
    """The company has as many files open as it may; finish or cancel one first."""

    code = "engine.bulk.too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDesk(BulkReader):
    """Takes files of contracts. One of another company is as unknown as one that does not exist."""

    contracts: ContractDesk
    creation: CreationDesk

    def upload(
        self, actor: Actor, name: str, data: bytes, *, kind: str, plan: str, validity: Mapping[str, Any] | None = None
    ) -> BulkView:
        """Take a file; where every column is named after something it is checked, otherwise a person chooses first.

        Raises: As :meth:`check`.
        """
        made, table = self._read(actor, data, kind, plan)
        used = _named(made, table)
        settled = set(used) == set(table.columns)
        return self._keep(actor, plain_name(name), made, table, used, validity or {}, settled=settled)

    def check(
        self, actor: Actor, name: str, data: bytes, *, kind: str, plan: str, validity: Mapping[str, Any] | None = None
    ) -> BulkView:
        """Check a file, row by row; nothing is drawn up. Columns whose names fit nothing are left out, and told.

        Args:
            actor: Who uploads.
            name: The file's name.
            data: Its bytes.
            kind: ``form`` or ``like``.
            plan: The form, or the contract whose like the rows are.
            validity: Until when the contracts can be signed, as plain values; None: as the installation is set.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkFileRefused: It cannot be read.
            FormUnknown, ContractUnknown: There is no such form or contract.
            ValidityRefused: The validity is not within the bounds.
            TooManyBulkRuns: As many files of the company are open as may be.
        """
        made, table = self._read(actor, data, kind, plan)
        return self._keep(actor, plain_name(name), made, table, _named(made, table), validity or {}, settled=True)

    def check_rows(
        self,
        actor: Actor,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        kind: str,
        plan: str = "",
        validity: Mapping[str, Any] | None = None,
    ) -> BulkView:
        """Check rows that came by the interface; nothing is drawn up. They are counted from 1.

        Args:
            actor: Who asks.
            name: What the run is called.
            rows: Texts by column; of kind ``data`` contract data.
            kind: ``form``, ``like`` or ``data``.
            plan: The form, or the contract whose like the rows are.
            validity: As in :meth:`check`.

        Raises: As :meth:`check`.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        self._refuse_at_once(actor)
        made = plan_of(self.creation, actor, kind, plan)
        table = _table(rows, whole=kind == "data")
        used = {"": ""} if kind == "data" else _named(made, table)
        return self._keep(actor, plain_name(name), made, table, used, validity or {}, settled=True)

    def columns(self, actor: Actor, run_id: str) -> ColumnsView:
        """Return the columns of a run with examples, and what each fills in: chosen, named, or guessed.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
            ContractStateRefused: It is sent or cancelled.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            run, contents, table = self._file(tx, actor, run_id)
            view = run_view(tx, run)
        made = plan_of(self.creation, actor, contents.kind, contents.plan)
        taken = frozenset(contents.columns.values())
        found = []
        for number, name in enumerate(table.columns):
            target, guessed = contents.columns.get(name, ""), False
            if not target and run.state is BulkState.UPLOADED:
                target = guess(name, made.targets, taken)
                taken, guessed = taken | {target}, bool(target)
            found.append(Column(name=name, examples=table.examples(number), target=target, guessed=guessed))
        return ColumnsView(run=view, columns=tuple(found), targets=made.targets)

    def choose(self, actor: Actor, run_id: str, chosen: Mapping[str, str]) -> BulkView:
        """Settle what each column fills in, and check all rows; nothing is drawn up.

        Args:
            actor: Who chooses.
            run_id: The run.
            chosen: Column, and what it fills in; empty: nothing.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
            BulkColumnsRefused: There is no such column or target, a target is chosen twice, or none is.
            ContractStateRefused: It is sent or cancelled.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.reading() as tx:
            _, contents, table = self._file(tx, actor, run_id)
        made = plan_of(self.creation, actor, contents.kind, contents.plan)
        used = checked(chosen, table.columns, made.targets)
        contents = replace(contents, columns=used, ignored=_ignored(table, used))
        rows = self._rows(actor, made, table, used, contents.validity)
        with house.store.transaction() as tx:
            run, _, _ = self._file(tx, actor, run_id)
            run = replace(run, state=BulkState.CHECKED, sealed=tx.safe.seal(run_id, ABOUT, contents.to_bytes()))
            tx.bulk.update(run)
            tx.bulk.put_rows(run_id, _sealed(tx, run_id, rows))
            self._record_check(tx, actor, run_id, rows)
            return run_view(tx, run)

    def start(self, actor: Actor, run_id: str) -> BulkView:
        """Let the rows that the check found right be made and sent. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
            ContractStateRefused: It was cancelled, is not checked, or no row of it is right.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            run = self._get(tx, actor, run_id)
            if run.state in (BulkState.RUNNING, BulkState.DONE):
                return run_view(tx, run)
            waiting = tx.bulk.counts(run.id).get(RowState.WAITING, 0)
            if run.state is not BulkState.CHECKED or not waiting:
                raise ContractStateRefused("nothing of this can be sent", state=run.state.value)
            run = replace(run, state=BulkState.RUNNING, by=actor.name)
            tx.bulk.update(run)
            tx.bulk.drop_file(run.id)
            self.household.record(tx, EntryKind.BULK_STARTED, None, {"bulk": run.id, "rows": waiting}, by=actor)
            return run_view(tx, run)

    def cancel(self, actor: Actor, run_id: str) -> BulkView:
        """Let nothing more be made; contracts that were made stay. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            run = self._get(tx, actor, run_id)
            if run.choosable or run.state is BulkState.RUNNING:
                bulk_making.end(self.household, tx, run, BulkState.CANCELLED, by=actor)
            return run_view(tx, self._get(tx, actor, run_id))

    def run_due(self) -> int:
        """Make the next rows of all runs that are under way (a worker calls this); return how many were made."""
        maker = Maker(household=self.household, contracts=self.contracts)
        with self.household.store.reading() as tx:
            running = tx.bulk.running()
        return sum(maker.advance(run) for run in running)

    def forget_due(self) -> int:
        """Delete runs whose time is over, with their key; return how many were."""
        house = self.household
        with house.store.reading() as tx:
            due = tx.bulk.due(house.clock.now(), 20)
        for run_id in due:
            with house.store.transaction() as tx:
                tx.bulk.remove(run_id)
                tx.safe.destroy(run_id, _HOLDER)
        return len(due)

    def _read(self, actor: Actor, data: bytes, kind: str, plan: str) -> tuple[Plan, Table]:
        actor.require(Permission.CONTRACTS_WRITE)
        self._refuse_at_once(actor)
        return plan_of(self.creation, actor, kind, plan), read_table(data)

    def _keep(
        self,
        actor: Actor,
        name: str,
        made: Plan,
        table: Table,
        used: dict[str, str],
        validity: Mapping[str, Any],
        *,
        settled: bool,
    ) -> BulkView:
        house = self.household
        wished(house, Validity.parse(validity))
        rows = self._rows(actor, made, table, used, validity) if settled else ()
        run_id = new_id()
        contents = BulkContents(
            name=name,
            encoding=table.encoding,
            delimiter=table.delimiter,
            plan=made.name,
            kind=made.kind,
            ignored=_ignored(table, used),
            columns=used,
            validity=dict(validity),
        )
        now = house.clock.now()
        with house.store.transaction() as tx:
            self._refuse_if_full(tx, actor)
            tx.safe.new_key(run_id, (_HOLDER,))
            run = BulkRun(
                id=run_id,
                tenant=actor.tenant,
                by=actor.name,
                state=BulkState.CHECKED if settled else BulkState.UPLOADED,
                created_at=now,
                expires_at=now + KEPT_FOR,
                sealed=tx.safe.seal(run_id, ABOUT, contents.to_bytes()),
            )
            tx.bulk.add(run, _sealed(tx, run_id, rows))
            if made.kind != "data":
                tx.bulk.put_file(run_id, tx.safe.seal(run_id, _FILE, table.to_bytes()))
            if settled:
                self._record_check(tx, actor, run_id, rows)
            return run_view(tx, run)

    def _rows(
        self, actor: Actor, made: Plan, table: Table, used: Mapping[str, str], validity: Mapping[str, Any]
    ) -> tuple[tuple[int, RowContents], ...]:
        checker = Checker(
            creation=self.creation, actor=actor, plan=made, table=table, used=used, validity=dict(validity)
        )
        return checker.rows()

    def _record_check(
        self, tx: Transaction, actor: Actor, run_id: str, rows: Sequence[tuple[int, RowContents]]
    ) -> None:
        bad = sum(bool(row.findings) for _, row in rows)
        facts = {"bulk": run_id, "rows": len(rows), "bad": bad}
        self.household.record(tx, EntryKind.BULK_CHECKED, None, facts, by=actor)

    def _file(self, tx: Transaction, actor: Actor, run_id: str) -> tuple[BulkRun, BulkContents, Table]:
        run = self._get(tx, actor, run_id)
        sealed = tx.bulk.file(run.id) if run.choosable else None
        if sealed is None:
            raise ContractStateRefused("its columns are settled", state=run.state.value)
        return run, contents_of(tx, run), Table.from_bytes(tx.safe.open(run.id, _FILE, sealed))

    def _refuse_at_once(self, actor: Actor) -> None:
        with self.household.store.reading() as tx:  # before anything is looked at; counted again where it is kept
            self._refuse_if_full(tx, actor)

    def _refuse_if_full(self, tx: Transaction, actor: Actor) -> None:
        most = self.household.settings.bulk_open_runs
        if tx.bulk.unfinished(actor.tenant, self.household.clock.now()) >= most:
            raise TooManyBulkRuns(most=most)


def _named(made: Plan, table: Table) -> dict[str, str]:
    """Return the columns that are named exactly after what they fill in; of two of the same the first."""
    used: dict[str, str] = {}
    for column in table.columns:
        target = made.fits(column)
        if target and target not in used.values():
            used[column] = target
    return used


def _ignored(table: Table, used: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(column for column in table.columns if column not in used)


def _table(rows: Sequence[Mapping[str, Any]], *, whole: bool) -> Table:
    """Return rows of the interface as a table; a row that lacks a column has nothing in it."""
    if not rows or len(rows) > MAX_ROWS:
        raise BulkFileRefused("no rows, or too many", reason="rows" if rows else "empty", limit=MAX_ROWS)
    columns = ("",) if whole else tuple(dict.fromkeys(name for row in rows for name in row))
    if len(columns) > MAX_COLUMNS or (not whole and not all(columns)):
        raise BulkFileRefused("too many columns, or one without a name", reason="columns", limit=MAX_COLUMNS)
    lines = tuple(
        Line(number=number, cells=(json.dumps(row),) if whole else tuple(str(row.get(each, "")) for each in columns))
        for number, row in enumerate(rows, 1)
    )
    return Table(encoding="json", delimiter="", columns=columns, lines=lines)


def _sealed(tx: Transaction, run_id: str, rows: Sequence[tuple[int, RowContents]]) -> list[BulkRow]:
    return [
        BulkRow(
            run_id=run_id,
            number=number,
            state=RowState.BAD if row.findings else RowState.WAITING,
            sealed=tx.safe.seal(run_id, f"row-{number}", row.to_bytes()),
        )
        for number, row in rows
    ]
