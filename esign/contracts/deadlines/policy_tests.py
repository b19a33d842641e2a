"""Rules prove themselves: the test cases in ``policies/withdrawal`` and ``policies/holidays``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from esign.contracts.deadlines.answer import withdrawal_answer
from esign.contracts.deadlines.facts import FLAGS, WithdrawalFacts
from esign.contracts.deadlines.holidays import HolidayCalendar
from esign.contracts.deadlines.rules import withdrawal_exception, withdrawal_policies, withdrawal_rules
from esign.contracts.deadlines.withdrawal import withdrawal_deadline
from esign.foundation.errors import EsignError
from esign.policy import policies_root, read_policy


def deadline_faults() -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 (0: the file itself) and what does not hold."""
    yield from _overlaps()
    for name, policy in withdrawal_policies().items():
        for number, case in enumerate(policy["tests"], start=1):
            try:
                what = _exception(case) if policy["kind"] == "exceptions" else _rule(policy["id"], case)
            except EsignError as error:
                what = error.code
            if what:
                yield f"withdrawal/{name}", number, what
    for path in sorted((policies_root() / "holidays").glob("*.yaml")):
        for number, case in enumerate(read_policy(path)["tests"], start=1):
            passed = HolidayCalendar.of([case["place"]]).passed(date.fromisoformat(case["day"]))
            if (passed is not None and passed.reason == "public_holiday") != (case["holiday"] == "true"):
                yield f"holidays/{path.name}", number, "is a holiday" if passed else "is no holiday"


def _overlaps() -> Iterator[tuple[str, int, str]]:
    """A kind of contract has one version on each day, and no gap between its versions."""
    rules = sorted(withdrawal_rules(), key=lambda rule: (rule.kind, rule.valid_from))
    for earlier, later in pairwise(rules):
        if earlier.kind == later.kind and (
            earlier.valid_to is None or earlier.valid_to + timedelta(days=1) != later.valid_from
        ):
            yield "withdrawal/*", 0, f"{earlier.kind}: versions overlap or leave a gap"


def _rule(kind: str, case: Mapping[str, Any]) -> str:
    data: dict[str, Any] = {
        "v": "esign-withdrawal/1",
        "kind": kind,
        "places": {"consumer": case["consumer"], "trader": case["trader"]},
        "events": [
            {**event, **{name: event[name] == "true" for name in ("complete", "names_function") if name in event}}
            for event in case["events"]
        ],
        "facts": {name: case[name] == "true" for name in FLAGS if name in case},
    }
    if "delivery" in case:
        data["delivery"] = case["delivery"]
    if "deliveries" in case:
        data["deliveries"] = int(case["deliveries"])
    found = withdrawal_answer(withdrawal_deadline(WithdrawalFacts.parse(data)))
    wrong = [f"{name} is {found[name]}" for name, expected in case["expect"].items() if found[name] != expected]
    return "; ".join(wrong)


def _exception(case: Mapping[str, Any]) -> str:
    try:
        withdrawal_exception(case["code"], case["kind"])
    except EsignError:
        return "" if case["expect"] == "refused" else "is refused"
    return "" if case["expect"] == "no_right" else "is not refused"
