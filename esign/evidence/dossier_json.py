"""JSON that others wrote: read so strictly that every reader reads the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from esign.evidence.errors import DossierError

DEEPEST = 64
"""Levels of nesting; nothing honest has ten."""


class JsonError(DossierError):
    """Text is not JSON, has a name twice in an object, or is nested too deeply."""

    code = "evidence.dossier.json"
    source = "RFC 8259"


def read_json(text: str) -> dict[str, Any]:
    """Return the JSON object that a text is.

    Raises:
        JsonError: It is not, or not for every reader.
    """
    try:
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise JsonError("not JSON") from error
    check_depth(value)
    if not isinstance(value, dict):
        raise JsonError("not an object")
    return value


def check_depth(value: object, depth: int = 1) -> None:
    """Check that a value is not nested deeper than any reader reads.

    Raises:
        JsonError: It is.
    """
    if depth > DEEPEST:
        raise JsonError("nested too deeply")
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for item in items:
        check_depth(item, depth + 1)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise JsonError("a name stands twice in an object")
    return value


def _refuse(_: str) -> object:
    raise JsonError("not a number")
