"""Distinguished names as they are compared: by type, value and order, without regard to case, spaces and encoding.

Source: RFC 5280 section 7.1.
"""

from __future__ import annotations

from esign.validation.process.ber import OID, SEQUENCE, SET, Cursor
from esign.validation.process.errors import CmsUnreadable

Name = tuple[frozenset[tuple[bytes, str | bytes]], ...]
"""A comparable name: its relative distinguished names in order."""

_CODECS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1E: "utf-16-be",
    0x1C: "utf-32",
}


def comparable(name: bytes) -> Name:
    """Return the comparable form of a raw name.

    Raises:
        CmsUnreadable: Not a name.
    """
    found = []
    cursor = Cursor(name).inside(SEQUENCE)
    while cursor.tag != -1:
        parts = cursor.inside(SET)
        attributes = set()
        while parts.tag != -1:
            attribute = parts.inside(SEQUENCE)
            kind = attribute.content(OID)
            value = attribute.next()
            attributes.add((kind, _text(value.tag, attribute.data[value.content : value.stop])))
        found.append(frozenset(attributes))
    if len(found) > 64:
        raise CmsUnreadable("a name is too long")
    return tuple(found)


def _text(tag: int, content: bytes) -> str | bytes:
    codec = _CODECS.get(tag)
    if codec is None:
        return content
    try:
        return " ".join(content.decode(codec).casefold().split())
    except UnicodeDecodeError:
        return content


def within(name: Name, base: Name) -> bool:
    """Tell whether a name stands in the subtree of another one."""
    return name[: len(base)] == base
