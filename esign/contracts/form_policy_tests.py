"""The table of form requirements proves itself: the test cases of each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from esign.contracts.form_errors import FormError
from esign.contracts.form_requirement import FOLDER, check_form, form_policies, form_required, form_requirements
from esign.policy import LegalLevel


def form_faults() -> Iterator[tuple[str, int, str]]:
    """Yield file, position of the test case from 1 (0: the table itself) and what does not hold."""
    seen: list[tuple[str, object]] = []
    for row in form_requirements():
        if (row.type, row.valid_from) in seen:
            yield f"{FOLDER}/*", 0, f"{row.type} stands twice from the same day"
        seen.append((row.type, row.valid_from))
    for name, policy in form_policies():
        for number, case in enumerate(policy["tests"], start=1):
            if what := _run(case):
                yield f"{FOLDER}/{name}", number, what


def _run(case: Mapping[str, Any]) -> str:
    day = date.fromisoformat(case["day"])
    try:
        if "offered" in case:
            found = check_form(case["type"], day, offered=LegalLevel.parse(case["offered"]))
        else:
            found = form_required(case["type"], day)
    except FormError as error:
        return "" if error.code == case.get("refused") else f"is refused: {error.code}"
    if "refused" in case:
        return "is not refused"
    wrong = [name for name in ("form", "minimum_level") if name in case and case[name] != getattr(found, name)]
    return f"differs: {', '.join(wrong)}" if wrong else ""
