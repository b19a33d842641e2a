"""What the clocks need from outside, in their own words."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esign.engine.clocks.records import Act, CalendarLink, DueAct, TaskKind, TaskRecord, TaskState
from esign.engine.rights.performance_records import PerformanceRecord


class Clocks(Protocol):
    """The acts that are due some day, and how far the ledger was looked at."""

    def position(self) -> int:
        """Return the first ledger entry that was not looked at yet."""

    def move(self, seq: int) -> None:
        """Note how far the ledger was looked at."""

    def of(self, act: Act, subject: str) -> DueAct | None:
        """Return the row of an act."""

    def get(self, act_id: str) -> DueAct | None:
        """Return a row by its name."""

    def add(self, act: DueAct) -> None:
        """Keep a new row."""

    def update(self, act: DueAct) -> None:
        """Replace a row."""

    def due(self, now: datetime, limit: int) -> tuple[DueAct, ...]:
        """Return what waits and is to be tried, the longest due first."""

    def done_ahead(self, now: datetime, limit: int) -> tuple[DueAct, ...]:
        """Return what was done although it is not due yet: the clock had run ahead."""

    def of_contract(self, contract_id: str) -> tuple[DueAct, ...]:
        """Return the rows about a contract, the first due first."""

    def coming(self, tenant: str, limit: int) -> tuple[DueAct, ...]:
        """Return what waits of a tenant, the first due first."""


class Tasks(Protocol):
    """The tasks of clerks."""

    def add(self, task: TaskRecord) -> None:
        """Keep a new task."""

    def get(self, task_id: str) -> TaskRecord | None:
        """Return a task."""

    def of(self, kind: TaskKind, subject: str) -> TaskRecord | None:
        """Return the task of a kind about something."""

    def about(self, subject: str) -> tuple[TaskRecord, ...]:
        """Return the tasks about something."""

    def update(self, task: TaskRecord) -> None:
        """Replace a task."""

    def page(
        self,
        tenant: str,
        *,
        state: TaskState,
        kind: TaskKind | None,
        due_to: str | None,
        after: tuple[str, str] | None,
        limit: int,
    ) -> tuple[TaskRecord, ...]:
        """Return a tenant's tasks in order of their last day, from behind a place."""


class Calendars(Protocol):
    """The links of calendars."""

    def add(self, link: CalendarLink) -> None:
        """Keep a new link."""

    def by_digest(self, digest: bytes) -> CalendarLink | None:
        """Return the link of a secret."""

    def of_account(self, account_id: str) -> tuple[CalendarLink, ...]:
        """Return the links of an account that are not revoked."""

    def update(self, link: CalendarLink) -> None:
        """Replace a link."""


class Performances(Protocol):
    """The statements about the performance of contracts."""

    def add(self, record: PerformanceRecord) -> None:
        """Keep a new statement."""

    def get(self, record_id: str) -> PerformanceRecord | None:
        """Return a statement."""

    def update(self, record: PerformanceRecord) -> None:
        """Replace a statement."""

    def of_contract(self, contract_id: str) -> tuple[PerformanceRecord, ...]:
        """Return the statements about a contract, oldest first, the corrected ones too."""
