"""The consents prove themselves: the test cases in ``policies/consents``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from esign.contracts.consents.text import FOLDER
from esign.contracts.policy_cases import case_faults, day_fault


def consent_faults() -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 and what does not hold."""
    return case_faults(FOLDER, _run)


def _run(policy: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    if "day" in case:
        return day_fault(policy, case)
    statements = policy["statements"]
    if "never_says" in case:
        said = " ".join(word for item in statements for word in item["text"].values()).casefold()
        return f"says {case['never_says']}" if case["never_says"].casefold() in said else ""
    ticked = case["ticked"].split()
    missing = " ".join(item["id"] for item in statements if item["id"] not in ticked)
    if missing != case["missing"]:
        return f"missing: {missing}"
    events = " ".join(item["event"] for item in statements if "event" in item)
    return "" if events == case.get("events", events) else f"events: {events}"
