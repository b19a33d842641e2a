"""The test cases that a policy file carries: run one after the other, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from esign.contracts.wording import all_wordings, in_force
from esign.foundation.errors import EsignError

Case = Mapping[str, Any]


def case_faults(folder: str, run: Callable[[Mapping[str, Any], Case], str]) -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 and what does not hold.

    Args:
        folder: Of the policies.
        run: Given a policy and a case of it, says what does not hold; empty: all does.
    """
    for path, policy in all_wordings(folder):
        for number, case in enumerate(policy["tests"], start=1):
            try:
                what = run(policy, case)
            except EsignError as error:
                what = error.code
            if what:
                yield f"{folder}/{path.name}", number, what


def day_fault(policy: Mapping[str, Any], case: Case) -> str:
    """Return what does not hold of a case that says whether the policy is in force on a day."""
    holds = in_force(policy, date.fromisoformat(case["day"]))
    return "" if holds == (case["in_force"] == "true") else "in force on the wrong day"
