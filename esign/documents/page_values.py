"""What is filled into a template: values of the declared types, from the given ones and from the contract data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from esign.contracts.formats import day, money, number
from esign.documents.page_errors import ValueRefused
from esign.documents.page_template import PageTemplate, Variable, clean

_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]+[.][^@\s<>\"]{2,}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})([.][0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def words_of(template: PageTemplate, given: Mapping[str, Any], data: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what stands on the pages for every variable, as people of the template's language write it.

    Args:
        template: The template.
        given: Values by name: text; ISO date; money in whole cents; number as decimal text or whole number; e-mail
            address; one of the choices.
        data: Contract data as JSON, for variables that come from there.

    Raises:
        ValueRefused: A value is missing, unknown, given although it comes from the contract, or not of its type.
    """
    if unknown := sorted(given.keys() - {each.name for each in template.variables if not each.source}):
        raise ValueRefused("there is no such value to give", variable=_name(unknown[0]))
    return {each.name: _written(each, _value(each, given, data), template.lang) for each in template.variables}


def chosen(template: PageTemplate, variable: str, given: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return which of the choices a variable has; empty where it has none."""
    value = _value(template.described[variable], given, data)
    return "" if value is None else str(value)


def _value(variable: Variable, given: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
    value = _from_contract(variable.source, data) if variable.source else given.get(variable.name)
    if value in (None, ""):
        if variable.required:
            raise ValueRefused("a value is missing", variable=variable.name)
        return None
    return value


def _from_contract(source: str, data: Mapping[str, Any]) -> Any:
    part, _, member = source.partition(".")
    if part == "contract":
        return data.get(member)
    if part == "company":
        return data.get("company", {}).get(member)
    place = int(part.removeprefix("signatory-"))
    persons = [data.get("signatory", {}), *data.get("further_signatories", ())]
    if place > len(persons):
        return None
    person = persons[place - 1]
    if member == "name":
        return f"{person.get('given_name', '')} {person.get('family_name', '')}".strip()
    return person.get(member)


def _written(variable: Variable, value: Any, lang: str) -> str:
    if value is None:
        return ""
    try:
        text = _WRITERS[variable.type](variable, value, lang)
    except (ValueError, InvalidOperation, TypeError):
        raise ValueRefused("a value is not of its type", variable=variable.name, type=variable.type) from None
    if len(text) > variable.max_length or not clean(text):
        raise ValueRefused("a text is too long or holds forbidden characters", variable=variable.name)
    return text


def _text(variable: Variable, value: Any, lang: str) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _day(variable: Variable, value: Any, lang: str) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError
    return day(date.fromisoformat(value), lang)


def _money(variable: Variable, value: Any, lang: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**14:
        raise TypeError
    return money(value, lang)


def _number(variable: Variable, value: Any, lang: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not _DECIMAL.fullmatch(str(value)):
        raise ValueError
    return number(Decimal(value), lang)


def _email(variable: Variable, value: Any, lang: str) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise ValueError
    return value


def _choice(variable: Variable, value: Any, lang: str) -> str:
    if value not in variable.choices:
        raise ValueError
    return str(value)


_WRITERS = {"text": _text, "date": _day, "money": _money, "number": _number, "email": _email, "choice": _choice}


def _name(text: Any) -> str:
    return re.sub(r"[^a-z0-9_.]", "", str(text))[:60]
