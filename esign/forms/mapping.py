"""The way from checked answers to contract data, as the form's definition says it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from esign.forms.checking import Checked
from esign.forms.definition import FormDefinition
from esign.forms.errors import FormMalformed, NotComplete
from esign.forms.expressions import Expression, Scope, true
from esign.forms.values import Value, plain


def contract_data(
    definition: FormDefinition, checked: Checked, *, reference: str, date: datetime.date, company: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what ``ContractData.parse`` takes.

    Args:
        definition: The form.
        checked: Its complete answers.
        reference: The contract's reference, given by the company.
        date: The local day on which the contract is drawn up.
        company: The company as contract data describes it (``/company``).

    Raises:
        NotComplete: Answers are missing or wrong.
        FormMalformed: The definition sets a member that cannot be set.
    """
    if not checked.complete:
        raise NotComplete()
    around: dict[str, Value] = {"date": date, "reference": reference}
    around.update({f"company.{key}": value for key, value in company.items() if isinstance(value, str)})
    scope = checked.scope(definition.tables, **around)
    result: dict[str, Any] = {"company": plain(company)}
    for part in definition.contract:
        if true(part.when, scope):
            target = _place(result, _steps(part.at))
            for path, value in part.set:
                _set(target, _steps(path), _json(value, scope))
    return result


def left_over(definition: FormDefinition, checked: Checked) -> dict[str, str]:
    """Return the checked answers that the contract data does not use (account, occasion, other policies), and consents.

    They belong to the case and to the company's systems; the contract does not say them.
    """
    used: set[str] = set()
    for part in definition.contract:
        used |= part.when.references()
        for _, member in part.set:
            items = member if isinstance(member, tuple) else (member,)
            used = used.union(*(item.references() for item in items))
    for item in reversed(definition.computed):
        if item.name in used:
            used |= item.value.references()
    names = {name.partition(".")[0] for name in used}
    names -= {field.name for field in definition.fields if field.kind_name == "consent"}
    return {name: value for name, value in checked.values.items() if name not in names}


def _json(value: Expression | tuple[Expression, ...], scope: Scope) -> Any:
    if isinstance(value, tuple):
        items = [_json(item, scope) for item in value]
        return [item for item in items if item is not None]
    found = value.evaluate(scope)
    if isinstance(found, Fraction):
        if found.denominator != 1:
            raise FormMalformed("a number in contract data is not whole; decimal text is written with {decimal: …}")
        return int(found)
    return found.isoformat() if isinstance(found, datetime.date) else found


def _steps(path: str) -> list[str]:
    return [step for step in path.split("/") if step]


def _place(target: Any, steps: list[str]) -> dict[str, Any]:
    """Return the object at a place; objects and lists on the way are made."""
    for number, step in enumerate(steps):
        if isinstance(target, list):
            if step != "-":
                raise FormMalformed("a list of contract data is only added to, with -", at="/".join(steps))
            target.append({})
            target = target[-1]
        elif isinstance(target, dict):
            then = steps[number + 1] if number + 1 < len(steps) else ""
            target = target.setdefault(step, [] if then == "-" else {})
        else:
            raise FormMalformed("a member of contract data is set twice", at="/".join(steps))
    if not isinstance(target, dict):
        raise FormMalformed("a member of contract data is set twice", at="/".join(steps))
    return target


def _set(target: dict[str, Any], steps: list[str], value: Any) -> None:
    """Set a member; an absent value sets nothing."""
    if value is None:
        return
    holder = _place(target, steps[:-1])
    if steps[-1] in holder:
        raise FormMalformed("a member of contract data is set twice", at="/".join(steps))
    holder[steps[-1]] = value
