"""Amounts, dates and numbers the way people write them in German and in English."""

from __future__ import annotations

import calendar
from datetime import date
from decimal import Decimal

NBSP = "\u00a0"
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: Decimal | int, lang: str, places: int | None = None) -> str:
    """Return a number with grouped thousands: ``1.234,56`` in German, ``1,234.56`` in English.

    Args:
        value: What is written; never rounded unless ``places`` says so.
        lang: ``de`` or ``en``.
        places: Digits behind the decimal sign; as many as the value has if None.
    """
    text = f"{value:,.{places}f}" if places is not None else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "de" else text


def money(cents: int | Decimal, lang: str) -> str:
    """Return an amount in euro: ``1.046,56 €`` in German, ``€1,046.56`` in English."""
    euro = number(Decimal(cents) / 100, lang, 2)
    return f"{euro}{NBSP}€" if lang == "de" else f"€{euro}"


def whole_money(cents: int, lang: str) -> str:
    """Return an amount without decimals where it is whole euro: ``60.000 €``; otherwise as :func:`money`."""
    if cents % 100:
        return money(cents, lang)
    euro = number(cents // 100, lang)
    return f"{euro}{NBSP}€" if lang == "de" else f"€{euro}"


def day(value: date, lang: str) -> str:
    """Return a day: ``01.01.2027`` in German, ``1 January 2027`` in English."""
    if lang == "de":
        return value.strftime("%d.%m.%Y")
    return f"{value.day}{NBSP}{_MONTHS_EN[value.month - 1]}{NBSP}{value.year}"


def quantity(value: Decimal | int, unit: str, lang: str, places: int | None = None) -> str:
    """Return a quantity with its unit, held together: ``2.800 kWh``."""
    return f"{number(value, lang, places)}{NBSP}{unit}"


def months(count: int, lang: str) -> str:
    """Return a number of months in words: ``12 Monate``, ``1 Monat``."""
    if lang == "de":
        return f"{count}{NBSP}{'Monat' if count == 1 else 'Monate'}"
    return f"{count}{NBSP}{'month' if count == 1 else 'months'}"


def notice(count: int, lang: str) -> str:
    """Return a notice period as it follows a preposition: ``einem Monat``, ``drei Monaten``."""
    if lang == "de":
        return {1: "einem Monat", 2: "zwei Monaten", 3: "drei Monaten"}.get(count, f"{count}{NBSP}Monaten")
    return {1: "one month", 2: "two months", 3: "three months"}.get(count, f"{count}{NBSP}months")


def days_in_words(count: int, lang: str) -> str:
    """Return a number of days as it follows a preposition: ``5 Tagen``, ``einem Tag``."""
    if lang == "de":
        return "einem Tag" if count == 1 else f"{count}{NBSP}Tagen"
    return "one day" if count == 1 else f"{count}{NBSP}days"


def iban(value: str) -> str:
    """Return an IBAN in groups of four, held together."""
    return NBSP.join(value[start : start + 4] for start in range(0, len(value), 4))


def add_months(start: date, count: int) -> date:
    """Return the day with the same number months later, or that month's last day (BGB § 188 (2), (3))."""
    index = start.year * 12 + start.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
