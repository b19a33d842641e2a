"""Cross-reference sections, read as far as a seal needs them: one look-up is one slice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from esign.pdf import Entry, PdfError
from esign.pdf.anomalies import Anomalies
from esign.pdf.section import read_section as read_strictly
from esign.sealing.incremental.streams import Piece, Rows, read_rows, read_usual
from esign.sealing.incremental.syntax import LIMITS, split
from esign.sealing.incremental.trailer import Trailer, read_trailer, trailer_of
from esign.sealing.incremental.unusual import Unusual

Place = int | tuple[int, int]
"""Offset of an object, or object stream and place in it; 0 for a free number."""

_EOL = rb"(?:\r\n|\n|\r)"
_match_table = re.compile(rb"xref[ \t]*+" + _EOL + rb"([0-9]{1,8}+) ([0-9]{1,8}+) ?+" + _EOL).match
_match_subsection = re.compile(rb"([0-9]{1,8}+) ([0-9]{1,8}+) ?+" + _EOL).match
_SHAPE = bytes.maketrans(b"123456789f", b"000000000n")
"""What differs from row to row is the same after this: digits, and whether a number is free."""
_LINE_ENDS = (b" \n", b"\r\n", b" \r")


class Section:
    """What one section says.

    Args:
        start: Where it begins.
        trailer: Its trailer.
        highest: The highest object number that it tells of, plus 1.
        stream: Whether it is a cross-reference stream.
    """

    __slots__ = ("_entries", "_rows", "highest", "start", "stream", "trailer")

    def __init__(
        self,
        start: int,
        trailer: Trailer,
        rows: list[tuple[int, int, bytes]],
        highest: int,
        entries: Mapping[int, Entry] | Rows | None = None,
    ) -> None:
        self.start = start
        self.trailer = trailer
        self.highest = highest
        self.stream = entries is not None
        self._rows = rows
        self._entries = entries

    def find(self, number: int, generation: int) -> Place | None:
        """Return where an object stands, 0 where the number is free, or None where nothing is said of it.

        Raises:
            Unusual: Another generation.
        """
        if self._entries is not None:
            return _place(self._entries.get(number), generation)
        for first, end, rows in self._rows:
            if first <= number < end:
                at = 20 * (number - first)
                if rows[at + 17] != 0x6E:
                    return 0
                if int(rows[at + 11 : at + 16]) != generation:
                    raise Unusual("another generation")
                return int(rows[at : at + 10])
        return None


def read_usual_stream(piece: Piece, start: int) -> Section | None:
    """Return the cross-reference stream at a place, or None where none stands there that is written as usual."""
    stream = read_usual(piece, start, b"/XRef", LIMITS.stream_bytes)
    rows = read_rows(stream) if stream else None
    if stream is None or rows is None:
        return None
    return Section(start, trailer_of(stream.entries), [], rows[1], rows[0])


def read_section(window: bytes, start: int) -> Section:
    """Return the section with which a window begins.

    Args:
        window: The bytes of the file from the section on.
        start: Where that is in the file.

    Raises:
        Unusual: Not written as usual, or longer than the window.
    """
    head = _match_table(window)
    if head is None:
        return _read_stream(window, start)
    sections = []
    highest = 0
    while head is not None:
        first = int(head[1])
        end = first + int(head[2])
        at = head.end()
        behind = at + 20 * (end - first)
        rows = window[at:behind]
        if first < highest or behind > len(window) or not _regular(rows, end - first):
            raise Unusual("cross-reference table")
        sections.append((first, end, rows))
        highest = end
        head = None if window.startswith(b"trailer", behind) else _match_subsection(window, behind)
    return Section(start, read_trailer(window, behind), sections, highest)


def _regular(rows: bytes, count: int) -> bool:
    """Tell whether so many rows are all ``nnnnnnnnnn ggggg n`` or ``f`` with the same end of line, 20 bytes each."""
    if not count:
        return True
    line_end = rows[18:20]
    return line_end in _LINE_ENDS and rows.translate(_SHAPE) == b"0000000000 00000 n%b" % line_end * count


def _read_stream(window: bytes, start: int) -> Section:
    anomalies = Anomalies()
    try:
        section = read_strictly(window, 0, 0, LIMITS, anomalies)
    except PdfError as error:
        raise Unusual(error.detail) from error
    if section.kind != "stream" or section.start or anomalies.found:
        raise Unusual("cross-reference")
    head = window.index(b"<<")
    trailer = split(window[head : window.index(b"stream", head)].rstrip(b"\0\t\n\f\r "))
    return Section(start, trailer_of(trailer), [], section.highest, section.entries)


def _place(entry: Entry | None, generation: int) -> Place | None:
    if entry is None:
        return None
    if entry.kind == "plain":
        if entry.generation != generation:
            raise Unusual("another generation")
        return entry.offset
    if entry.kind == "packed":
        if generation:
            raise Unusual("another generation")
        return entry.stream, entry.place
    return 0
