"""A formation's values as JSON and back: every member stands, none is unknown, and one value has one spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from esign.contracts.formation.errors import FormationMalformed
from esign.foundation.clock import from_rfc3339, rfc3339
from esign.policy import LegalLevel

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return a value as what JSON carries: instants in UTC with microseconds, levels and kinds as words."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, LegalLevel):
        return value.word
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_json(getattr(value, item.name)) for item in fields(value)}
    return value


def from_json(kind: type[T], value: Any, place: str) -> T:
    """Return the dataclass that a JSON object means.

    Args:
        kind: The dataclass.
        value: Parsed JSON.
        place: Where it stands, for the facts of a refusal.

    Raises:
        FormationMalformed: A member is missing, unknown or of another type.
    """
    if not isinstance(value, Mapping):
        raise FormationMalformed("not an object", place=place)
    hints = _hints(cast(Any, kind))
    if set(value) != set(hints):
        raise FormationMalformed("a member is missing or unknown", place=place)
    return kind(**{name: _typed(hint, value[name], f"{place}/{name}") for name, hint in hints.items()})


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    found = get_type_hints(kind)
    return {item.name: found[item.name] for item in fields(kind)}


def _typed(hint: Any, value: Any, place: str) -> Any:
    origin = get_origin(hint)
    if origin is UnionType:
        (inner,) = (item for item in get_args(hint) if item is not NoneType)
        return None if value is None else _typed(inner, value, place)
    if origin is tuple:
        if not isinstance(value, list):
            raise FormationMalformed("not a list", place=place)
        return tuple(_typed(get_args(hint)[0], item, f"{place}/{at}") for at, item in enumerate(value))
    if is_dataclass(hint):
        return from_json(hint, value, place)  # type: ignore[arg-type]  # a dataclass found in the hints is a class
    if type(value) is not (hint if hint in (bool, int) else str):
        raise FormationMalformed("a value of another type", place=place)
    try:
        return _scalar(hint, value)
    except ValueError as error:
        raise FormationMalformed("not a value of this member", place=place) from error


def _scalar(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return from_rfc3339(value)
    if hint is date:
        found = date.fromisoformat(value)
        if found.isoformat() != value:
            raise ValueError("another spelling of the day")
        return found
    if hint is LegalLevel:
        return LegalLevel.parse(value)
    return value if hint in (str, int, bool) else hint(value)
