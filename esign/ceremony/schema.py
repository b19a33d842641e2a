"""The room's JSON Schemas (2020-12): read once, checked strictly, faults named by place and never by value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry, Resource

from esign.foundation.encoding import EncodingError, from_b64url

FORMATS = FormatChecker(formats=())
"""Formats that these schemas use beyond patterns: ``base64url`` without padding, unused bits zero."""


@FORMATS.checks("base64url", raises=EncodingError)
def _is_base64url(value: object) -> bool:
    return not isinstance(value, str) or from_b64url(value) is not None


def _pattern(_: Validator, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    # ECMA 262 gives "$" the meaning "end"; in Python it also stands before a last line feed, "\Z" is the end.
    if isinstance(value, str) and not re.search(re.sub(r"\$\Z", r"\\Z", pattern), value):
        yield ValidationError("text is not of the expected form")


_Validator = extend(Draft202012Validator, validators={"pattern": _pattern})  # type: ignore[no-untyped-call]  # jsonschema has no type there


def load_schema(name: str) -> Mapping[str, Any]:
    """Return a schema of this room by its path below ``schemas/`` without ``.json``."""
    text = (resources.files("esign.ceremony") / "schemas" / f"{name}.json").read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


@cache
def validator(name: str) -> Validator:
    """Return the validator of a schema of this room."""
    common: Resource[Any] = Resource.from_contents(dict(load_schema("common")))
    registry: Registry[Any] = Registry().with_resource("urn:esign:ceremony:common", common)
    result: Validator = _Validator(load_schema(name), registry=registry, format_checker=FORMATS)
    return result


@cache
def _quick(name: str) -> jsonschema_rs.Draft202012Validator:
    """Return a compiled validator of the same schema: it says yes in microseconds, and leaves no to the other one."""
    registry = jsonschema_rs.Registry([("urn:esign:ceremony:common", dict(load_schema("common")))])
    return jsonschema_rs.Draft202012Validator(
        dict(load_schema(name)), registry=registry, formats={"base64url": _quick_base64url}, validate_formats=True
    )


def _quick_base64url(value: str) -> bool:
    try:
        return _is_base64url(value)
    except EncodingError:
        return False


def fault(name: str, value: Any) -> str | None:
    """Return where a value departs from a schema, as a JSON path, or nothing if it does not.

    The path names members that the schema knows and positions; a member that the schema does not know is not named.
    """
    if _quick(name).is_valid(value):
        return None
    error = next(iter(validator(name).iter_errors(value)), None)
    if error is None:
        return None
    return f"{error.json_path}: {error.validator}"


def check(name: str, value: Any, refuse: Callable[[str], Exception]) -> None:
    """Raise what ``refuse`` makes of the fault's place, unless the value follows the schema."""
    place = fault(name, value)
    if place is not None:
        raise refuse(place)
