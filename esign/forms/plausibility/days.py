"""Days as people write them, and where they may lie."""

from __future__ import annotations

import re
from datetime import date

from esign.forms.operations import years_between
from esign.forms.plausibility.result import Question, Result, good, wrong
from esign.forms.values import day, number

_GERMAN = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{2}|[0-9]{4})", re.ASCII)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_FULL_AGE = 18
"""Years at which somebody is of age (BGB § 2)."""


def date_written(value: str, question: Question) -> Result:
    """A day as ``TT.MM.JJJJ`` or ``JJJJ-MM-TT`` that the calendar has. Kept as ISO 8601."""
    german, iso = _GERMAN.fullmatch(value), _ISO.fullmatch(value)
    if german is not None:
        if len(german[3]) == 2:
            return wrong(value, "date.short_year")
        parts = (int(german[3]), int(german[2]), int(german[1]))
    elif iso is not None:
        parts = (int(iso[1]), int(iso[2]), int(iso[3]))
    else:
        return wrong(value, "date.form")
    try:
        found = date(*parts)
    except ValueError:
        return wrong(value, "date.not_in_calendar")
    if not 1900 <= found.year <= 2199:
        return wrong(value, "date.year")
    return good(found.isoformat(), shown=_shown(found))


def not_future(value: str, question: Question) -> Result:
    """A day that has come: a birth, a prescription."""
    found = day(value)
    return wrong(value, "not_future.future") if found is not None and found > question.day else good(value)


def not_past(value: str, question: Question) -> Result:
    """Today or later."""
    found = day(value)
    return wrong(value, "not_past.past") if found is not None and found < question.day else good(value)


def not_before(value: str, question: Question) -> Result:
    """Not before the day of argument ``day``."""
    found, least = day(value), day(question.arguments.get("day"))
    if found is None or least is None or found >= least:
        return good(value)
    return wrong(value, "not_before.early", least.isoformat(), earliest=_shown(least))


def not_after(value: str, question: Question) -> Result:
    """Not after the day of argument ``day``."""
    found, most = day(value), day(question.arguments.get("day"))
    if found is None or most is None or found <= most:
        return good(value)
    return wrong(value, "not_after.late", most.isoformat(), latest=_shown(most))


def of_age(value: str, question: Question) -> Result:
    """A birth date of somebody who is of age today, and alive by all experience. Source: BGB §§ 2, 104-113."""
    born = day(value)
    if born is None:
        return good(value)
    age = years_between(born, question.day)
    if age > 120:
        return wrong(value, "of_age.implausible")
    needed = number(question.arguments.get("years")) or _FULL_AGE
    return wrong(value, "of_age.minor", years=str(needed)) if age < needed else good(value)


def _shown(found: date) -> str:
    return found.strftime("%d.%m.%Y")
