"""JSON that others wrote: one reading only. What two readers could understand differently is refused."""

from __future__ import annotations

import json
from typing import Any


def read_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object that the bytes are.

    Raises:
        ValueError: Not UTF-8, not JSON, nested too deeply, not an object, or a member stands twice at any depth.

    Source: RFC 8259 section 4 (names within an object should be unique).
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate member")
    return value
