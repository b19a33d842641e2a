"""Other clocks of a contract's beginning: until when an offer can be accepted, when a reminder is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from esign.contracts.deadlines.holidays import HolidayCalendar
from esign.contracts.deadlines.instants import within
from esign.contracts.deadlines.periods import PeriodEnd, shifted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderWindow:
    """The local days on which a reminder of the right of withdrawal may be sent, both inclusive."""

    first: date
    last: date


def acceptance_end(accept_until: date, days: HolidayCalendar) -> PeriodEnd:
    """Return the end of a fixed period for acceptance; the day named is a declaration's last day and is shifted.

    Source: BGB §§ 148, 193.
    """
    return shifted(accept_until, accept_until, days)


def reminder_window(concluded: date) -> ReminderWindow:
    """Return when a customer must be reminded who had the information less than a day before being bound.

    A duty of the company's own: between the first and the seventh day after the conclusion, not shifted.

    Source: EGBGB Art. 246b § 2 (2).
    """
    within(concluded)
    return ReminderWindow(first=within(concluded + timedelta(days=1)), last=within(concluded + timedelta(days=7)))
