"""The lists of duties prove themselves: the test cases in ``policies/duties``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from esign.contracts.data import ContractData
from esign.contracts.duties.information import Information, information
from esign.contracts.duties.policy import FOLDER, SECTORS, Subject, duties, sector_of
from esign.contracts.policy_cases import case_faults, day_fault
from esign.policy import policies_root

_GIVEN: tuple[str, ...] = ()


def duty_faults() -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 and what does not hold."""
    return case_faults(FOLDER, _run)


def _run(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    day = date.fromisoformat(case.get("on", policy["valid_from"]))
    if "day" in case:
        return day_fault(policy, case)
    if policy["id"] == SECTORS:
        found = sector_of(case["type"], day).name
        return "" if found == case["sector"] else f"is of {found}"
    if "sample" in case:
        return _sample(policy["id"], case)
    subject = Subject(sector=sector_of(case["type"], day), flags=frozenset(case["flags"].split()))
    lists = duties(subject, day, given=_GIVEN)
    numbers = [duty.number for each in lists if each.name == policy["id"] for duty in each.duties]
    told = " ".join(number for number in numbers if not _is_optional(policy, number))
    return "" if told == case["applies"] else f"applies: {told}"


def _is_optional(policy: Mapping[str, Any], number: str) -> bool:
    return any(item["id"] == number and "optional" in item for item in policy["items"])


def _sample(name: str, case: Mapping[str, Any]) -> str:
    contract = ContractData.parse((policies_root() / "samples" / case["sample"]).read_bytes())
    told = information(contract)
    if told is None:
        return "nothing is told"
    said = _words(told, f"{name}/{case['item']}" if "item" in case else "")
    if "contains" in case and case["contains"] not in said:
        return "fails: contains"
    return "fails: lacks" if "lacks" in case and case["lacks"] in said else ""


def _words(told: Information, key: str) -> str:
    parts: list[str] = []
    for group in told.lists:
        for item in group.items:
            if key in ("", item.duty.key):
                for section in item.sections:
                    parts += [section.heading, *section.points, *section.paragraphs]
    return "\n".join(parts)
