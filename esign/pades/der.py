"""A tiny DER writer and a strict reader: definite, minimal lengths, low tags, nothing behind the end."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from esign.pades.errors import DerError

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
SEQUENCE = 0x30
SET = 0x31

_CONSTRUCTED = 0x20
_DEEPEST = 64
_LONGEST = 1 << 26
"""No element that a signature holds is longer than 64 MiB."""


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return tag, minimal definite length and the contents one after the other."""
    body = b"".join(contents)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*contents: bytes) -> bytes:
    """Return a SEQUENCE of encoded elements."""
    return tlv(SEQUENCE, *contents)


def set_of(elements: Iterable[bytes], tag: int = SET) -> bytes:
    """Return a SET OF encoded elements in ascending order of their encodings (X.690 clause 11.6)."""
    return tlv(tag, *sorted(elements))


def octets(data: bytes) -> bytes:
    """Return an OCTET STRING."""
    return tlv(OCTET_STRING, data)


def integer(value: int) -> bytes:
    """Return an INTEGER in its shortest form."""
    return tlv(INTEGER, value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True))


def utf8(text: str) -> bytes:
    """Return a UTF8String."""
    return tlv(UTF8_STRING, text.encode("utf-8"))


@functools.lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER.

    Args:
        dotted: Arcs in decimal, separated by dots; arcs of any size (``2.25.<UUID>``).

    Raises:
        DerError: Not an object identifier.
    """
    arcs = dotted.split(".")
    if len(arcs) < 2 or any(not a.isascii() or not a.isdigit() or (len(a) > 1 and a[0] == "0") for a in arcs):
        raise DerError("not an object identifier")
    numbers = [int(a) if len(a) <= 64 else -1 for a in arcs]
    if -1 in numbers or numbers[0] > 2 or (numbers[0] < 2 and numbers[1] > 39):
        raise DerError("not an object identifier")
    return tlv(OBJECT_IDENTIFIER, b"".join(_base128(n) for n in (numbers[0] * 40 + numbers[1], *numbers[2:])))


def _base128(number: int) -> bytes:
    septets = [number & 0x7F]
    while number := number >> 7:
        septets.append(0x80 | (number & 0x7F))
    return bytes(reversed(septets))


def read_oid(content: bytes) -> str:
    """Return the dotted text of an OBJECT IDENTIFIER's contents.

    Raises:
        DerError: Empty, truncated, or an arc with leading zeros.
    """
    if not content or content[-1] & 0x80 or len(content) > 256:
        raise DerError("truncated object identifier")
    numbers: list[int] = []
    number, fresh = 0, True
    for byte in content:
        if fresh and byte == 0x80:
            raise DerError("arc of an object identifier is not minimal")
        number, fresh = (number << 7) | (byte & 0x7F), not byte & 0x80
        if fresh:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(str(n) for n in (first, numbers[0] - 40 * first, *numbers[1:]))


def element_length(data: bytes, start: int = 0) -> int:
    """Return how many bytes the element at ``start`` takes, header included.

    Raises:
        DerError: High tag number, indefinite or non-minimal length, or longer than the data.
    """
    header, size = _header(data, start)
    return header + size


def well_formed(data: bytes) -> bool:
    """Tell whether the bytes are one element whose constructed parts are exactly filled by elements, all the way down.

    Lenient readers skip what stands between the elements of a token; others refuse the token for it.
    """
    pending = [(0, len(data), 0)]
    try:
        while pending:
            position, end, depth = pending.pop()
            while position < end:
                header, size = _header(data, position)
                if position + header + size > end or depth > _DEEPEST:
                    return False
                if data[position] & _CONSTRUCTED:
                    pending.append((position + header, position + header + size, depth + 1))
                position += header + size
        return element_length(data) == len(data)
    except DerError:
        return False


def _header(data: bytes, start: int) -> tuple[int, int]:
    if start + 2 > len(data):
        raise DerError("truncated")
    if data[start] == 0 or data[start] & 0x1F == 0x1F:
        raise DerError("tag number above 30, or none")
    first = data[start + 1]
    header, size = 2, first
    if first >= 0x80:
        count = first & 0x7F
        if not 1 <= count <= 4 or start + 2 + count > len(data):
            raise DerError("indefinite or oversized length")
        header, size = 2 + count, int.from_bytes(data[start + 2 : start + 2 + count], "big")
        if size < 0x80 or data[start + 2] == 0 or size > _LONGEST:
            raise DerError("length is not minimal")
    if start + header + size > len(data):
        raise DerError("truncated")
    return header, size


class Reader:
    """Reads the elements of DER contents one after the other; everything must be read."""

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data, self._position = data, start
        self._end = len(data) if end is None else end

    @property
    def empty(self) -> bool:
        """Whether everything has been read."""
        return self._position == self._end

    def tag(self) -> int | None:
        """Return the tag of the next element, or None at the end."""
        return None if self.empty else self._data[self._position]

    def raw(self, tag: int) -> bytes:
        """Return the next element, header included.

        Raises:
            DerError: Another tag, or not DER.
        """
        start, _, end = self._take(tag)
        return self._data[start:end]

    def content(self, tag: int) -> bytes:
        """Return the contents of the next element.

        Raises:
            DerError: Another tag, or not DER.
        """
        _, content, end = self._take(tag)
        return self._data[content:end]

    def inside(self, tag: int) -> Reader:
        """Return a reader over the contents of the next element.

        Raises:
            DerError: Another tag, or not DER.
        """
        _, content, end = self._take(tag)
        return Reader(self._data, content, end)

    def small_integer(self) -> int:
        """Return the next element, an INTEGER from 0 to 127.

        Raises:
            DerError: Anything else.
        """
        content = self.content(INTEGER)
        if len(content) != 1 or content[0] > 0x7F:
            raise DerError("not a small integer")
        return content[0]

    def text(self) -> str:
        """Return the next element, a UTF8String.

        Raises:
            DerError: Another tag, or not UTF-8.
        """
        try:
            return self.content(UTF8_STRING).decode("utf-8")
        except UnicodeDecodeError as error:
            raise DerError("not UTF-8") from error

    def done(self) -> None:
        """Require that everything has been read.

        Raises:
            DerError: Something stands behind the last expected element.
        """
        if not self.empty:
            raise DerError("something stands behind the end")

    def _take(self, tag: int) -> tuple[int, int, int]:
        start = self._position
        if start >= self._end or self._data[start] != tag:
            raise DerError("another element was expected", expected=tag)
        header, size = _header(self._data, start)
        end = start + header + size
        if end > self._end:
            raise DerError("element is longer than what holds it")
        self._position = end
        return start, start + header, end
