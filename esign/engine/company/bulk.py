"""Many contracts at once from a file: checked first, confirmed, then made row by row, each exactly once.

A check draws nothing up. A confirmed run is made in the background: a row leaves ``waiting`` in the very transaction in
which its contract is drawn up and its invitation queued, so that a crash or a second worker never doubles one. The
account that uploaded the file has to have the right still when a row's turn comes.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import ALLOWED, Actor, ActorKind, Permission, system
from esign.engine.accounts.records import AccountState
from esign.engine.company.bulk_file import Line, Table, read_table, write_table
from esign.engine.company.bulk_plan import Plan, RowRefused, by_column, plan_of, told
from esign.engine.company.creation import CreationDesk
from esign.engine.company.records import BulkContents, BulkRow, BulkRun, BulkState, RowContents, RowState
from esign.engine.contracts.desk import ContractDesk
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.refusals import ContractStateRefused, EngineError
from esign.engine.templates.uploads import plain_name
from esign.evidence.kinds import EntryKind
from esign.foundation.errors import EsignError
from esign.foundation.identifiers import new_id

KEPT_FOR = timedelta(days=30)
MOST = 50
"""Runs of one company that are shown."""
AT_ONCE = 25
"""Rows that a worker makes before it looks at other work."""
_HOLDER, _ABOUT = "company", "bulk"
_PASSING = ("store", "gateway")
"""Codes of what passes: the row waits for another try."""

_log = logging.getLogger("esign.engine.company.bulk")


class BulkUnknown(EngineError):
    """There is no such file, or its time is over."""

    code = "engine.bulk.unknown"


class _TakenAlready(EngineError):
    """Another worker made this row."""

    code = "engine.bulk.taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row as it is shown."""

    number: int
    state: str
    reference: str
    contract_id: str | None
    code: str | None
    findings: tuple[tuple[str, str, str], ...]
    """Column, and what is wrong in German and English; a code where the words are looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """A run as it is shown."""

    id: str
    name: str
    state: str
    created_at: datetime
    finished_at: datetime | None
    encoding: str
    delimiter: str
    kind: str
    plan: str
    ignored: tuple[str, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDesk:
    """Takes files of contracts. One of another company is as unknown as one that does not exist."""

    household: Household
    contracts: ContractDesk
    creation: CreationDesk

    def check(self, actor: Actor, name: str, data: bytes, *, kind: str, plan: str) -> BulkView:
        """Check a file, row by row; nothing is drawn up.

        Args:
            actor: Who uploads.
            name: The file's name.
            data: Its bytes.
            kind: ``form`` or ``like``.
            plan: The form, or the contract whose like the rows are.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkFileRefused: It cannot be read.
            FormUnknown, ContractUnknown: There is no such form or contract.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        made = plan_of(self.creation, actor, kind, plan)
        table = read_table(data)
        rows = self._checked(actor, made, table)
        now = house.clock.now()
        run_id = new_id()
        contents = BulkContents(
            name=plain_name(name),
            encoding=table.encoding,
            delimiter=table.delimiter,
            plan=made.name,
            kind=made.kind,
            ignored=tuple(column for column in table.columns if not made.fits(column)),
        )
        with house.store.transaction() as tx:
            tx.safe.new_key(run_id, (_HOLDER,))
            run = BulkRun(
                id=run_id,
                tenant=actor.tenant,
                by=actor.name,
                state=BulkState.CHECKED,
                created_at=now,
                expires_at=now + KEPT_FOR,
                sealed=tx.safe.seal(run_id, _ABOUT, contents.to_bytes()),
            )
            tx.bulk.add(
                run,
                [
                    BulkRow(
                        run_id=run_id,
                        number=number,
                        state=RowState.BAD if row.findings else RowState.WAITING,
                        sealed=tx.safe.seal(run_id, f"row-{number}", row.to_bytes()),
                    )
                    for number, row in rows
                ],
            )
            bad = sum(bool(row.findings) for _, row in rows)
            house.record(tx, EntryKind.BULK_CHECKED, None, {"bulk": run_id, "rows": len(rows), "bad": bad}, by=actor)
            return self._view(tx, run)

    def start(self, actor: Actor, run_id: str) -> None:
        """Let the rows that the check found right be made and sent. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
            ContractStateRefused: It was cancelled, or no row of it is right.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            run = self._get(tx, actor, run_id)
            if run.state in (BulkState.RUNNING, BulkState.DONE):
                return
            waiting = tx.bulk.counts(run.id).get(RowState.WAITING, 0)
            if run.state is BulkState.CANCELLED or not waiting:
                raise ContractStateRefused("nothing of this can be sent", state=run.state.value)
            tx.bulk.update(replace(run, state=BulkState.RUNNING, by=actor.name))
            self.household.record(tx, EntryKind.BULK_STARTED, None, {"bulk": run.id, "rows": waiting}, by=actor)

    def cancel(self, actor: Actor, run_id: str) -> None:
        """Let nothing more be made; contracts that were made stay. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            run = self._get(tx, actor, run_id)
            if run.state in (BulkState.CHECKED, BulkState.RUNNING):
                self._end(tx, run, BulkState.CANCELLED, by=actor)

    def list(self, actor: Actor) -> tuple[BulkView, ...]:
        """Return the company's files, newest first.

        Raises:
            AccessDenied: The actor may not draw up contracts.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            return tuple(self._view(tx, run) for run in tx.bulk.of_tenant(actor.tenant, MOST))

    def view(self, actor: Actor, run_id: str) -> tuple[BulkView, tuple[RowView, ...]]:
        """Return a file and its rows.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            run = self._get(tx, actor, run_id)
            return self._view(tx, run), tuple(self._row(tx, row) for row in tx.bulk.rows(run.id))

    def result(self, actor: Actor, run_id: str, lang: str) -> bytes:
        """Return what became of each row as CSV: line, state, contract number, contract, column, reason.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
        """
        _, rows = self.view(actor, run_id)
        place = 1 if lang == "de" else 2
        head = {
            1: ("Zeile", "Stand", "Vertragsnummer", "Vertrag", "Spalte", "Grund"),
            2: ("line", "state", "contract number", "contract", "column", "reason"),
        }[place]
        lines: list[tuple[str, ...]] = [head]
        for row in rows:
            first = (str(row.number), row.state, row.reference, row.contract_id or "")
            lines += [(*first, found[0], found[place]) for found in row.findings] or [(*first, "", row.code or "")]
        return write_table(lines)

    def run_due(self) -> int:
        """Make the next rows of all runs that are under way (a worker calls this); return how many were made."""
        done = 0
        with self.household.store.reading() as tx:
            running = tx.bulk.running()
        for run in running:
            done += self._advance(run)
        return done

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

    def _advance(self, run: BulkRun) -> int:
        house = self.household
        with house.store.reading() as tx:
            actor = self._still_allowed(tx, run)
            waiting = tx.bulk.rows(run.id, state=RowState.WAITING, limit=AT_ONCE)
        if actor is None or not waiting:
            with house.store.transaction() as tx:
                current = tx.bulk.get(run.id)
                if current is not None and current.state is BulkState.RUNNING:
                    self._end(tx, current, BulkState.DONE if actor is not None else BulkState.CANCELLED)
            return 0
        return sum(self._make(actor, run, row) for row in waiting)

    def _make(self, actor: Actor, run: BulkRun, row: BulkRow) -> bool:
        """Make a row's contract; everything about it, its state too, is one transaction."""
        house = self.household
        with house.store.reading() as tx:
            contents = RowContents.from_bytes(tx.safe.open(run.id, f"row-{row.number}", row.sealed))

        def take(tx: Transaction) -> None:
            current = tx.bulk.get(run.id)
            running = current is not None and current.state is BulkState.RUNNING
            if not running or not tx.bulk.settle(run.id, row.number, state=RowState.DONE):
                raise _TakenAlready

        try:
            with house.store.together(first=take):
                contract_id = self.contracts.draw_up(actor, json.loads(contents.data))
                self.contracts.invite(actor, contract_id)
                with house.store.transaction() as tx:
                    tx.bulk.note(run.id, row.number, contract_id=contract_id, code=None)
        except _TakenAlready:
            return False
        except EsignError as refusal:
            if refusal.code.startswith(_PASSING):
                _log.info("a row waits", extra={"code": refusal.code})
                return False
            with house.store.transaction() as tx:
                if tx.bulk.settle(run.id, row.number, state=RowState.FAILED):
                    tx.bulk.note(run.id, row.number, contract_id=None, code=refusal.code)
            return False
        return True

    def _still_allowed(self, tx: Transaction, run: BulkRun) -> Actor | None:
        """Return who started a run, as far as that one may draw up contracts today."""
        kind, _, identifier = run.by.partition(":")
        if kind == ActorKind.SYSTEM.value:
            return system(run.tenant)
        if kind == ActorKind.API_KEY.value:
            key = tx.api_keys.get(identifier)
            usable = key is not None and key.revoked_at is None and key.expires_at > self.household.clock.now()
            granted = frozenset({Permission.CONTRACTS_WRITE}) if usable else frozenset()
        else:
            account = tx.accounts.get(identifier)
            usable = account is not None and account.state is AccountState.ACTIVE and account.tenant == run.tenant
            roles = account.roles if account is not None and usable else ()
            granted = frozenset(permission for role in roles for permission in ALLOWED[role])
        if Permission.CONTRACTS_WRITE not in granted:
            return None
        return Actor(tenant=run.tenant, kind=ActorKind(kind), id=identifier, permissions=granted)

    def _end(self, tx: Transaction, run: BulkRun, state: BulkState, *, by: Actor | None = None) -> None:
        tx.bulk.skip_waiting(run.id)
        tx.bulk.update(replace(run, state=state, finished_at=self.household.clock.now()))
        counts = tx.bulk.counts(run.id)
        facts = {"bulk": run.id, "done": counts.get(RowState.DONE, 0), "failed": counts.get(RowState.FAILED, 0)}
        kind = EntryKind.BULK_CANCELLED if state is BulkState.CANCELLED else EntryKind.BULK_FINISHED
        self.household.record(tx, kind, None, facts, by=by or system(run.tenant))

    def _checked(self, actor: Actor, plan: Plan, table: Table) -> tuple[tuple[int, RowContents], ...]:
        seen: dict[str, int] = {}
        return tuple((line.number, self._checked_row(actor, plan, table, line, seen)) for line in table.lines)

    def _checked_row(self, actor: Actor, plan: Plan, table: Table, line: Line, seen: dict[str, int]) -> RowContents:
        reference = ""
        names = {plan.fits(column): column for column in table.columns}
        cells: dict[str, str] = {}
        try:
            cells = by_column(plan, table.columns, line)
            data = plan.data(cells)
            reference = str(data["reference"])
            if reference in seen:
                first = seen[reference]
                de, en = f"Dieselbe Vertragsnummer wie Zeile {first}.", f"The same contract number as line {first}."
                raise RowRefused((names.get("reference", ""), de, en))
            seen[reference] = line.number
            self.creation.preview(actor, data)
            if self.creation.taken(actor, reference):
                de, en = "Diese Vertragsnummer ist vergeben.", "This contract number is taken."
                raise RowRefused((names.get("reference", ""), de, en))
        except RowRefused as refused:
            findings = tuple((names.get(place, place), de, en) for place, de, en in refused.findings)
            return RowContents(reference=reference, findings=findings)
        except EsignError as refusal:
            findings = tuple((names.get(place, place), de, en) for place, de, en in told(refusal, cells))
            return RowContents(reference=reference, findings=findings)
        return RowContents(reference=reference, data=json.dumps(data).encode())

    def _view(self, tx: Transaction, run: BulkRun) -> BulkView:
        contents = BulkContents.from_bytes(tx.safe.open(run.id, _ABOUT, run.sealed))
        counts = tx.bulk.counts(run.id)
        return BulkView(
            id=run.id,
            name=contents.name,
            state=run.state.value,
            created_at=run.created_at,
            finished_at=run.finished_at,
            encoding=contents.encoding,
            delimiter=contents.delimiter,
            kind=contents.kind,
            plan=contents.plan,
            ignored=contents.ignored,
            counts={state.value: counts.get(state.value, 0) for state in RowState},
        )

    @staticmethod
    def _row(tx: Transaction, row: BulkRow) -> RowView:
        contents = RowContents(reference="")
        if row.sealed:
            contents = RowContents.from_bytes(tx.safe.open(row.run_id, f"row-{row.number}", row.sealed))
        made = tx.contracts.get(row.contract_id) if row.contract_id else None
        return RowView(
            number=row.number,
            state=row.state.value,
            reference=made.reference if made is not None else contents.reference,
            contract_id=row.contract_id,
            code=row.code,
            findings=tuple((found[0], found[1], found[2]) for found in contents.findings),
        )

    def _get(self, tx: Transaction, actor: Actor, run_id: str) -> BulkRun:
        run = tx.bulk.get(run_id)
        if run is None or run.tenant != actor.tenant or run.expires_at <= self.household.clock.now():
            raise BulkUnknown
        return run
