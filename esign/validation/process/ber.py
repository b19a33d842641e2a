"""Reading BER as foreign signatures use it: any length form, indefinite lengths, octet strings in pieces; bounded.

Nothing is copied until asked for, and bytes that a signature covers are taken as they stand in the file.

Source: ITU-T X.690 clauses 8.1 and 8.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

from esign.validation.process.errors import CmsUnreadable

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, ENUMERATED = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A
UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31
_CONSTRUCTED = 0x20
_DEEPEST = 48
_LONGEST_OID = 128


class Element(NamedTuple):
    """Where one element stands: its first byte, its contents, the byte behind the contents, the byte behind it all."""

    tag: int
    start: int
    content: int
    stop: int
    end: int


def element_at(data: bytes, start: int, limit: int) -> Element:
    """Return the element that begins at ``start`` and must end by ``limit``.

    Raises:
        CmsUnreadable: Truncated, a tag above 30, or nested too deep.
    """
    if start + 2 > limit:
        raise CmsUnreadable("an element is truncated")
    tag, first = data[start], data[start + 1]
    if tag & 0x1F == 0x1F:
        raise CmsUnreadable("a tag above 30")
    content = start + 2
    if first < 0x80:
        stop = content + first
    elif first == 0x80:
        if not tag & _CONSTRUCTED:
            raise CmsUnreadable("a primitive element without length")
        stop = _end_of_contents(data, content, limit)
        return Element(tag, start, content, stop, stop + 2)
    else:
        content += first & 0x7F
        if first > 0x88 or content > limit:
            raise CmsUnreadable("a length is too long")
        stop = content + int.from_bytes(data[start + 2 : content], "big")
    if stop > limit:
        raise CmsUnreadable("an element is longer than what holds it")
    return Element(tag, start, content, stop, stop)


def _end_of_contents(data: bytes, position: int, limit: int) -> int:
    """Return where the end-of-contents octets of an indefinite element stand; its own nesting is walked once."""
    depth = 1
    while True:
        if position + 2 > limit:
            raise CmsUnreadable("an element without length has no end")
        if data[position] == 0 and data[position + 1] == 0:
            depth -= 1
            if not depth:
                return position
            position += 2
        elif data[position + 1] == 0x80:
            depth += 1
            if depth > _DEEPEST or not data[position] & _CONSTRUCTED or data[position] & 0x1F == 0x1F:
                raise CmsUnreadable("an element is nested too deep, or has no length")
            position += 2
        else:
            position = element_at(data, position, limit).end


class Cursor:
    """Reads the elements of some contents one after the other."""

    __slots__ = ("data", "limit", "position")

    def __init__(self, data: bytes, start: int = 0, limit: int | None = None) -> None:
        self.data, self.position = data, start
        self.limit = len(data) if limit is None else limit

    @property
    def tag(self) -> int:
        """The tag of the next element; -1 at the end."""
        return self.data[self.position] if self.position < self.limit else -1

    def next(self) -> Element:
        """Return the next element and step behind it.

        Raises:
            CmsUnreadable: There is none.
        """
        found = element_at(self.data, self.position, self.limit)
        self.position = found.end
        return found

    def take(self, tag: int) -> Element:
        """Return the next element, which must have this tag.

        Raises:
            CmsUnreadable: It has another one, or there is none.
        """
        if self.tag != tag:
            raise CmsUnreadable("another element was expected", expected=tag)
        return self.next()

    def raw(self, tag: int) -> bytes:
        """Return the next element with its header, as it stands."""
        found = self.take(tag)
        return self.data[found.start : found.end]

    def content(self, tag: int) -> bytes:
        """Return the contents of the next element, as they stand."""
        found = self.take(tag)
        return self.data[found.content : found.stop]

    def inside(self, tag: int) -> Cursor:
        """Return a cursor over the contents of the next element."""
        found = self.take(tag)
        return Cursor(self.data, found.content, found.stop)

    def optional(self, tag: int) -> Cursor | None:
        """Return a cursor over the contents of the next element if it has this tag."""
        return self.inside(tag) if self.tag == tag else None

    def oid(self) -> str:
        """Return the next element, an OBJECT IDENTIFIER, as dotted text."""
        return dotted(self.content(OID))

    def integer(self) -> int:
        """Return the next element, an INTEGER."""
        content = self.content(INTEGER)
        if not content or len(content) > 4096:
            raise CmsUnreadable("not an integer")
        return int.from_bytes(content, "big", signed=True)

    def boolean(self) -> bool:
        """Return the next element, a BOOLEAN."""
        return any(self.content(BOOLEAN))

    def octets(self, tag: int = OCTET_STRING) -> bytes:
        """Return an OCTET STRING, which may stand in pieces (X.690 clause 8.7.3)."""
        if self.tag == tag | _CONSTRUCTED:
            return b"".join(_pieces(self.inside(tag | _CONSTRUCTED), 0))
        return self.content(tag)

    def bits(self) -> bytes:
        """Return a BIT STRING of whole bytes."""
        content = self.content(BIT_STRING)
        if not content or content[0]:
            raise CmsUnreadable("not a string of whole bytes")
        return content[1:]

    def instant(self) -> datetime:
        """Return a UTCTime or GeneralizedTime."""
        tag = self.tag
        return read_time(self.content(tag if tag in (UTC_TIME, GENERALIZED_TIME) else GENERALIZED_TIME), tag)

    def rest(self) -> Iterator[bytes]:
        """Yield every remaining element with its header."""
        while self.position < self.limit:
            found = self.next()
            yield self.data[found.start : found.end]


def _pieces(cursor: Cursor, depth: int) -> Iterator[bytes]:
    if depth > _DEEPEST:
        raise CmsUnreadable("an octet string is nested too deep")
    while cursor.position < cursor.limit:
        if cursor.tag == OCTET_STRING | _CONSTRUCTED:
            yield from _pieces(cursor.inside(OCTET_STRING | _CONSTRUCTED), depth + 1)
        else:
            yield cursor.content(OCTET_STRING)


@lru_cache(maxsize=512)
def dotted(content: bytes) -> str:
    """Return the dotted text of an object identifier's contents.

    Raises:
        CmsUnreadable: Empty, truncated or far too long.
    """
    if not content or len(content) > _LONGEST_OID or content[-1] & 0x80:
        raise CmsUnreadable("not an object identifier")
    arcs: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def read_time(content: bytes, tag: int) -> datetime:
    """Return a time in UTC; fractions and zones of foreign signers are understood.

    Raises:
        CmsUnreadable: Not a time.
    """
    try:
        text = content.decode("ascii")
        if tag == UTC_TIME:
            text = ("20" if int(text[:2]) < 50 else "19") + text
        zone: tzinfo = UTC
        if text[-1:] == "Z":
            text = text[:-1]
        elif text[-5:-4] in ("+", "-"):
            offset = (int(text[-4:-2]) * 60 + int(text[-2:])) * (1 if text[-5] == "+" else -1)
            zone, text = timezone(timedelta(minutes=offset)), text[:-5]
        whole, _, fraction = text.replace(",", ".").partition(".")
        if not whole.isdigit() or len(whole) not in (12, 14):
            raise CmsUnreadable("not a time")
        year, month, day, hour, minute, second = (
            int(part) for part in (whole[:4], whole[4:6], whole[6:8], whole[8:10], whole[10:12], whole[12:] or "0")
        )
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if fraction:
            moment += timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CmsUnreadable("not a time") from error


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return an element with this tag and shortest length."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def definite(data: bytes, depth: int = 0) -> bytes:
    """Return elements with shortest definite lengths all the way down: what DER makes of indefinite ones.

    The order of sets and the values of primitive elements stay as they are.

    Raises:
        CmsUnreadable: Not elements, or nested too deep.
    """
    if depth > _DEEPEST:
        raise CmsUnreadable("an element is nested too deep")
    parts, position = [], 0
    while position < len(data):
        found = element_at(data, position, len(data))
        content = data[found.content : found.stop]
        parts.append(tlv(found.tag, definite(content, depth + 1) if found.tag & _CONSTRUCTED else content))
        position = found.end
    return b"".join(parts)
