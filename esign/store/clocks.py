"""Due acts, tasks, calendars and performance in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from esign.engine.clocks.records import Act, ActState, CalendarLink, DueAct, TaskKind, TaskRecord, TaskState
from esign.engine.rights.performance_records import PerformanceRecord
from esign.store.statements import changed_by, found_by, keys, row_of
from esign.store.tables_clocks import calendar_link, clock_place, desk_task, due_act, performance_event

_Kept = TypeVar("_Kept", DueAct, TaskRecord)

_ACT, _ACT_OF = found_by(due_act, "id"), found_by(due_act, "act", "subject")
_TASK, _TASK_OF = found_by(desk_task, "id"), found_by(desk_task, "kind", "subject")
_LINK = found_by(calendar_link, "digest")
_EVENT = found_by(performance_event, "id")


class SqlClocks:
    """The acts that become due, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def position(self) -> int:
        """Return the first ledger entry that was not looked at yet."""
        return self._connection.execute(select(clock_place.c.seq)).scalar_one_or_none() or 0

    def move(self, seq: int) -> None:
        """Note how far the ledger was looked at."""
        if not self._connection.execute(update(clock_place).values(seq=seq)).rowcount:
            self._connection.execute(insert(clock_place).values(id=1, seq=seq))

    def of(self, act: Act, subject: str) -> DueAct | None:
        """Return the row of an act."""
        return _first(_acts(self._connection.execute(_ACT_OF, keys(act=act.value, subject=subject))))

    def get(self, act_id: str) -> DueAct | None:
        """Return a row by its name."""
        return _first(_acts(self._connection.execute(_ACT, keys(id=act_id))))

    def add(self, act: DueAct) -> None:
        """Keep a new row."""
        self._connection.execute(insert(due_act), _act_row(act))

    def update(self, act: DueAct) -> None:
        """Replace a row."""
        self._connection.execute(changed_by(due_act, "id"), keys(id=act.id) | _act_row(act))

    def due(self, now: datetime, limit: int) -> tuple[DueAct, ...]:
        """Return what waits and is to be tried, the longest due first."""
        waiting = select(due_act).where(due_act.c.state == ActState.WAITING.value, due_act.c.not_before <= now)
        return _acts(self._connection.execute(waiting.order_by(due_act.c.due_at, due_act.c.id).limit(limit)))

    def done_ahead(self, now: datetime, limit: int) -> tuple[DueAct, ...]:
        """Return what was done although it is not due yet: the clock had run ahead."""
        ahead = select(due_act).where(due_act.c.state == ActState.DONE.value, due_act.c.due_at > now)
        return _acts(self._connection.execute(ahead.order_by(due_act.c.due_at, due_act.c.id).limit(limit)))

    def of_contract(self, contract_id: str) -> tuple[DueAct, ...]:
        """Return the rows about a contract, the first due first."""
        query = select(due_act).where(due_act.c.contract_id == contract_id)
        return _acts(self._connection.execute(query.order_by(due_act.c.due_at, due_act.c.id)))

    def coming(self, tenant: str, limit: int) -> tuple[DueAct, ...]:
        """Return what waits of a tenant, the first due first."""
        query = select(due_act).where(due_act.c.tenant == tenant, due_act.c.state == ActState.WAITING.value)
        return _acts(self._connection.execute(query.order_by(due_act.c.due_at, due_act.c.id).limit(limit)))


class SqlTasks:
    """The tasks of clerks, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, task: TaskRecord) -> None:
        """Keep a new task."""
        self._connection.execute(insert(desk_task), _task_row(task))

    def get(self, task_id: str) -> TaskRecord | None:
        """Return a task."""
        return _first(_tasks(self._connection.execute(_TASK, keys(id=task_id))))

    def of(self, kind: TaskKind, subject: str) -> TaskRecord | None:
        """Return the task of a kind about something."""
        return _first(_tasks(self._connection.execute(_TASK_OF, keys(kind=kind.value, subject=subject))))

    def about(self, subject: str) -> tuple[TaskRecord, ...]:
        """Return the tasks about something."""
        query = select(desk_task).where(desk_task.c.subject == subject)
        return _tasks(self._connection.execute(query.order_by(desk_task.c.due_on, desk_task.c.id)))

    def update(self, task: TaskRecord) -> None:
        """Replace a task."""
        self._connection.execute(changed_by(desk_task, "id"), keys(id=task.id) | _task_row(task))

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
        conditions = [desk_task.c.tenant == tenant, desk_task.c.state == state.value]
        if kind is not None:
            conditions.append(desk_task.c.kind == kind.value)
        if due_to is not None:
            conditions.append(desk_task.c.due_on <= due_to)
        if after is not None:
            day, name = after
            conditions.append(
                or_(desk_task.c.due_on > day, and_(desk_task.c.due_on == day, desk_task.c.id > name)),
            )
        query = select(desk_task).where(*conditions)
        return _tasks(self._connection.execute(query.order_by(desk_task.c.due_on, desk_task.c.id).limit(limit)))


class SqlCalendars:
    """The links of calendars, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, link: CalendarLink) -> None:
        """Keep a new link."""
        self._connection.execute(insert(calendar_link), row_of(link))

    def by_digest(self, digest: bytes) -> CalendarLink | None:
        """Return the link of a secret."""
        row = self._connection.execute(_LINK, keys(digest=digest)).first()
        return None if row is None else CalendarLink(**row._mapping)

    def of_account(self, account_id: str) -> tuple[CalendarLink, ...]:
        """Return the links of an account that are not revoked."""
        query = select(calendar_link).where(
            calendar_link.c.account_id == account_id, calendar_link.c.revoked_at.is_(None)
        )
        found = self._connection.execute(query.order_by(calendar_link.c.created_at, calendar_link.c.id))
        return tuple(CalendarLink(**row._mapping) for row in found)

    def update(self, link: CalendarLink) -> None:
        """Replace a link."""
        self._connection.execute(changed_by(calendar_link, "id"), keys(id=link.id) | row_of(link))


class SqlPerformances:
    """The statements about performance, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: PerformanceRecord) -> None:
        """Keep a new statement."""
        self._connection.execute(insert(performance_event), row_of(record))

    def get(self, record_id: str) -> PerformanceRecord | None:
        """Return a statement."""
        row = self._connection.execute(_EVENT, keys(id=record_id)).first()
        return None if row is None else PerformanceRecord(**row._mapping)

    def update(self, record: PerformanceRecord) -> None:
        """Replace a statement."""
        self._connection.execute(changed_by(performance_event, "id"), keys(id=record.id) | row_of(record))

    def of_contract(self, contract_id: str) -> tuple[PerformanceRecord, ...]:
        """Return the statements about a contract, oldest first, the corrected ones too."""
        query = select(performance_event).where(performance_event.c.contract_id == contract_id)
        query = query.order_by(performance_event.c.recorded_at, performance_event.c.id)
        return tuple(PerformanceRecord(**row._mapping) for row in self._connection.execute(query))


def _act_row(act: DueAct) -> dict[str, object]:
    return row_of(act) | {"act": act.act.value, "state": act.state.value}


def _acts(rows: Iterable[Row[Any]]) -> tuple[DueAct, ...]:
    return tuple(DueAct(**{**row._mapping, "act": Act(row.act), "state": ActState(row.state)}) for row in rows)


def _task_row(task: TaskRecord) -> dict[str, object]:
    return row_of(task) | {"kind": task.kind.value, "state": task.state.value}


def _tasks(rows: Iterable[Row[Any]]) -> tuple[TaskRecord, ...]:
    return tuple(
        TaskRecord(**{**row._mapping, "kind": TaskKind(row.kind), "state": TaskState(row.state)}) for row in rows
    )


def _first(found: tuple[_Kept, ...]) -> _Kept | None:
    return found[0] if found else None
