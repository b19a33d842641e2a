"""DER as far as a signatory needs to write it: a second, small hand besides the engine's library.

Source: ITU-T X.690 sections 8 and 10, 11.6 (order of a SET OF).
"""

from __future__ import annotations

from collections.abc import Iterable


def tlv(tag: int, *content: bytes) -> bytes:
    """Return one element: tag, definite length in its shortest form, content."""
    body = b"".join(content)
    if len(body) < 0x80:
        length = bytes([len(body)])
    else:
        size = (len(body).bit_length() + 7) // 8
        length = bytes([0x80 | size]) + len(body).to_bytes(size, "big")
    return bytes([tag]) + length + body


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE."""
    return tlv(0x30, *parts)


def set_of(parts: Iterable[bytes], tag: int = 0x31) -> bytes:
    """Return a SET OF, its members in ascending order of their bytes."""
    return tlv(tag, *sorted(parts))


def integer(value: int) -> bytes:
    """Return a non-negative INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes, tag: int = 0x04) -> bytes:
    """Return an OCTET STRING, or one under an implicit tag."""
    return tlv(tag, value)


def bits(value: bytes) -> bytes:
    """Return a BIT STRING of whole bytes."""
    return tlv(0x03, b"\x00", value)


def utf8(value: str) -> bytes:
    """Return a UTF8String."""
    return tlv(0x0C, value.encode("utf-8"))


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, *(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(0x80 | arc & 0x7F)
    return bytes(reversed(groups))
