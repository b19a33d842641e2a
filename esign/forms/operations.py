"""The operations of the expression language, each a pure function of its arguments' values."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

from esign.forms.values import Value, day, decimal, number, text


@dataclass(frozen=True, slots=True)
class Eager:
    """An operation that looks at all its arguments."""

    least: int
    most: int
    function: Callable[..., Value]


def holds(value: Value) -> bool:
    """Tell whether a value counts as true: yes, ``true`` or ``yes``; everything else does not."""
    return value is True or value in ("true", "yes")


def equal(left: Value, right: Value) -> bool:
    """Tell whether two values are the same number, day or text; nothing equals something absent."""
    if left is None or right is None:
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return holds(left) == holds(right)
    if isinstance(left, date) or isinstance(right, date):
        return day(left) is not None and day(left) == day(right)
    if type(left) is Fraction or type(right) is Fraction:
        return number(left) is not None and number(left) == number(right)
    return left == right


def compare(left: Value, right: Value) -> int | None:
    """Return -1, 0 or 1 for two numbers or two days, None where they cannot be compared."""
    first, second = day(left), day(right)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    one, two = number(left), number(right)
    if one is not None and two is not None:
        return (one > two) - (one < two)
    return None


def add_months(start: date, count: int) -> date | None:
    """Return the day with the same number months later, or that month's last day (BGB § 188 (2), (3))."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def years_between(first: date, then: date) -> int:
    """Return the full years from one day to another: a person's age (BGB § 187 (2), § 188 (2))."""
    return then.year - first.year - ((then.month, then.day) < (first.month, first.day))


def _all(values: Iterable[Value]) -> Value:
    return all(holds(value) for value in values)


def _any(values: Iterable[Value]) -> Value:
    return any(holds(value) for value in values)


def _first(values: Iterable[Value]) -> Value:
    return next((value for value in values if value not in (None, "")), None)


def _if(values: Iterator[Value]) -> Value:
    if holds(next(values)):
        return next(values)
    return _third(values)


LAZY: Mapping[str, Callable[..., Value]] = MappingProxyType({"all": _all, "any": _any, "first": _first, "if": _if})
"""Operations that stop as soon as the answer is known."""


def _third(values: Iterator[Value]) -> Value:
    position = 1
    for value in values:  # the second argument is passed over, a third may be missing
        position += 1
        if position == 3:
            return value
    return None


def _numbers(function: Callable[[Fraction, Fraction], Fraction | None]) -> Callable[..., Value]:
    def apply(*values: Value) -> Value:
        total = number(values[0])
        for value in values[1:]:
            right = number(value)
            total = None if total is None or right is None else function(total, right)
        return total

    return apply


def _stepwise(function: Callable[[Fraction], int]) -> Callable[[Value, Value], Value]:
    def apply(value: Value, step: Value) -> Value:
        amount, unit = number(value), number(step)
        if amount is None or unit is None or unit <= 0:
            return None
        return function(amount / unit) * unit

    return apply


def _half_up(value: Fraction) -> int:
    """Round halves away from zero (commercial rounding)."""
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def _shift(function: Callable[[date, int], date | None]) -> Callable[[Value, Value], Value]:
    def apply(start: Value, count: Value) -> Value:
        first, amount = day(start), number(count)
        if first is None or amount is None or amount.denominator != 1 or abs(amount) > 100_000:
            return None
        try:
            return function(first, int(amount))
        except OverflowError:
            return None

    return apply


def _span(function: Callable[[date, date], int]) -> Callable[[Value, Value], Value]:
    def apply(start: Value, end: Value) -> Value:
        first, then = day(start), day(end)
        return None if first is None or then is None else Fraction(function(first, then))

    return apply


def _ordered(accepted: frozenset[int]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        order = compare(left, right)
        return order is not None and order in accepted

    return apply


def _earliest(*values: Value) -> Value:
    days = [found for value in values if (found := day(value)) is not None]
    return min(days) if len(days) == len(values) else None


def _latest(*values: Value) -> Value:
    days = [found for value in values if (found := day(value)) is not None]
    return max(days) if len(days) == len(values) else None


def _join(*values: Value) -> Value:
    parts = [text(value) for value in values]
    return None if None in parts else "".join(part or "" for part in parts)


def _whole(value: Value) -> Value:
    amount = number(value)
    return amount if amount is not None and amount.denominator == 1 else None


def _decimal(value: Value, places: Value) -> Value:
    amount, digits = number(value), number(places)
    return None if amount is None or digits is None or not 0 <= digits <= 9 else decimal(amount, int(digits))


def _starts(value: Value, *beginnings: Value) -> Value:
    written = text(value)
    return written is not None and any(written.startswith(begin) for begin in map(text, beginnings) if begin)


EAGER: Mapping[str, Eager] = MappingProxyType(
    {
        "not": Eager(1, 1, lambda value: not holds(value)),
        "bool": Eager(1, 1, lambda value: holds(value)),
        "given": Eager(1, 99, lambda *values: all(value not in (None, "") for value in values)),
        "eq": Eager(2, 2, equal),
        "ne": Eager(2, 2, lambda left, right: not equal(left, right)),
        "in": Eager(2, 99, lambda value, *options: any(equal(value, option) for option in options)),
        "starts": Eager(2, 99, _starts),
        "lt": Eager(2, 2, _ordered(frozenset({-1}))),
        "le": Eager(2, 2, _ordered(frozenset({-1, 0}))),
        "gt": Eager(2, 2, _ordered(frozenset({1}))),
        "ge": Eager(2, 2, _ordered(frozenset({1, 0}))),
        "add": Eager(1, 99, _numbers(lambda left, right: left + right)),
        "subtract": Eager(2, 2, _numbers(lambda left, right: left - right)),
        "multiply": Eager(1, 99, _numbers(lambda left, right: left * right)),
        "divide": Eager(2, 2, _numbers(lambda left, right: left / right if right else None)),
        "min": Eager(1, 99, _numbers(min)),
        "max": Eager(1, 99, _numbers(max)),
        "round": Eager(2, 2, _stepwise(_half_up)),
        "floor": Eager(2, 2, _stepwise(math.floor)),
        "ceil": Eager(2, 2, _stepwise(math.ceil)),
        "int": Eager(1, 1, _whole),
        "decimal": Eager(2, 2, _decimal),
        "add_days": Eager(2, 2, _shift(lambda start, count: start + timedelta(days=count))),
        "add_months": Eager(2, 2, _shift(add_months)),
        "years_between": Eager(2, 2, _span(years_between)),
        "days_between": Eager(2, 2, _span(lambda first, then: (then - first).days)),
        "earliest": Eager(1, 99, _earliest),
        "latest": Eager(1, 99, _latest),
        "join": Eager(1, 99, _join),
    }
)
"""Operations by name, with the number of arguments that each takes."""
