"""Deadlines: the arithmetic of periods, and how long a customer can withdraw (Widerruf).

What enters: the kind of a contract, what happened to it and when, the Länder of both sides. What leaves: local days and
exclusive UTC instants, each with its clause and its mark; a verdict on timeliness is a value, never a refusal. What may
be touched here: files below ``policies/withdrawal`` and ``policies/holidays``, read-only; no clock. Clauses: BGB
§§ 147, 148, 186–193, 312g, 355–357b; VVG §§ 8, 9, 152; EGBGB Art. 246a, 246b; TKG § 54; FernUSG § 4.
"""

from esign.contracts.deadlines.acceptance import ReminderWindow, acceptance_end, reminder_window
from esign.contracts.deadlines.answer import period_answer, withdrawal_answer
from esign.contracts.deadlines.errors import (
    DeadlineDataRefused,
    DeadlineError,
    NoRuleInForce,
    PeriodOutOfRange,
    PlaceUnknown,
)
from esign.contracts.deadlines.facts import Event, WithdrawalFacts
from esign.contracts.deadlines.holidays import LAENDER, HolidayCalendar, PassedDay, Place
from esign.contracts.deadlines.instants import ends_at, local_day
from esign.contracts.deadlines.periods import (
    Period,
    PeriodEnd,
    latest_receipt,
    nominal_end,
    nominal_end_from_beginning,
    own_duty,
    period_end,
)
from esign.contracts.deadlines.rules import (
    Clause,
    WithdrawalException,
    WithdrawalRule,
    exception_named,
    withdrawal_rule,
)
from esign.contracts.deadlines.verdict import EndsBy, State, Step, Timeliness, WithdrawalDeadline
from esign.contracts.deadlines.withdrawal import withdrawal_deadline

__all__ = [
    "LAENDER",
    "Clause",
    "DeadlineDataRefused",
    "DeadlineError",
    "EndsBy",
    "Event",
    "HolidayCalendar",
    "NoRuleInForce",
    "PassedDay",
    "Period",
    "PeriodEnd",
    "PeriodOutOfRange",
    "Place",
    "PlaceUnknown",
    "ReminderWindow",
    "State",
    "Step",
    "Timeliness",
    "WithdrawalDeadline",
    "WithdrawalException",
    "WithdrawalFacts",
    "WithdrawalRule",
    "acceptance_end",
    "ends_at",
    "exception_named",
    "latest_receipt",
    "local_day",
    "nominal_end",
    "nominal_end_from_beginning",
    "own_duty",
    "period_answer",
    "period_end",
    "reminder_window",
    "withdrawal_answer",
    "withdrawal_deadline",
    "withdrawal_rule",
]
