"""Forms prove themselves: every file in ``policies/forms`` and ``policies/plausibility`` carries its test cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from esign.forms.answers import Answers
from esign.forms.checking import Checked, check
from esign.forms.deciding import decide
from esign.forms.definition import FormDefinition
from esign.forms.library import form_definitions
from esign.forms.mapping import contract_data
from esign.forms.messages import message_policy
from esign.forms.plausibility import CHECKERS, Question
from esign.forms.reference import sample_reference
from esign.foundation.errors import EsignError

SOME_DAY = date(2026, 11, 20)
"""The day of test cases of messages that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFault:
    """A test case of a form or of the messages that does not hold."""

    file: str
    case: int
    """Position in the file's ``tests``, from 1."""
    what: str


Samples = Mapping[str, Mapping[str, Any]]
"""Sample contracts by file name."""
Accepts = Callable[[Mapping[str, Any]], object]
"""Takes contract data and raises where it is refused."""


def check_forms(samples: Samples, accepts: Accepts) -> tuple[FormFault, ...]:
    """Run the test cases of every form and of the messages.

    Args:
        samples: Sample contracts, for cases that compare with one.
        accepts: ``ContractData.parse``; handed in because forms stand below contracts.

    Returns:
        What does not hold; empty where all is well.
    """
    faults = list(_message_faults())
    for form in form_definitions():
        faults.extend(_form_faults(form, samples, accepts))
    return tuple(faults)


def case_answers(definition: FormDefinition, case: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers of a test case; with ``like``, those of an earlier one with changes."""
    answers: dict[str, str] = {}
    if "like" in case:
        earlier = next(item for item in definition.tests if item.get("name") == case["like"])
        answers = case_answers(definition, earlier)
    answers.update(case["answers"])
    return {name: answer for name, answer in answers.items() if answer}


def _message_faults() -> Iterator[FormFault]:
    for number, case in enumerate(message_policy()["tests"], start=1):
        day = date.fromisoformat(case.get("day", SOME_DAY.isoformat()))
        question = Question(day=day, reference=sample_reference(), arguments=case.get("arguments", {}))
        result = CHECKERS[case["check"]](case["value"], question)
        found = [item.code for item in result.found]
        if found != list(case["finds"]) or case.get("keeps", result.value) != result.value:
            yield FormFault(file="plausibility/messages.yaml", case=number, what=f"finds {found}")


def _form_faults(form: FormDefinition, samples: Samples, accepts: Accepts) -> Iterator[FormFault]:
    for number, case in enumerate(form.tests, start=1):
        day = date.fromisoformat(case["day"])
        if "in_force" in case:
            what = [] if form.in_force(day) == (case["in_force"] == "true") else ["in force on the wrong day"]
        else:
            try:
                what = list(_case(form, case, day, samples, accepts))
            except EsignError as error:
                what = [f"{error.code} {dict(error.facts)}"]
        for item in what:
            yield FormFault(file=f"forms/{form.name} version {form.version}", case=number, what=item)


def _case(
    form: FormDefinition, case: Mapping[str, Any], day: date, samples: Samples, accepts: Accepts
) -> Iterator[str]:
    answers = Answers.parse(case_answers(form, case), form)
    checked = check(form, answers, day=day, reference=sample_reference())
    for field, codes in case.get("finds", {}).items():
        found = sorted(item.code for item in checked.of(field))
        if found != sorted(codes):
            yield f"{field} finds {found}"
    if "complete" in case and checked.complete != (case["complete"] == "true"):
        wrong = [f"{item.field}: {item.code}" for item in checked.findings if item.severity == "error"]
        yield f"complete is {checked.complete}: {wrong}"
    yield from (f"{name} is visible" for name in case.get("hidden", ()) if name in checked.visible)
    yield from (f"{name} is hidden" for name in case.get("visible", ()) if name not in checked.visible)
    for name, value in case.get("computes", {}).items():
        if checked.computed.get(name) != value:
            yield f"{name} is {checked.computed.get(name)}"
    decision = decide(form, checked)
    if "decides" in case and decision.outcome.word != case["decides"]:
        yield f"decides {decision.outcome.word} because {[reason.rule for reason in decision.reasons]}"
    rules = {reason.rule for reason in decision.reasons}
    yield from (f"rule {rule} does not speak" for rule in case.get("because", ()) if rule not in rules)
    if "contract_like" in case:
        yield from _contract(form, checked, samples[case["contract_like"]], accepts)


def _contract(form: FormDefinition, checked: Checked, sample: Mapping[str, Any], accepts: Accepts) -> Iterator[str]:
    day = date.fromisoformat(sample["date"])
    data = contract_data(form, checked, reference=sample["reference"], date=day, company=sample["company"])
    accepts(data)
    yield from (f"contract data differs from the sample at {place}" for place in differences(data, sample))


def differences(data: Any, sample: Any, at: str = "") -> Iterator[str]:
    """Yield the places at which contract data is not the sample; telephone numbers may be spelled differently."""
    if isinstance(data, dict) and isinstance(sample, Mapping):
        for key in sorted({*data, *sample}):
            if key not in data or key not in sample:
                yield f"{at}/{key} ({'missing' if key in sample else 'extra'})"
            else:
                yield from differences(data[key], sample[key], f"{at}/{key}")
    elif isinstance(data, list) and isinstance(sample, list) and len(data) == len(sample):
        for number, (left, right) in enumerate(zip(data, sample, strict=True)):
            yield from differences(left, right, f"{at}/{number}")
    elif data != sample and not (at.endswith(("/phone", "/msisdn")) and _digits(data) == _digits(sample)):
        yield at


def _digits(phone: str) -> str:
    return "".join(char for char in phone.replace("+49", "0", 1) if char.isdigit())
