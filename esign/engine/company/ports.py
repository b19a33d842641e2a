"""What the company's desk needs from outside, in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from esign.engine.company.records import BulkRow, BulkRun, RowState, Wanted
from esign.engine.paging import RowPlace
from esign.engine.records import ContractRecord


class SearchIndex(Protocol):
    """Finds contracts."""

    def keep(self, contract_id: str, tokens: frozenset[bytes], version: int) -> None:
        """Replace the search words of a contract."""

    def unindexed(self, version: int, limit: int) -> tuple[str, ...]:
        """Return contracts whose search words are missing, or of an earlier version."""

    def find(
        self, tenant: str, wanted: Wanted, tokens: frozenset[bytes], *, after: RowPlace | None, limit: int
    ) -> tuple[ContractRecord, ...]:
        """Return a tenant's contracts that have all the tokens, newest first, from behind a place."""

    def counts(self, tenant: str) -> Mapping[str, int]:
        """Return how many contracts a tenant has in each state."""


class BulkRuns(Protocol):
    """The bulk runs and their rows."""

    def add(self, run: BulkRun, rows: Sequence[BulkRow]) -> None:
        """Keep a new run with its rows."""

    def get(self, run_id: str) -> BulkRun | None:
        """Return a run."""

    def update(self, run: BulkRun) -> None:
        """Replace a run."""

    def of_tenant(self, tenant: str, limit: int) -> tuple[BulkRun, ...]:
        """Return a tenant's runs, newest first."""

    def running(self) -> tuple[BulkRun, ...]:
        """Return the runs of all tenants that are under way, oldest first."""

    def unfinished(self, tenant: str, now: datetime) -> int:
        """Return how many runs of a tenant are checked or under way, and not over."""

    def rows(self, run_id: str, *, state: RowState | None = None, limit: int | None = None) -> tuple[BulkRow, ...]:
        """Return rows of a run in order."""

    def page(self, run_id: str, *, state: RowState | None, after: int | None, limit: int) -> tuple[BulkRow, ...]:
        """Return rows of a run in order, from behind a number."""

    def runs(self, tenant: str, *, after: RowPlace | None, limit: int) -> tuple[BulkRun, ...]:
        """Return a tenant's runs, newest first, from behind a place."""

    def put_file(self, run_id: str, sealed: bytes) -> None:
        """Keep the rows of a run as they were uploaded."""

    def file(self, run_id: str) -> bytes | None:
        """Return the rows of a run as they were uploaded; None: not kept any more."""

    def drop_file(self, run_id: str) -> None:
        """Forget the rows of a run as they were uploaded."""

    def put_rows(self, run_id: str, rows: Sequence[BulkRow]) -> None:
        """Replace all rows of a run."""

    def counts(self, run_id: str) -> Mapping[str, int]:
        """Return how many rows a run has in each state."""

    def settle(self, run_id: str, number: int, *, state: RowState) -> bool:
        """Take a waiting row out of waiting; False: somebody else did. Its sealed data are emptied."""

    def note(self, run_id: str, number: int, *, contract_id: str | None, code: str | None) -> None:
        """Keep what became of a row."""

    def skip_waiting(self, run_id: str) -> None:
        """Let nothing more be made of the rows that wait."""

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of runs whose time is over."""

    def remove(self, run_id: str) -> None:
        """Delete a run with its rows."""
