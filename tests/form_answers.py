"""Answers of the forms' own test cases, as if they were given today."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from esign.forms import form_definitions

_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")

ACCEPTED = {
    "electricity-supply": "Jana Beispiel",
    "household-insurance": "Mehmet Yılmaz-Groß",
    "mobile-plan": "Sophie Müller-Lüdenscheidt",
    "cost-approval": "Karl-Heinz Österreicher",
}
"""The case of each form that is the sample contract's."""


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Berlin")).date()


def answers_of(form: str, case: str | None = None, day: date | None = None, **changes: str) -> dict[str, str]:
    """Return the answers of a case, its days moved to today, with changes; an empty one takes an answer away."""
    definition = next(each for each in form_definitions() if each.name == form)
    cases = {each["name"]: each for each in definition.tests if "name" in each}
    wanted = cases[case or ACCEPTED[form]]
    begun, now = date.fromisoformat(wanted["day"]), day or today()
    found: dict[str, str] = {}
    found.update({name: str(value) for name, value in _all(wanted, cases).items()})
    found = {name: value if name == "birth_date" else _moved(value, begun, now) for name, value in found.items()}
    found.update(changes)
    return {name: value for name, value in found.items() if value}


def _all(case: Any, cases: dict[str, Any]) -> dict[str, str]:
    before = _all(cases[case["like"]], cases) if "like" in case else {}
    return {**before, **case["answers"]}


def _moved(value: str, begun: date, now: date) -> str:
    """Days before the case keep their distance in days; days behind it move by whole months."""
    match = _DAY.fullmatch(value)
    if not match:
        return value
    old = date(int(match[3]), int(match[2]), int(match[1]))
    if old <= begun:
        new = old + (now - begun)
    else:
        year, month = divmod(12 * (old.year + now.year - begun.year) + old.month + now.month - begun.month - 1, 12)
        new = date(year, month + 1, min(old.day, monthrange(year, month + 1)[1]))
    return f"{new:%d.%m.%Y}"
