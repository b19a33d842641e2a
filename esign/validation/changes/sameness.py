"""Whether two values are the same, type by type; references are the same if they name the same object."""

from __future__ import annotations

from esign.pdf import Object, Ref, Stream


def same(a: Object, b: Object) -> bool:
    """Whether two values are the same; streams by their dictionaries and bytes as they stand in the file."""
    waiting: list[tuple[Object, Object]] = [(a, b)]
    while waiting:
        a, b = waiting.pop()
        if isinstance(a, Stream) and isinstance(b, Stream):
            if a.length != b.length or a.raw != b.raw:
                return False
            a, b = _without_length(a), _without_length(b)
        if isinstance(a, dict) and isinstance(b, dict):
            if a.keys() != b.keys():
                return False
            waiting.extend((value, b[key]) for key, value in a.items())
        elif type(a) is list and type(b) is list:
            if len(a) != len(b):
                return False
            waiting.extend(zip(a, b, strict=True))
        elif type(a) is Ref or type(b) is Ref or isinstance(a, bytes | str | None):
            if a != b or (type(a) is Ref) != (type(b) is Ref) or isinstance(a, str) != isinstance(b, str):
                return False
        elif isinstance(a, bool) != isinstance(b, bool) or isinstance(a, Stream | dict | list) or a != b:
            return False
    return True


def differing(a: dict[str, Object], b: dict[str, Object]) -> set[str]:
    """Return the keys whose values are not the same in both; a null value is none at all."""
    return {key for key in a.keys() | b.keys() if not same(a.get(key), b.get(key))}


def _without_length(stream: Stream) -> dict[str, Object]:
    return {key: value for key, value in stream.dictionary.items() if key != "Length"}
