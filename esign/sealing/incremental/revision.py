"""One revision appended to a PDF of which only the end is known: objects, room for a signature, a cross-reference.

What enters is an :class:`Ending`, what leaves the bytes to append and the next ending, so that revisions follow one
another without anything being read again. Nothing is written that was not asked for: no version, no metadata.

Source: ISO 32000-2 clauses 7.5.4 to 7.5.8, 12.8.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from esign.sealing.document_errors import DocumentTooLarge
from esign.sealing.incremental.source import Source

Object = tuple[int, int, bytes]
"""Object number, generation, and the object as it stands in the file."""

RANGE_WIDTH = 34
"""Room for the four numbers of a byte range: ``0``, three of up to ten digits, three spaces."""

_LARGEST_OFFSET = 9_999_999_999


class Block(NamedTuple):
    """Objects as they stand one after the other in a file.

    Args:
        text: Their text.
        rows: Object number, generation, and where each begins in the text.
        table: The rows of a table for these objects and one of another number behind them, its offsets left out.
        order: Which offset stands where in the table.
    """

    text: bytes
    rows: tuple[tuple[int, int, int], ...]
    table: bytes
    order: tuple[int, ...]


def block_of(objects: Iterable[Object], last: int) -> Block:
    """Return objects as they stand one after the other in a file.

    Args:
        objects: The objects.
        last: Number of the object that is going to follow them.
    """
    parts, rows, position = [], [], 0
    for number, generation, body in objects:
        text = b"%d %d obj\n%b\nendobj\n" % (number, generation, body)
        rows.append((number, generation, position))
        parts.append(text)
        position += len(text)
    joined = b"".join(parts)
    numbered = sorted(
        (number, generation, index) for index, (number, generation, _) in enumerate([*rows, (last, 0, 0)])
    )
    order = tuple(index for _, _, index in numbered)
    return Block(joined, tuple(rows), _table(numbered, blank=True), order)


class Ending(NamedTuple):
    """What a further revision has to know of the bytes before it.

    Args:
        length: How many there are.
        newline: Whether a line must be ended first.
        startxref: Where the newest cross-reference begins.
        size: The next free object number.
        trailer: ``/Root`` and ``/Info`` as they stand in a trailer.
        identifier: First part of the file identifier as it is written, or None where there is none.
        stream: Whether the newest cross-reference is a stream; the next one will be too.
    """

    length: int
    newline: bool
    startxref: int
    size: int
    trailer: bytes
    identifier: bytes | None
    stream: bool


class Written(NamedTuple):
    """A revision.

    Args:
        tail: The bytes to append.
        ending: What stands behind them.
    """

    tail: bytes
    ending: Ending


class WithRoom(NamedTuple):
    """A revision with room for a signature: all of it but the hexadecimal string of ``/Contents``.

    Args:
        before: The bytes up to the room.
        after: The bytes behind it.
        byte_range: ``(0, b, c, d)``: bytes b to c of the file are the room, angle brackets included.
        ending: What stands behind the revision.
    """

    before: bytes
    after: bytes
    byte_range: tuple[int, int, int, int]
    ending: Ending


def ending_of(source: Source) -> Ending:
    """Return the ending of a document."""
    _, root, info, identifier, _ = source.trailer
    told = b"/Root " + (root or b"")
    if info is not None:
        told += b"/Info " + info
    return Ending(source.length, source.newline, source.startxref, source.size, told, identifier, source.stream)


def append(ending: Ending, objects: Iterable[Object], *, size: int, identifier: bytes) -> Written:
    """Return a revision that holds these objects.

    Args:
        ending: What it follows.
        objects: New and changed objects; no number twice.
        size: One more than the highest object number in use.
        identifier: Second part of the file identifier (16 bytes).

    Raises:
        DocumentTooLarge: The file would be too long for its cross-reference.
    """
    parts, rows, position = _objects(ending, objects)
    reference, following = _reference(ending, rows, position, size, identifier)
    tail = b"".join((*parts, reference))
    return Written(tail, following)


def append_with_room(
    ending: Ending,
    objects: Iterable[Object] | Block,
    *,
    dictionary: tuple[int, bytes],
    room: int,
    size: int,
    identifier: bytes,
) -> WithRoom:
    """Return a revision that holds these objects, and last a signature dictionary with room for the signature.

    Args:
        ending: What it follows.
        objects: New and changed objects; no number twice.
        dictionary: Number of the signature dictionary, and its text from ``<<`` on, without ``/ByteRange``,
            ``/Contents`` and ``>>``.
        room: Bytes of the room: two more than twice the longest signature.
        size: One more than the highest object number in use.
        identifier: Second part of the file identifier (16 bytes).

    Raises:
        DocumentTooLarge: The file would be too long for its cross-reference.
    """
    number, text = dictionary
    table = None
    rows: list[tuple[int, int, int]] = []
    if isinstance(objects, Block) and not ending.stream:
        begin = ending.length + ending.newline
        position = begin + len(objects.text)
        offsets = [begin + offset for _, _, offset in objects.rows]
        offsets.append(position)
        table = objects.table % tuple([offsets[index] for index in objects.order])
        parts = [b"\n" if ending.newline else b"", objects.text]
    else:
        parts, rows, position = _objects(ending, objects)
        rows.append((number, 0, position))
    head = b"%d 0 obj\n%b/ByteRange[" % (number, text)
    start = position + len(head) + (RANGE_WIDTH + 10)
    end = start + room
    reference, following = _reference(ending, rows, end + 10, size, identifier, table)
    after = b">>\nendobj\n%b" % reference
    behind = following.length - end
    numbers = b"0 %d %d %d" % (start, end, behind)
    parts.append(b"%b%b]/Contents" % (head, numbers.ljust(RANGE_WIDTH)))
    return WithRoom(b"".join(parts), after, (0, start, end, behind), following)


def _objects(ending: Ending, objects: Iterable[Object] | Block) -> tuple[list[bytes], list[tuple[int, int, int]], int]:
    """Return the pieces, the rows ``(number, generation, offset)``, and where the next object begins."""
    position = ending.length
    parts = []
    if ending.newline:
        parts.append(b"\n")
        position += 1
    if isinstance(objects, Block):
        told = [(number, generation, position + offset) for number, generation, offset in objects.rows]
        return [*parts, objects.text], told, position + len(objects.text)
    rows = []
    for number, generation, body in objects:
        text = b"%d %d obj\n%b\nendobj\n" % (number, generation, body)
        rows.append((number, generation, position))
        parts.append(text)
        position += len(text)
    return parts, rows, position


def _reference(
    ending: Ending,
    rows: list[tuple[int, int, int]],
    position: int,
    size: int,
    identifier: bytes,
    table: bytes | None = None,
) -> tuple[bytes, Ending]:
    """Return the cross-reference that stands at a position, with its end, and what stands behind it.

    Args:
        ending: What the revision follows.
        rows: Object number, generation, offset of each object.
        position: Where the cross-reference begins.
        size: One more than the highest object number in use.
        identifier: Second part of the file identifier.
        table: The rows as they stand in a table, if they are written already.
    """
    if position > _LARGEST_OFFSET:
        raise DocumentTooLarge(bytes=position)
    second = identifier.hex().encode()
    first = ending.identifier or b"<%b>" % second
    if ending.stream:
        rows.append((size, 0, position))
        size += 1
    trailer = b"/Size %d%b/ID[%b<%b>]/Prev %d" % (size, ending.trailer, first, second, ending.startxref)
    rows.sort()
    if ending.stream:
        index, content = _stream(rows)
        text = b"%d 0 obj\n<</Type/XRef/W[1 5 2]/Index[%b]%b/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
            size - 1,
            index,
            trailer,
            len(content),
            content,
        )
    else:
        text = b"xref\n%btrailer\n<<%b>>\n" % (table or _table(rows), trailer)
    text = b"%bstartxref\n%d\n%%%%EOF\n" % (text, position)
    return text, Ending(position + len(text), False, position, size, ending.trailer, first, ending.stream)


def _table(rows: Sequence[tuple[int, int, int]], *, blank: bool = False) -> bytes:
    parts: list[bytes] = []
    group: list[bytes] = []
    first = following = -1
    for number, generation, offset in rows:
        if number != following:
            if group:
                parts.append(b"%d %d\n" % (first, len(group)))
                parts += group
                group = []
            first = number
        group.append(b"%%010d %05d n \n" % generation if blank else b"%010d %05d n \n" % (offset, generation))
        following = number + 1
    parts.append(b"%d %d\n" % (first, len(group)))
    parts += group
    return b"".join(parts)


def _stream(rows: Sequence[tuple[int, int, int]]) -> tuple[bytes, bytes]:
    index: list[int] = []
    following = -1
    for number, _, _ in rows:
        if number != following:
            index += (number, 0)
        index[-1] += 1
        following = number + 1
    content = b"".join([b"\x01" + o.to_bytes(5, "big") + g.to_bytes(2, "big") for _, g, o in rows])
    return b" ".join([b"%d" % n for n in index]), content
