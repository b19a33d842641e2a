"""The day on which a contract ends that was terminated with the agreed notice period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from esign.contracts.deadlines import Clause, Period, nominal_end
from esign.contracts.deadlines.errors import PeriodOutOfRange
from esign.contracts.deadlines.instants import within
from esign.contracts.deadlines.periods import add_months, nominal_end_from_beginning
from esign.contracts.errors import NotInForce
from esign.contracts.rights.function import FOLDER
from esign.contracts.wording import all_wordings, in_force

_YEAR = 12
_BEGINS = ("supply_start", "starts", "begins")
_LENGTHS = frozenset({"minimum_months", "notice_months", "ends", "course_months", "notice_by_us_months"})
"""Members of terms that say how long a contract runs; a customer's notice is not the company's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long a contract runs, as far as its data say."""

    template: str
    begins: date
    minimum_months: int
    """0: none, or given by ``first_end``."""
    first_end: date | None
    """Last local day of the first term, where the contract names it."""
    notice_months: int | None
    """None: the contract names no notice period."""
    last_day: date | None = None
    """Last local day of a contract that ends by itself; None: it does not."""

    @classmethod
    def of(cls, template: str, terms: Mapping[str, Any]) -> Term | None:
        """Return the term that a contract's own terms name; None where they name none."""
        begins = next((terms[name] for name in _BEGINS if name in terms), None)
        if begins is None or not (_LENGTHS & set(terms)):
            return None
        ends = terms.get("ends")
        course = Period(months=int(terms["course_months"])) if "course_months" in terms else None
        return cls(
            template=template,
            begins=date.fromisoformat(begins),
            minimum_months=int(terms.get("minimum_months", 0)),
            # A term that ends on the day on which the next one begins has the day before as its last.
            first_end=date.fromisoformat(ends) - timedelta(days=1) if ends else None,
            notice_months=int(terms["notice_months"]) if "notice_months" in terms else None,
            last_day=nominal_end_from_beginning(date.fromisoformat(begins), course) if course else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a contract ends by an ordinary termination."""

    day: date
    """Last local day of the contract."""
    earliest: date
    """The first day to which it could be terminated."""
    rule: str
    clause: Clause


def ordinary_ending(term: Term, *, received: date, wished: date | None, concluded: date) -> Ending | None:
    """Return the day on which a contract ends; None where that cannot be calculated.

    1. The longest notice period and first term are those that the law allows (BGB § 309 No. 9, TKG § 56, VVG § 11).
    2. Before the end of the first term nothing ends it ordinarily; behind it, it can be ended at any time, or with
       each further year.
    3. The notice period is counted from receipt (§ 187 (1)) and never shifted (§ 193 does not apply).
    4. A day that was wished counts where it is not before the earliest one; an earlier one means the earliest. What
       ends by itself ends then at the latest.

    Args:
        term: The contract's term.
        received: Local day on which the termination was received.
        wished: Day on which the contract shall end; None: as early as possible.
        concluded: Local day of the contract's conclusion; chooses the rule.

    Source: BGB §§ 130, 187 (1), 188, 309 No. 9, 312k (4), (5); TKG § 56; VVG § 11.
    """
    rule = _rule(term.template, concluded)
    try:
        return _ending(rule, term, received, wished)
    except PeriodOutOfRange:
        return None


def _ending(rule: Mapping[str, Any], term: Term, received: date, wished: date | None) -> Ending:
    months, days = int(rule["longest_months"]), int(rule["longest_days"])
    if term.notice_months is not None and 0 < term.notice_months <= months:
        months, days = term.notice_months, 0
    after_notice = nominal_end(received, Period(months=months, days=days)) if months + days else within(received)
    first_end = _first_end(rule, term)
    earliest = max(first_end, after_notice)
    if "first_notice_days" in rule and nominal_end(received, Period(days=int(rule["first_notice_days"]))) <= first_end:
        earliest = first_end
    yearly = rule["renewal"] == "yearly"
    if yearly:
        earliest = _anniversary(first_end, earliest)
    day = earliest if wished is None else max(earliest, within(wished))
    if yearly and day > earliest:
        day = _anniversary(first_end, day)
    if term.last_day is not None:
        earliest, day = min(earliest, term.last_day), min(day, term.last_day)
    return Ending(day=day, earliest=earliest, rule=rule["id"], clause=Clause(source=rule["source"], mark=rule["mark"]))


def _first_end(rule: Mapping[str, Any], term: Term) -> date:
    most = nominal_end_from_beginning(term.begins, Period(months=int(rule["longest_minimum_months"])))
    if term.first_end is not None:
        return min(term.first_end, most)
    if term.minimum_months == 0 and "first_notice_days" in rule:
        return most
    if term.minimum_months == 0:
        return term.begins
    return min(nominal_end_from_beginning(term.begins, Period(months=term.minimum_months)), most)


def _anniversary(first_end: date, not_before: date) -> date:
    """Return the first end of a year's term that is not before a day; a term that ends a month ends it every year."""
    month_end = (first_end + timedelta(days=1)).day == 1
    years = max(0, not_before.year - first_end.year - 1)
    while True:
        day = add_months(first_end, years * _YEAR)
        if month_end:
            day = add_months(first_end + timedelta(days=1), years * _YEAR) - timedelta(days=1)
        if day >= not_before:
            return day
        years += 1


def _rule(template: str, day: date) -> Mapping[str, Any]:
    for _, policy in all_wordings(FOLDER):
        if policy["kind"] == "notice-periods" and in_force(policy, day):
            rows: list[Mapping[str, Any]] = policy["rows"]
            own = [row for row in rows if template in row["templates"]]
            return own[0] if own else next(row for row in rows if not row["templates"])
    raise NotInForce("no notice periods are in force on the contract's day", day=day.isoformat())
