"""One cross-reference section: a table with its trailer, or a stream, or both (hybrid)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from esign.pdf.anomalies import Anomalies
from esign.pdf.entries import Entry, Joined, Rows, Subsection
from esign.pdf.errors import PdfError, PdfLimitError, PdfXrefError
from esign.pdf.filters import decode
from esign.pdf.indirect import read_header, stream_at
from esign.pdf.limits import Limits
from esign.pdf.objects import Dictionary, Name, Object, Stream
from esign.pdf.syntax import parse

_SUBSECTION = re.compile(rb"[\0\t\n\f\r ]*+([0-9]{1,10})[ \t]++([0-9]{1,10})[ \t]*+(?:\r\n|\n|\r)[ \t]*+")
_STRICT_ROWS = re.compile(rb"(?:[0-9]{10} [0-9]{5} [fn](?: \r| \n|\r\n))*+")
_LOOSE_ROW = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([fn])[ \t]*+(?:\r\n|\n|\r)?")
_WHITE = re.compile(rb"[\0\t\n\f\r ]*+")
MOST_WHITE = 4
"""How much white space may stand before a section: some writers name the end of the line before."""
_TRAILER = re.compile(rb"[\0\t\n\f\r ]*+trailer")
_MOST_ROWS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One cross-reference section.

    Args:
        kind: ``table``, ``stream`` or ``hybrid``.
        start: Where it begins.
        end: Where its trailer or stream object ends.
        trailer: The trailer, or the stream's dictionary.
        entries: What it says of object numbers.
        previous: Offset of the section before, as written; None for the first.
        number: Object number of a stream, also of that of a hybrid section; None for a table.
        hidden: Extent of the stream of a hybrid section.
        highest: The highest object number of its rows plus 1.
    """

    kind: str
    start: int
    end: int
    trailer: Dictionary
    entries: Mapping[int, Entry]
    previous: int | None
    number: int | None = None
    hidden: tuple[int, int] | None = None
    highest: int = 0


def read_section(data: bytes, offset: int, base: int, limits: Limits, anomalies: Anomalies) -> Section:
    """Return the cross-reference section at an offset.

    Args:
        data: The file.
        offset: Counted from the beginning of the file.
        base: Where the file's offsets are counted from.
        limits: Bounds.
        anomalies: Takes what is unusual.

    Raises:
        PdfXrefError: No section stands there, or a damaged one.
    """
    if not base <= offset < len(data):
        raise PdfXrefError("a cross-reference lies outside the file", offset=offset)
    offset = _WHITE.match(data, offset, min(offset + MOST_WHITE, len(data))).end()  # type: ignore[union-attr]  # matches
    if data.startswith(b"xref", offset):
        return _table(data, offset, base, limits, anomalies)
    return _stream(data, offset, base, limits)


def _table(data: bytes, start: int, base: int, limits: Limits, anomalies: Anomalies) -> Section:
    position = start + 4
    subsections = []
    loose: dict[int, Entry] = {}
    while (head := _SUBSECTION.match(data, position)) is not None:
        first, count = int(head[1]), int(head[2])
        if first + count > limits.objects + 1:
            raise PdfLimitError("a cross-reference tells of more objects than allowed", objects=first + count)
        position = head.end()
        strict = _STRICT_ROWS.match(data, position, min(len(data), position + 20 * count))
        if strict is not None and strict.end() == position + 20 * count:
            subsections.append(Subsection(first, count, position))
            position = strict.end()
        else:
            anomalies.add("xref_rows", "rows of a cross-reference table are not 20 bytes long", position)
            position = _loose(data, position, first, count, base, loose)
    if position == start + 4:
        anomalies.add(
            "xref_rows", "a cross-reference table has no section", start
        )  # ISO 32000-2 clause 7.5.4: one or more
    trailer = _TRAILER.match(data, position)
    if trailer is None:
        raise PdfXrefError("a cross-reference table ends without a trailer", offset=position)
    dictionary, end = parse(data, trailer.end(), limits)
    if type(dictionary) is not dict:
        raise PdfXrefError("a trailer is no dictionary", offset=trailer.end())

    def row(position: int) -> Entry:
        return _row(data[position : position + 10], data[position + 11 : position + 16], data[position + 17], base)

    rows = Rows(subsections, 20, row)
    entries: Mapping[int, Entry] = rows
    if loose:
        entries = Joined((entries, loose))
    hidden = number = None
    kind = "table"
    also = dictionary.get("XRefStm")
    if also is not None:
        if type(also) is not int:
            raise PdfXrefError("the offset of a hybrid cross-reference is no number")
        second = _stream(data, base + also, base, limits)
        anomalies.add("hybrid", "readers without cross-reference streams see other objects", second.start)
        entries = Joined((entries, second.entries), hidden=True)
        hidden, number = (second.start, second.end), second.number
        kind = "hybrid"
    return Section(
        kind=kind,
        start=start,
        end=end,
        trailer=dictionary,
        entries=entries,
        previous=_previous(dictionary),
        hidden=hidden,
        number=number,
        highest=max(rows.end, max(loose, default=-1) + 1),
    )


def _row(offset: bytes, generation: bytes, kind: int, base: int) -> Entry:
    if kind == 0x6E and (place := int(offset)):
        return Entry("plain", base + place, int(generation))
    return Entry("free", 0, int(generation))


def _loose(data: bytes, position: int, first: int, count: int, base: int, found: dict[int, Entry]) -> int:
    for number in range(first, first + count):
        row = _LOOSE_ROW.match(data, position)
        if row is None or number in found:
            raise PdfXrefError("a cross-reference table is damaged", offset=position)
        found[number] = _row(row[1], row[2], row[3][0], base)
        position = row.end()
    return position


def _stream(data: bytes, start: int, base: int, limits: Limits) -> Section:
    try:
        number, generation, position = read_header(data, start)
    except PdfError as error:
        raise PdfXrefError("no cross-reference stands where one should", offset=start) from error
    dictionary, position = parse(data, position, limits)
    if type(dictionary) is not dict or dictionary.get("Type") != "XRef":
        raise PdfXrefError("no cross-reference stands where one should", offset=start)
    names: Mapping[str, Object] = dictionary
    length = names.get("Length")
    if type(length) is not int:
        raise PdfXrefError("a cross-reference stream does not tell its length", offset=start)
    stream, end = stream_at(data, dictionary, position, length)
    widths = _widths(names.get("W"))
    pairs = _index(names, limits)
    width = sum(widths)
    rows = sum(count for _, count in pairs)
    if rows > _MOST_ROWS:
        raise PdfLimitError("a cross-reference tells of more objects than allowed", objects=rows)
    content = _decoded(stream, names, rows * (width + 1) + 65_536, limits)
    if len(content) < rows * width:
        raise PdfXrefError("a cross-reference stream is too short", offset=start)
    subsections, place = [], 0
    for first, count in pairs:
        subsections.append(Subsection(first, count, place))
        place += count * width
    entries = Rows(subsections, width, _reader(content, widths, base))
    if generation:
        raise PdfXrefError("a cross-reference stream has a generation", offset=start)
    return Section(
        kind="stream",
        start=start,
        end=end,
        trailer=dictionary,
        entries=entries,
        previous=_previous(dictionary),
        number=number,
        highest=entries.end,
    )


def _reader(content: bytes, widths: tuple[int, int, int], base: int) -> Callable[[int], Entry]:
    one, two, three = widths
    number = int.from_bytes

    def row(position: int) -> Entry:
        second = position + one
        third = second + two
        kind = number(content[position:second], "big") if one else 1
        a, b = number(content[second:third], "big"), number(content[third : third + three], "big")
        if kind == 1:
            return Entry("plain", base + a, b) if a else Entry("free", 0, b)
        if kind == 2:
            return Entry("packed", stream=a, place=b)
        return Entry("free", 0, b)  # unknown kinds are null (clause 7.5.8.3)

    return row


def _decoded(stream: Stream, names: Mapping[str, Object], most: int, limits: Limits) -> bytes:
    filters, parameters = names.get("Filter"), names.get("DecodeParms")
    if isinstance(filters, list) and len(filters) == 1:
        filters = filters[0]
        parameters = parameters[0] if isinstance(parameters, list) and len(parameters) == 1 else parameters
    if filters is None:
        return stream.raw
    if type(filters) is not Name or not isinstance(parameters, dict | None):
        raise PdfXrefError("a cross-reference stream has unusual filters", offset=stream.start)
    return decode(stream.raw, (filters,), (parameters,), min(most, limits.stream_bytes), limits.stream_bytes)


def _widths(value: Object) -> tuple[int, int, int]:
    if isinstance(value, list) and len(value) == 3:
        one, two, three = value
        if type(one) is int and type(two) is int and type(three) is int:  # noqa: SIM102 - types first
            if 0 <= one <= 8 and 0 < two <= 8 and 0 <= three <= 8:
                return one, two, three
    raise PdfXrefError("a cross-reference stream has impossible columns")


def _index(names: Mapping[str, Object], limits: Limits) -> list[tuple[int, int]]:
    size = names.get("Size")
    if type(size) is not int or not 0 < size <= limits.objects + 1:
        raise PdfXrefError("a cross-reference stream has an impossible size")
    value = names.get("Index")
    if value is None:
        return [(0, size)]
    if not isinstance(value, list) or len(value) % 2:
        raise PdfXrefError("a cross-reference stream has an impossible index")
    pairs = []
    for first, count in zip(value[::2], value[1::2], strict=True):
        if type(first) is not int or type(count) is not int or first < 0 or count < 0:
            raise PdfXrefError("a cross-reference stream has an impossible index")
        if first + count > limits.objects + 1:
            raise PdfLimitError("a cross-reference tells of more objects than allowed", objects=first + count)
        pairs.append((first, count))
    return pairs


def _previous(trailer: Dictionary) -> int | None:
    value = trailer.get("Prev")
    if value is None:
        return None
    if type(value) is not int:
        raise PdfXrefError("the offset of the section before is no number")
    return value
