"""What is said about a withdrawal period: its state, its end, every intermediate date, and whether one was in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from esign.contracts.deadlines.errors import PeriodOutOfRange
from esign.contracts.deadlines.facts import WithdrawalFacts
from esign.contracts.deadlines.instants import local_day
from esign.contracts.deadlines.periods import PeriodEnd, own_duty
from esign.contracts.deadlines.rules import Clause, WithdrawalRule


class State(StrEnum):
    """Whether the period runs; the right itself exists from the conclusion on."""

    NO_RIGHT = "no_right"
    NOT_STARTED = "not_started"
    STARTED = "started"


class EndsBy(StrEnum):
    """What ends the right."""

    PERIOD = "period"
    CAP = "cap"
    PERFORMANCE = "performance"
    OPEN = "open"
    """Nothing that has happened so far ends it."""
    NO_RIGHT = "no_right"


class Timeliness(StrEnum):
    """Whether a withdrawal keeps the period. A late one is recorded and acknowledged all the same."""

    IN_TIME = "in_time"
    LATE = "late"
    LAPSED = "lapsed"
    NO_RIGHT = "no_right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One intermediate date with its clause."""

    name: str
    day: date | None
    """Local day; None where it has not come."""
    clause: Clause
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDeadline:
    """The period of one contract."""

    facts: WithdrawalFacts
    rule: WithdrawalRule
    state: State
    ends_by: EndsBy
    start: date | None
    """Local day from which the period counts; itself not counted."""
    end: PeriodEnd | None
    """None where nothing ends the right so far, or where there is none."""
    lapsed_at: datetime | None
    """Instant at which the right ended before its period."""
    steps: tuple[Step, ...]

    @property
    def exercisable_until(self) -> datetime | None:
        """Exclusive instant until which a withdrawal keeps the period; None: no end, or no right."""
        if self.lapsed_at is not None:
            return self.lapsed_at
        return self.end.expires_at if self.end else None

    @property
    def open_points(self) -> tuple[Step, ...]:
        """The steps that counsel has yet to confirm; the reading that favours the consumer was taken."""
        return tuple(step for step in self.steps if step.clause.mark == "to be confirmed")

    def timeliness(self, sent_at: datetime) -> Timeliness:
        """Tell whether a withdrawal sent at an instant keeps the period: dispatch counts, not receipt.

        Source: BGB §§ 355 (1) sentence 5, 356a (5).
        """
        if sent_at.tzinfo is None:
            raise PeriodOutOfRange("an instant needs a time zone")
        if self.state is State.NO_RIGHT:
            return Timeliness.NO_RIGHT
        if self.end is not None and sent_at >= self.end.expires_at:
            return Timeliness.LATE
        if self.lapsed_at is not None and sent_at >= self.lapsed_at:
            return Timeliness.LAPSED
        return Timeliness.IN_TIME

    def refund_due(self, received_at: datetime) -> date:
        """Return the last day for the company's refund; it runs from receipt and is not shifted.

        Source: BGB §§ 355 (3) sentence 2, 357 (1), 357b (1); VVG § 9 (1).
        """
        return own_duty(local_day(received_at), self.rule.refund)
