"""The functions prove themselves: the test cases in ``policies/rights``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from esign.contracts.deadlines import WithdrawalFacts
from esign.contracts.policy_cases import case_faults
from esign.contracts.rights.compensation import compensation
from esign.contracts.rights.declaration import read
from esign.contracts.rights.ending import Term, ordinary_ending
from esign.contracts.rights.function import FOLDER, Right, function


def right_faults() -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 and what does not hold."""
    return case_faults(FOLDER, lambda policy, case: _RUNS[policy["kind"]](policy, case))


def _function(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    found = function(Right(policy["id"].removesuffix("-function")), date.fromisoformat(policy["valid_from"]))
    if "never_says" in case:
        said = " ".join(text for texts in found.texts.values() for text in (texts["de"], texts["en"])).casefold()
        return f"says {case['never_says']}" if case["never_says"].casefold() in said else ""
    if "values" in case:
        missing = " ".join(read(found, case["values"]).missing)
        return "" if missing == case["missing"] else f"missing: {missing}"
    if found.allows(case["step"], case["label"], lang=case["lang"]):
        verdict = "allowed"
    else:
        verdict = "refused" if found.refuses(case["step"], case["label"]) else "not listed"
    return "" if verdict == case["expect"] else f"label is {verdict}"


def _ending(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    ends = case.get("ends")
    term = Term(
        template=case["template"],
        begins=date.fromisoformat(case["begins"]),
        minimum_months=int(case.get("minimum_months", 0)),
        first_end=date.fromisoformat(ends) - timedelta(days=1) if ends else None,
        notice_months=int(case["notice_months"]) if "notice_months" in case else None,
        last_day=date.fromisoformat(case["last_day"]) if "last_day" in case else None,
    )
    wished = date.fromisoformat(case["wished"]) if "wished" in case else None
    day = date.fromisoformat(policy["valid_from"])
    ending = ordinary_ending(term, received=date.fromisoformat(case["received"]), wished=wished, concluded=day)
    found = "" if ending is None else ending.day.isoformat()
    return "" if found == case["expect"] else f"ends {found or 'never'}"


def _compensation(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    begins = date.fromisoformat(policy["valid_from"])
    names = case["events"].split()
    events = [
        {"event": name, "at": (begins + timedelta(days=day)).isoformat(), **_PROPER.get(name, {})}
        for day, name in enumerate(names)
    ]
    facts = WithdrawalFacts.parse({"v": "esign-withdrawal/1", "kind": case["kind"], "events": events})
    owed = compensation(facts, until=begins + timedelta(days=len(names))).owed.value
    return "" if owed == case["expect"] else f"owed: {owed}"


_PROPER: Mapping[str, Mapping[str, Any]] = {"instruction_received": {"names_function": True}}
_RUNS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "function": _function,
    "notice-periods": _ending,
    "value-compensation": _compensation,
}
