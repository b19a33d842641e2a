"""Form validations a second, beside plain JSON Schema validation of the same answers (jsonschema-rs) as the limit.

Run by itself: ``python -m benchmarks.forms``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date

import jsonschema_rs

from benchmarks.figures import Row, table
from esign.contracts.policy_tests import samples
from esign.forms import Answers, check, contract_data, decide, form_definition, form_definitions, sample_reference
from esign.forms.form_tests import case_answers

DAY = date(2026, 11, 20)
SECONDS = 0.4
"""How long each repetition lasts."""
REPETITIONS = 7


def measure() -> str:
    """Return the section: one row a form, and the limit."""
    rows = []
    for form in form_definitions():
        case = next(item for item in form.tests if "contract_like" in item)
        raw = case_answers(form, case)
        sample = json.loads(dict(samples())[case["contract_like"]])
        validator = jsonschema_rs.validator_for(form.answers_schema("de"))
        document = json.dumps(raw)

        def checked(form=form, raw=raw) -> object:
            return check(form, Answers.parse(raw, form), day=DAY, reference=sample_reference())

        def whole(form=form, raw=raw, company=sample["company"]) -> object:
            result = check(form, Answers.parse(raw, form), day=DAY, reference=sample_reference())
            decide(form, result)
            return contract_data(form, result, reference="B-1", date=DAY, company=company)

        def limit(document=document, validator=validator) -> object:
            return validator.is_valid(json.loads(document))

        rows.append(Row(f"{form.name} ({len(raw)} answers): check", "a second", _rate(checked)))
        rows.append(Row(f"{form.name}: check, decide, contract data", "a second", _rate(whole)))
        rows.append(Row(f"{form.name}: limit, parse and JSON Schema alone", "a second", _rate(limit)))
    return "\n".join(
        [
            "## Forms",
            "",
            "One process; a second is one of processor time. The limit parses JSON and checks types and lengths with",
            "jsonschema-rs; it knows no IBAN, no calendar, no price and has no words for anybody.",
            "",
            table(rows),
        ]
    )


def _rate(work: Callable[[], object]) -> tuple[float, ...]:
    work()
    values = []
    for _ in range(REPETITIONS):
        count, began = 0, time.process_time()
        while (spent := time.process_time() - began) < SECONDS:
            work()
            count += 1
        values.append(count / spent)
    return tuple(values)


if __name__ == "__main__":
    form_definition("mobile-plan", DAY)
    print(measure())
