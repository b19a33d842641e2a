"""Bytes as text: base64url without padding (RFC 4648 section 5), strict in both directions."""

from __future__ import annotations

import base64
import re

from esign.foundation.errors import EsignError

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")


class EncodingError(EsignError):
    """Text is not the one canonical encoding of any bytes."""

    code = "encoding"


def b64url(data: bytes) -> str:
    """Return base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """Return the bytes of base64url text without padding.

    Raises:
        EncodingError: Padding, a foreign character, or unused bits that are not zero.
    """
    if not isinstance(text, str) or not _BASE64URL.match(text) or len(text) % 4 == 1:
        raise EncodingError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise EncodingError("not canonical base64url")
    return data


def from_hex(text: str, length: int) -> bytes:
    """Return the bytes of lower-case hexadecimal text.

    Args:
        text: Lower-case hexadecimal digits.
        length: The number of bytes that must come out.

    Raises:
        EncodingError: Another length, upper case, or a foreign character.
    """
    if not isinstance(text, str) or not re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", text):
        raise EncodingError("not lower-case hexadecimal of the expected length", length=length)
    return bytes.fromhex(text)
