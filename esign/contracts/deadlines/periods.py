"""The bare arithmetic of periods (BGB §§ 186–193), on local calendar days."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from esign.contracts.deadlines.errors import PeriodOutOfRange
from esign.contracts.deadlines.holidays import HolidayCalendar, PassedDay
from esign.contracts.deadlines.instants import ends_at, within

MAX_MONTHS = 1200
MAX_DAYS = 36_525


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A length of time in calendar months and days; months are counted first.

    Source: BGB §§ 188, 189 (2).
    """

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.months <= MAX_MONTHS and 0 <= self.days <= MAX_DAYS and self.months + self.days > 0):
            raise PeriodOutOfRange("a period needs months or days, within bounds", months=self.months, days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEnd:
    """The end of a period that a declaration has to keep."""

    trigger: date
    """Local day of the event; it does not count (BGB § 187 (1))."""
    nominal_end: date
    """Last local day by calculation (BGB § 188)."""
    shifted_end: date
    """Last local day after Saturdays, Sundays and public holidays were passed over (BGB § 193)."""
    expires_at: datetime
    """Exclusive UTC instant: whatever is declared before it is in time."""
    passed: tuple[PassedDay, ...]
    """The days that § 193 passed over, each with its reason."""


def nominal_end(trigger: date, period: Period) -> date:
    """Return the last day of a period that an event sets off; the day of the event does not count.

    Source: BGB §§ 187 (1), 188 (1)–(3), 189 (2).
    """
    return _later(add_months(within(trigger), period.months), period.days)


def nominal_end_from_beginning(first: date, period: Period) -> date:
    """Return the last day of a period that begins with the beginning of a day; that day counts.

    Source: BGB §§ 187 (2), 188 (2) alternative 2, (3).
    """
    within(first)
    if first.day == 1 or period.months == 0:
        return _later(add_months(first, period.months), period.days - 1)
    return _later(add_months(first - timedelta(days=1), period.months), period.days)


def period_end(trigger: date, period: Period, days: HolidayCalendar) -> PeriodEnd:
    """Return the end of a period for a declaration of intent or a performance, shifted to a working day.

    Only the end is shifted, never the beginning. For notice periods see :func:`latest_receipt`, for the company's own
    duties :func:`own_duty`.

    Source: BGB §§ 187 (1), 188, 193.
    """
    return shifted(trigger, nominal_end(trigger, period), days)


def shifted(trigger: date, end: date, days: HolidayCalendar) -> PeriodEnd:
    """Return the end of a period whose nominal end is known, shifted to the next working day.

    Source: BGB § 193.
    """
    moved, passed = days.next_working_day(within(end))
    return PeriodEnd(
        trigger=trigger, nominal_end=end, shifted_end=moved, expires_at=ends_at(within(moved)), passed=passed
    )


def latest_receipt(termination: date, notice: Period) -> date:
    """Return the last day on which a notice may be received so that it ends a contract with a day.

    A notice period protects who receives it: it is never shortened by BGB § 193, so the day is not shifted.

    Args:
        termination: The last local day of the contract.
        notice: Length of the notice period.

    Source: BGB §§ 130, 187 (1), 188; § 193 does not apply (settled case law, to be confirmed).
    """
    day = add_months(_later(within(termination), -notice.days), -notice.months)
    while nominal_end(day, notice) > termination:
        day -= timedelta(days=1)
    while nominal_end(day + timedelta(days=1), notice) <= termination:
        day += timedelta(days=1)
    return day


def own_duty(trigger: date, period: Period) -> date:
    """Return the last day for a duty of the company's own: the nominal end, as the earliest that can be defended.

    Source: engineering decision; BGB §§ 187 (1), 188 without § 193.
    """
    return nominal_end(trigger, period)


def add_months(day: date, months: int) -> date:
    """Return the day with the same number, or the last day of a month that has none.

    Source: BGB § 188 (2), (3).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise PeriodOutOfRange("a day lies outside the known years")
    return within(date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])))


def _later(day: date, days: int) -> date:
    try:
        return within(day + timedelta(days=days))
    except OverflowError as error:
        raise PeriodOutOfRange("a day lies outside the known years") from error
