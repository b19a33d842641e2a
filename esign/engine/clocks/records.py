"""Acts that become due, tasks of clerks and links of calendars as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from esign.engine.contents import Contents

TASK = "task"
"""Name under which a task's words are sealed, under the key of what it is about."""


class Act(StrEnum):
    """What the installation does by itself at an instant."""

    OFFER_LAPSES = "offer_lapses"
    """The period for acceptance is over. Source: BGB §§ 146, 148, 193."""
    WITHDRAWAL_ENDS = "withdrawal_ends"
    """The period for withdrawal is over. Source: BGB §§ 355, 356."""
    REMIND_OF_RIGHT = "remind_of_right"
    """Who had the information late is reminded of the right. Source: EGBGB Art. 246b § 2 (2)."""
    ORDER_ACCEPTED = "order_accepted"
    """The company accepts an order by rule. Source: BGB §§ 147, 148."""
    FORMATION_ENDS = "formation_ends"
    """An order that nobody accepted lapses; silence about an approval is a refusal. Source: BGB §§ 108 (2), 146."""
    REMIND_OF_APPROVAL = "remind_of_approval"
    """Who is asked for an approval is reminded once. Source: TKG § 54 (3); BGB § 108 (1)."""
    TASK_OVERDUE = "task_overdue"
    """A task's last day is over. Source: BGB § 357 (1)."""
    ACKNOWLEDGEMENT_MISSING = "acknowledgement_missing"
    """A declaration was received and its acknowledgement is not delivered. Source: BGB §§ 312k (4), 356a (4)."""


class ActState(StrEnum):
    """Where an act stands."""

    WAITING = "waiting"
    DONE = "done"
    DROPPED = "dropped"
    """What it was about is over; it is not done any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAct:
    """One row for one act: however often it is planned, it is done once."""

    id: str
    tenant: str
    act: Act
    subject: str
    """Contract, declaration or task."""
    contract_id: str | None
    due_at: datetime
    not_before: datetime
    """When it is tried (again); not before it is due."""
    state: ActState = ActState.WAITING
    done_at: datetime | None = None
    attempts: int = 0


class TaskKind(StrEnum):
    """What a clerk has to do."""

    WITHDRAWAL = "withdrawal"
    """Look at a withdrawal, return what was paid. Source: BGB §§ 355 (3), 357 (1), 357b (1); VVG § 9 (1)."""
    TERMINATION = "termination"
    """Tell the end, end the contract. Source: BGB § 312k (4), (5)."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """See that an acknowledgement reaches its addressee. Source: BGB §§ 312k (4), 356a (4)."""
    REMINDER = "reminder"
    """See that a customer is reminded of the right. Source: EGBGB Art. 246b § 2 (2)."""
    ORDER = "order"
    """Accept an order, or turn it down. Source: BGB §§ 147, 148."""
    ACCEPTANCE = "acceptance"
    """See that an acceptance reaches the customer: without it there is no contract. Source: BGB § 130 (1)."""
    APPROVAL = "approval"
    """See what became of an approval that a contract waits for. Source: BGB § 108; TKG § 54 (3)."""
    OTHER = "other"
    """What a clerk wrote down for a contract."""


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A task with its last day."""

    id: str
    tenant: str
    kind: TaskKind
    subject: str
    """Declaration or contract, under whose key the words are sealed."""
    contract_id: str | None
    due_on: str
    """Last local day (ISO)."""
    state: TaskState = TaskState.OPEN
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    """Kind and name of who did it; names no person."""
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContents(Contents):
    """What stands about a task in words."""

    title: str = ""
    words: str = ""
    """A clerk's note at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLink:
    """The secret link of one clerk's calendar."""

    id: str
    tenant: str
    account_id: str
    digest: bytes = field(repr=False)
    created_at: datetime
    revoked_at: datetime | None = None
    last_used: str | None = None
    """Local day, never an instant."""
