"""What became of files of contracts: runs and rows, page by page, and the result as a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from esign.access import Actor, Permission
from esign.engine.company.bulk_file import write_table
from esign.engine.company.bulk_views import BulkView, RowPage, RowView, RunPage, row_view, run_view
from esign.engine.company.records import BulkRun, RowState
from esign.engine.household import Household
from esign.engine.paging import page, page_by_time
from esign.engine.ports import Transaction
from esign.engine.refusals import EngineError

MOST = 50
"""Runs of one company that are shown on a page."""


class BulkUnknown(EngineError):
    """There is no such file, or its time is over."""

    code = "engine.bulk.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReader:
    """Shows runs. One of another company is as unknown as one that does not exist."""

    household: Household

    def list(self, actor: Actor) -> tuple[BulkView, ...]:
        """Return the company's files, newest first.

        Raises:
            AccessDenied: The actor may not draw up contracts.
        """
        return self.runs(actor, limit=MOST).runs

    def runs(self, actor: Actor, *, after: str | None = None, limit: int = MOST) -> RunPage:
        """Return a page of the company's runs, newest first.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        context = ("bulk-runs", actor.tenant)
        with self.household.store.reading() as tx:
            rows = partial(tx.bulk.runs, actor.tenant)
            found, more = page_by_time(rows, tx.vault, context, after=after, limit=limit)
            now = self.household.clock.now()
            return RunPage(runs=tuple(run_view(tx, run) for run in found if run.expires_at > now), next=more)

    def view(self, actor: Actor, run_id: str) -> tuple[BulkView, tuple[RowView, ...]]:
        """Return a file and its rows.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            run = self._get(tx, actor, run_id)
            return run_view(tx, run), tuple(row_view(tx, row) for row in tx.bulk.rows(run.id))

    def one(self, actor: Actor, run_id: str) -> BulkView:
        """Return a run without its rows.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            return run_view(tx, self._get(tx, actor, run_id))

    def rows(
        self, actor: Actor, run_id: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> RowPage:
        """Return a page of a run's rows, in order.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            BulkUnknown: There is no such file.
            CursorRefused: The cursor is not of this list with this state.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        context = ("bulk-rows", actor.tenant, run_id, state or "")
        with self.household.store.reading() as tx:
            run = self._get(tx, actor, run_id)
            wanted = None if state is None else RowState(state)
            rows = partial(tx.bulk.page, run.id, state=wanted)
            found, more = page(rows, lambda row: row.number, tx.vault, context, after=after, limit=limit)
            return RowPage(rows=tuple(row_view(tx, row) for row in found), next=more)

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

    def _get(self, tx: Transaction, actor: Actor, run_id: str) -> BulkRun:
        run = tx.bulk.get(run_id)
        if run is None or run.tenant != actor.tenant or run.expires_at <= self.household.clock.now():
            raise BulkUnknown
        return run
