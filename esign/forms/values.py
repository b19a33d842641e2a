"""The few kinds of value that expressions of a form know: text, exact number, day, yes or no, absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

Value = str | Fraction | date | bool | None
"""Absent is ``None``; numbers are exact fractions, never floats."""
Texts = Mapping[str, str]
"""A text by language: ``de``, ``en``."""

_NUMBER = re.compile(r"(-?[0-9]{1,18})(?:\.([0-9]{1,9}))?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def number(value: Value) -> Fraction | None:
    """Return the exact number that a value is or spells (``2800``, ``31.42``), or None."""
    if type(value) is Fraction:
        return value
    match = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    whole, rest = match.groups()
    return Fraction(int(whole)) if rest is None else Fraction(int(whole + rest), 10 ** len(rest))


def day(value: Value) -> date | None:
    """Return the day that a value is or spells (``2027-02-01``), or None."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def text(value: Value) -> str | None:
    """Return a value as text, or None where it is absent or has no exact finite spelling."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return decimal(value)


def decimal(value: Fraction, places: int | None = None) -> str | None:
    """Return an exact decimal spelling, or None if the number has none (1/3) within the places asked for.

    Args:
        value: The number.
        places: Digits behind the point; as many as needed, up to nine, if None.
    """
    digits = 9 if places is None else places
    scaled = value * 10**digits
    if scaled.denominator != 1:
        return None
    sign, whole = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(digits + 1, "0")
    left, right = (whole[:-digits], whole[-digits:]) if digits else (whole, "")
    if places is None:
        right = right.rstrip("0")
    return f"{sign}{left}.{right}" if right else f"{sign}{left}"


def frozen(value: Any) -> Any:
    """Return plain data read-only all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({str(key): frozen(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value


def plain(value: Any) -> Any:
    """Return frozen data as dictionaries and lists again, for JSON."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
