"""Instants and legal days: an instant is UTC, a legal day is a calendar day in Berlin."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from esign.contracts.deadlines.errors import PeriodOutOfRange

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_DAY = date(1991, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""Between these days the holidays of all Länder are known by one law; what lies outside is refused."""


def local_day(instant: datetime) -> date:
    """Return the calendar day in Berlin on which an instant falls; the UTC day can be another one.

    Raises:
        PeriodOutOfRange: The instant has no time zone, or lies outside the known years.
    """
    if instant.tzinfo is None:
        raise PeriodOutOfRange("an instant needs a time zone")
    try:
        return within(instant.astimezone(BERLIN).date())
    except OverflowError as error:
        raise PeriodOutOfRange("an instant lies outside the known years") from error


def ends_at(day: date) -> datetime:
    """Return the exclusive UTC instant at which a local day ends: the next midnight in Berlin.

    Daylight saving changes the length of the day, never the number of days.

    Source: BGB § 188 (1).
    """
    return datetime.combine(day + timedelta(days=1), time.min, BERLIN).astimezone(UTC)


def within(day: date) -> date:
    """Return a day that can be calculated with.

    Raises:
        PeriodOutOfRange: It lies outside the known years.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PeriodOutOfRange("a day lies outside the known years", first=FIRST_DAY.year, last=LAST_DAY.year)
    return day


def instant_text(instant: datetime) -> str:
    """Return an instant as ``2026-12-02T23:00:00Z``, with microseconds only where there are any."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
