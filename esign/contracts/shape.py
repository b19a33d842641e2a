"""The door: JSON of a bounded size, without floats, repeated keys or deceptive characters, that fits the schema."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from esign.contracts.errors import ContractDataMalformed, ContractDataMismatch, ContractDataTooLarge, ForbiddenText
from esign.foundation.canonical import CanonicalJsonError, canonical

MAX_BYTES = 131_072
"""The largest contract data that is accepted, in bytes of JSON."""
MAX_DEPTH = 12
"""How deep arrays and objects may nest."""


def read(data: Mapping[str, Any] | bytes) -> tuple[dict[str, Any], bytes]:
    """Return contract data as plain JSON values that fit the schema, and their canonical bytes.

    Raises:
        ContractDataTooLarge: More than 128 KiB, or nested too deeply.
        ContractDataMalformed: Not JSON of an object, a repeated key, a float.
        ContractDataMismatch: A member is missing, unknown or of the wrong shape.
        ForbiddenText: Control, invisible, direction-changing or private characters, or a text that is not NFC.
    """
    value = _load(data) if isinstance(data, bytes | bytearray) else data
    if not isinstance(value, Mapping):
        raise ContractDataMalformed("not an object")
    _check_depth(value, 0)
    try:
        plain = canonical(value)
    except CanonicalJsonError as error:
        raise ContractDataMalformed("holds a value that contract data does not carry, such as a float") from error
    if len(plain) > MAX_BYTES:
        raise ContractDataTooLarge("contract data is too large", limit=MAX_BYTES)
    result: dict[str, Any] = json.loads(plain)
    _check_schema(result)
    _check_text(result, "")
    return result, plain


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of contract data."""
    text = files("esign.contracts").joinpath("schema/contract.schema.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(value)
    return value


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=FormatChecker(["date"]))


def _load(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise ContractDataTooLarge("contract data is too large", limit=MAX_BYTES)
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except ContractDataMalformed:
        raise
    except RecursionError as error:
        raise ContractDataTooLarge("nested too deeply", limit=MAX_DEPTH) from error
    except ValueError as error:
        raise ContractDataMalformed("not JSON in UTF-8") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ContractDataMalformed("a key stands twice in an object")
    return value


def _check_depth(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ContractDataTooLarge("nested too deeply", limit=MAX_DEPTH)
    if isinstance(value, Mapping):
        for item in value.values():
            _check_depth(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_depth(item, depth + 1)


def _check_schema(value: dict[str, Any]) -> None:
    problems = sorted(_validator().iter_errors(value), key=lambda problem: _pointer(problem.absolute_path))
    if problems:
        first = problems[0]
        raise ContractDataMismatch(
            "contract data does not fit its schema",
            pointer=_pointer(first.absolute_path),
            rule=str(first.validator),
            problems=len(problems),
        )


def _check_text(value: object, pointer: str) -> None:
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value) or any(_forbidden(char) for char in value):
            raise ForbiddenText("a text holds forbidden characters", pointer=pointer)
        if value != value.strip():
            raise ForbiddenText("a text begins or ends with white space", pointer=pointer)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check_text(item, f"{pointer}/{number}")


def _forbidden(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in {"Zl", "Zp"} or (category == "Zs" and char not in " \u00a0\u202f")


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
