"""Canonical JSON (RFC 8785, integers only): one value, one byte sequence, on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import rfc8785

from esign.foundation.errors import EsignError

MAX_SAFE_INTEGER = 2**53 - 1
"""Integers beyond it are not exact in JavaScript (RFC 8785 section 3.2.2.3)."""


class CanonicalJsonError(EsignError):
    """Bytes are not the canonical JSON of an object."""

    code = "canonical_json"
    source = "RFC 8785"


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of a JSON object.

    Raises:
        CanonicalJsonError: A value that JSON of this product does not carry: float, NaN, huge integer, non-string key.
    """
    _check(value)
    try:
        return rfc8785.dumps(_plain(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise CanonicalJsonError("value cannot be written canonically") from error


def parse_canonical(data: bytes) -> dict[str, Any]:
    """Return the object that the bytes are the canonical form of; duplicate keys and odd spellings are refused.

    Raises:
        CanonicalJsonError: Not JSON, not an object, or not exactly its canonical bytes.
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise CanonicalJsonError("not JSON") from error
    if not isinstance(value, dict):
        raise CanonicalJsonError("not an object")
    try:
        again = canonical(value)
    except RecursionError as error:
        raise CanonicalJsonError("nested too deeply") from error
    if again != data:
        raise CanonicalJsonError("not in canonical form")
    return value


def _refuse(text: str) -> object:
    raise CanonicalJsonError("only integers, strings, booleans, null, arrays and objects")


def _check(value: object) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise CanonicalJsonError("integer is not exact in JavaScript")
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise CanonicalJsonError("key is not a string")
            _check(item)
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    raise CanonicalJsonError("value of a type that JSON of this product does not carry", type=type(value).__name__)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
