"""The one thing of DER that is written by hand: tag, length, contents (ITU-T X.690 section 10.1)."""

from __future__ import annotations


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return an element with this tag (one byte) whose contents are the parts one after the other."""
    contents = b"".join(parts)
    length = len(contents)
    if length < 0x80:
        return bytes((tag, length)) + contents
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + contents
