"""Cross-reference streams and object streams, read as far as a few objects need them.

What is written as usual is read here; for the rest :mod:`esign.pdf` reads everything. Rows that are written as
differences to the row above are summed for the one row that is asked for, not undone one after the other.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from esign.pdf import Entry
from esign.sealing.incremental.syntax import LIMITS, WHITE, Entries, integer, split
from esign.sealing.incremental.unusual import Unusual

_W = rb"[\0\t\n\f\r ]"
_match_head = re.compile(rb"([0-9]{1,10}+) 0 obj" + _W + rb"*+(?=<<)").match
_match_begin = re.compile(rb"stream(?:\r\n|\n)").match
_match_end = re.compile(rb"(?:\r\n|\n|\r)?endstream" + _W + rb"++endobj").match
_match_widths = re.compile(
    rb"\[" + _W + rb"*+([0-8])" + _W + rb"++([1-8])" + _W + rb"++([0-8])" + _W + rb"*+\]"
).fullmatch
_match_index = re.compile(rb"\[" + _W + rb"*+([0-9]++(?:" + _W + rb"++[0-9]++)*+)" + _W + rb"*+\]").fullmatch
_MOST_ROWS = 1_000_000
_LONGEST_DICTIONARY = 4_096

Piece = Callable[[int, int], bytes]


class UsualStream(NamedTuple):
    """A stream object as writers write it.

    Args:
        number: Its object number.
        entries: Its dictionary.
        content: Its content, inflated.
    """

    number: int
    entries: Entries
    content: bytes


def read_usual(piece: Piece, place: int, kind: bytes, most: int) -> UsualStream | None:
    """Return the stream object at a place, or None where it is not written as usual.

    Args:
        piece: Returns some bytes of the document.
        place: Where it begins.
        kind: What its ``/Type`` must be.
        most: Longest content.

    Raises:
        Unusual: Its dictionary is damaged.
    """
    window = piece(place, place + _LONGEST_DICTIONARY)
    head = _match_head(window)
    stop = window.find(b"stream", head.end()) if head else -1
    begin = _match_begin(window, stop) if stop > 0 else None
    if head is None or begin is None:
        return None
    entries = split(window[head.end() : stop].rstrip(WHITE), keep=False)
    length = integer(entries.get(b"Length"))
    if entries.get(b"Type") != kind or entries.get(b"Filter") != b"/FlateDecode" or length is None:
        return None
    start = place + begin.end()
    raw = piece(start, start + length + 32)
    if _match_end(raw, length) is None:
        return None
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(raw[:length], most + 1)
    except zlib.error:
        return None
    if not inflate.eof or inflate.unused_data or len(content) > most:
        return None
    return UsualStream(int(head[1]), entries, content)


class Rows:
    """The rows of a cross-reference stream.

    Args:
        content: The rows one after the other; where they are differences, each behind its mark.
        widths: Bytes of the three columns.
        parts: First object number, the one behind the last, and the row of the first.
        predicted: Whether rows are differences.
    """

    __slots__ = ("_content", "_parts", "_predicted", "_widths")

    def __init__(
        self, content: bytes, widths: tuple[int, int, int], parts: list[tuple[int, int, int]], predicted: bool
    ) -> None:
        self._content = content
        self._widths = widths
        self._parts = parts
        self._predicted = predicted

    def get(self, number: int) -> Entry | None:
        """Return what the rows say of an object number, or None."""
        for first, end, row in self._parts:
            if first <= number < end:
                return self._entry(row + number - first)
        return None

    def _entry(self, row: int) -> Entry:
        one, two, three = self._widths
        second, third = one, one + two
        line = self._row(row, third + three)
        kind = int.from_bytes(line[:second], "big") if one else 1
        a, b = int.from_bytes(line[second:third], "big"), int.from_bytes(line[third:], "big")
        if kind == 1:
            return Entry("plain", a, b) if a else Entry("free", 0, b)
        if kind == 2:
            return Entry("packed", stream=a, place=b)
        return Entry("free", 0, b)

    def _row(self, row: int, width: int) -> bytes:
        content = self._content
        if not self._predicted:
            return content[row * width : (row + 1) * width]
        step = width + 1
        stop = (row + 1) * step
        return bytes([sum(content[column:stop:step]) & 0xFF for column in range(1, step)])


def read_rows(stream: UsualStream) -> tuple[Rows, int] | None:
    """Return the rows of a cross-reference stream and the highest object number plus 1, or None for unusual ones."""
    entries = stream.entries
    widths = _match_widths(entries.get(b"W", b""))
    size = integer(entries.get(b"Size"))
    if widths is None or size is None:
        return None
    one, two, three = (int(width) for width in widths.groups())
    told = [0, size]
    if b"Index" in entries:
        index = _match_index(entries[b"Index"])
        if index is None:
            return None
        told = [int(word) for word in index[1].split()]
    parts: list[tuple[int, int, int]] = []
    row = highest = 0
    for first, count in zip(told[::2], told[1::2], strict=False):
        if first < highest or count > _MOST_ROWS:
            return None
        highest = first + count
        parts.append((first, highest, row))
        row += count
    width = one + two + three
    predicted = b"DecodeParms" in entries
    if predicted:
        options = split(entries[b"DecodeParms"])
        if dict(options) != {b"Predictor": b"12", b"Columns": b"%d" % width}:
            return None
        if stream.content[:: width + 1] != b"\x02" * row:
            return None
    if len(told) % 2 or len(stream.content) != row * (width + predicted) or row > _MOST_ROWS:
        return None
    return Rows(stream.content, (one, two, three), parts, predicted), highest


class Packed:
    """The objects of an object stream, looked up where they stand.

    Args:
        stream: The stream.

    Raises:
        Unusual: Its list of objects is not what it must be.
    """

    __slots__ = ("_count", "_first", "_words", "data")

    def __init__(self, stream: UsualStream) -> None:
        count, first = integer(stream.entries.get(b"N")), integer(stream.entries.get(b"First"))
        self.data = data = stream.content
        if count is None or first is None or first > len(data) or count > LIMITS.objects:
            raise Unusual("object stream")
        self._count = count
        self._first = first
        self._words = words = data[:first].split()
        if len(words) != 2 * count or not b"".join(words).isdigit():
            raise Unusual("object stream")

    def extent(self, number: int, index: int) -> tuple[int, int]:
        """Return where an object stands in the content.

        Args:
            number: Its number.
            index: Its place, as the cross-reference says.

        Raises:
            Unusual: Another object has this place, or the object stands there twice.
        """
        words, first = self._words, self._first
        told = b"%d" % number
        if not index < self._count or words[2 * index] != told or words[::2].count(told) != 1:
            raise Unusual("object stream")
        start = first + int(words[2 * index + 1])
        end = first + int(words[2 * index + 3]) if index + 1 < self._count else len(self.data)
        if not start < end <= len(self.data):
            raise Unusual("object stream")
        return start, end
