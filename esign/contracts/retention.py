"""Retention: how long what has to be kept; the earliest day on which it may be destroyed."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from esign.contracts.errors import ContractsError
from esign.contracts.policy_cases import case_faults, day_fault
from esign.contracts.wording import all_wordings

FOLDER = "retention"


class RetentionClassUnknown(ContractsError):
    """There is no such class of retention: nothing is destroyed before the operator has decided."""

    code = "contracts.retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriod:
    """How long one thing is kept."""

    name: str
    """The class."""
    title: Mapping[str, str]
    """By language."""
    years: int
    begins: date
    """The day after which the years run."""
    last_day: date
    delete_from: date
    """First day on which it may be destroyed, legal holds apart."""
    source: str
    mark: str


def retention_period(name: str, event: date, *, regulated: bool = False) -> RetentionPeriod:
    """Return how long something is kept.

    Args:
        name: The class, such as ``voucher`` or ``letter``.
        event: Local day of the last entry, of issue or of receipt.
        regulated: Whether the keeper is a bank, an insurer or a securities institution.

    Raises:
        RetentionClassUnknown: There is no such class.

    Source: HGB § 257 (5); AO § 147 (4).
    """
    for _, item in _classes():
        if item["class"] == name:
            years = int(item["years_regulated"] if regulated and "years_regulated" in item else item["years"])
            begins = date(event.year, 12, 31) if item["begins"] == "year_end" else event
            last = _years_after(begins, years)
            return RetentionPeriod(
                name=name,
                title=item["title"],
                years=years,
                begins=begins,
                last_day=last,
                delete_from=last + timedelta(days=1),
                source=item["source"],
                mark=item["mark"],
            )
    raise RetentionClassUnknown("there is no such class of retention", name=name[:60])


def retention_of(record: str, event: date, *, regulated: bool = False) -> RetentionPeriod:
    """Return how long a record of the product is kept: by the longest of the classes that it belongs to.

    Args:
        record: ``withdrawal`` or ``termination``: a declaration with its acknowledgement.
        event: Local day of receipt.
        regulated: Whether the keeper is a bank, an insurer or a securities institution.

    Raises:
        RetentionClassUnknown: No class names such a record: it is kept until the operator has decided.
    """
    names = [item["class"] for _, item in _classes() if record in item.get("records", ())]
    if not names:
        raise RetentionClassUnknown("no class of retention names such a record", name=record[:60])
    return longest(tuple(retention_period(name, event, regulated=regulated) for name in names))


def longest(periods: tuple[RetentionPeriod, ...]) -> RetentionPeriod:
    """Return the period of a document that belongs to several classes: the longest wins."""
    return max(periods, key=lambda each: each.delete_from)


def retention_faults() -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 and what does not hold."""
    return case_faults(FOLDER, _run)


def _run(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    if "day" in case:
        return day_fault(policy, case)
    event = date.fromisoformat(case["event"])
    regulated = case.get("regulated") == "true"
    if "record" in case:
        found = retention_of(case["record"], event, regulated=regulated)
    else:
        found = retention_period(case["class"], event, regulated=regulated)
    told = (found.last_day.isoformat(), found.delete_from.isoformat())
    return "" if told == (case["last_day"], case["delete_from"]) else f"until {told[0]}"


def _classes() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, policy in all_wordings(FOLDER):
        for item in policy["classes"]:
            yield path.stem, item


def _years_after(day: date, years: int) -> date:
    """Return the day with the same number, or the last day of its month (BGB § 188 (2), (3))."""
    last = calendar.monthrange(day.year + years, day.month)[1]
    return date(day.year + years, day.month, min(day.day, last))
