"""Whether a withdrawal was in time: a value for a person to look at, never a refusal by software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from esign.contracts.deadlines import (
    DeadlineError,
    Period,
    WithdrawalDeadline,
    WithdrawalFacts,
    local_day,
    own_duty,
    withdrawal_deadline,
)

CAUTIOUS_REFUND = Period(days=14)
"""The shorter of the two refund periods, where the contract is not known.

Source: BGB § 357 (1); 30 days in BGB § 357b (1), VVG § 9 (1).
"""


class Verdict(StrEnum):
    """What the software says about a withdrawal; what becomes of it a person decides."""

    IN_TIME = "in_time"
    LATE = "late"
    LAPSED = "lapsed"
    NO_RIGHT = "no_right"
    UNCLEAR = "unclear"
    """The contract is not known, or too little about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on one withdrawal, and the date that follows."""

    verdict: Verdict
    refund_due: date | None
    """Last day for the refund, counted from receipt and not shifted; None where there is no right."""
    exercisable_until: datetime | None
    """Exclusive instant until which a withdrawal kept the period; None: no end is known."""
    rule: str
    """``kind/version`` of the rule that was applied; empty: none."""


def judge(facts: Mapping[str, Any] | None, *, sent_at: datetime, received_at: datetime) -> Judged:
    """Return whether a withdrawal was in time, and until when what was paid has to be returned.

    Args:
        facts: What is known about the contract, as ``withdrawal-facts.schema.json`` has it; None: no contract found,
            or one about which the law of withdrawal says nothing.
        sent_at: When it was sent; by way of the function: when it arrived there.
        received_at: When it was received.

    Source: BGB §§ 355 (1) sentence 5, (3) sentence 2, 356a (5), 357 (1), 357b (1); VVG § 9 (1).
    """
    deadline = _deadline(facts)
    if deadline is None:
        return Judged(
            verdict=Verdict.UNCLEAR,
            refund_due=own_duty(local_day(received_at), CAUTIOUS_REFUND),
            exercisable_until=None,
            rule="",
        )
    verdict = Verdict(deadline.timeliness(sent_at).value)
    return Judged(
        verdict=verdict,
        refund_due=None if verdict is Verdict.NO_RIGHT else deadline.refund_due(received_at),
        exercisable_until=deadline.exercisable_until,
        rule=f"{deadline.rule.kind}/{deadline.rule.version}",
    )


def refund_due(received_at: datetime, period: Period = CAUTIOUS_REFUND) -> date:
    """Return the last day for a refund, counted from receipt; not shifted to a working day."""
    return own_duty(local_day(received_at), period)


def _deadline(facts: Mapping[str, Any] | None) -> WithdrawalDeadline | None:
    if facts is None:
        return None
    try:
        return withdrawal_deadline(WithdrawalFacts.parse(facts))
    except DeadlineError:  # what cannot be calculated is for a person, and nobody loses a right by it
        return None
