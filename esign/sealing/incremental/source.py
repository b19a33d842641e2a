"""A document that is read where it lies: a slice here and there, and never as a whole."""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING

from esign.pdf import PdfError
from esign.pdf.filters import decode
from esign.pdf.indirect import read_indirect
from esign.pdf.object_stream import ObjectStream
from esign.pdf.objects import Name, Stream
from esign.sealing.incremental.joined import Joined
from esign.sealing.incremental.section import Place, Section, read_section, read_usual_stream
from esign.sealing.incremental.streams import Packed, read_usual
from esign.sealing.incremental.syntax import LIMITS, WHITE, Entries, recall, reference, split
from esign.sealing.incremental.unusual import Unusual

if TYPE_CHECKING:
    from typing_extensions import Buffer

Reference = tuple[int, int]
"""Object number and generation."""

_WINDOW = 1024
_LONGEST_OBJECT = 16 << 20
_LONGEST_SECTION = 128 << 20
_LONGEST_END = 4096
_MOST_SECTIONS = 1_000
_MOST_OBJECTS = 8_388_000
_match_end = re.compile(
    rb"startxref[\0\t\n\f\r ]++([0-9]{1,10}+)[\0\t\n\f\r ]++%%EOF(?:[\0\t\n\f\r ]++|%%EOF)*+"
).fullmatch


class Source:
    """A PDF, opened: only its end and its cross-reference are read.

    Args:
        document: Bytes, a memory map, or whatever lends its bytes.
        tail: What is going to be appended to it, if something is.

    Raises:
        EncryptedDocument: The PDF is encrypted.
        Unusual: Not written as the quick way knows it, or not a PDF at all.
    """

    __slots__ = (
        "_data",
        "_streams",
        "length",
        "newline",
        "root",
        "sections",
        "size",
        "startxref",
        "stream",
        "trailer",
    )

    def __init__(self, document: Buffer, tail: bytes = b"") -> None:
        data: bytes | mmap.mmap | memoryview | Joined
        data = document if isinstance(document, bytes | mmap.mmap) else memoryview(document).cast("B")
        if tail:
            data = Joined(document, tail)
        self._data = data
        self.length = length = len(data)
        last = self.piece(max(0, length - 64), length)
        at = last.rfind(b"startxref")
        if at < 0:
            last = self.piece(max(0, length - _LONGEST_END), length)
            at = last.rfind(b"startxref")
        end = _match_end(last, at) if at >= 0 else None
        if end is None or data[:5] != b"%PDF-":
            raise Unusual("end or beginning")
        self.newline = last[-1] not in b"\r\n"
        self.startxref = place = int(end[1])
        newest = self._section(place)
        self.trailer = trailer = newest.trailer
        self.stream = newest.stream
        highest = newest.highest
        if trailer.previous is None:
            self.sections: tuple[Section, ...] = (newest,)
        else:
            self.sections = (newest, *self._older(newest))
            highest = max([section.highest for section in self.sections])
        self.size = size = trailer.size
        if not highest <= size <= _MOST_OBJECTS:
            raise Unusual("size")
        root = reference(trailer.root)
        if root is None:
            raise Unusual("no catalog")
        self.root = root
        self._streams: dict[int, ObjectStream | Packed] = {}

    def piece(self, start: int, end: int) -> bytes:
        """Return some bytes of the document."""
        found = self._data[start:end]
        return found if type(found) is bytes else bytes(found)

    def dictionary(self, number: int, generation: int) -> tuple[bytes, Entries]:
        """Return a dictionary object, as it is written and taken apart.

        Raises:
            Unusual: No such object, not a dictionary, or it refers to an object that cannot be there: a new object of
                that number would be taken for it.
        """
        place = self.sections[0].find(number, generation)
        entries = None
        if type(place) is int and place:  # an object that the newest section tells of, as invoices have it
            window = self._data[place : place + _WINDOW]
            end = window.find(b"endobj") if type(window) is bytes else -1
            head = b"%d %d obj" % (number, generation)
            if end >= 0 and window.startswith(head):  # type: ignore[union-attr]  # bytes, or there was no end
                body = bytes(window[len(head) : end]).strip(WHITE)
                entries = recall(body)
        if entries is None:
            body, entries = self._dictionary(number, generation)
        if entries.highest >= self.size:
            raise Unusual("a reference to an object that is not there")
        return body, entries

    def _dictionary(self, number: int, generation: int) -> tuple[bytes, Entries]:
        place = self._place(number, generation)
        if isinstance(place, int):
            window = self.piece(place, place + _WINDOW)
            end = window.find(b"endobj")
            head = b"%d %d obj" % (number, generation)
            if end >= 0 and window.startswith(head):
                body = window[len(head) : end].strip(WHITE)
                try:
                    return body, split(body)
                except Unusual:  # the word may have stood in a string
                    pass
            body = self._value_strictly(place, number, generation)
        else:
            body = self._packed(number, place)
        return body, split(body)

    def value(self, number: int, generation: int) -> bytes:
        """Return an object that is not a stream, as it is written.

        Raises:
            Unusual: No such object, or it is damaged.
        """
        place = self._place(number, generation)
        if not isinstance(place, int):
            return self._packed(number, place)
        return self._value_strictly(place, number, generation)

    def _value_strictly(self, place: int, number: int, generation: int) -> bytes:
        size = _WINDOW
        while True:
            window = self.piece(place, place + size)
            try:
                found = read_indirect(window, 0, LIMITS)
            except PdfError as error:
                if place + size >= self.length or size >= _LONGEST_OBJECT:
                    raise Unusual(error.detail) from error
                size *= 16
                continue
            if (found.number, found.generation) != (number, generation) or type(found.value) is Stream or not found.end:
                raise Unusual("another object")
            return window[found.body : found.text_end].strip(WHITE)

    def _place(self, number: int, generation: int) -> Place:
        for section in self.sections:
            place = section.find(number, generation)
            if place is not None:
                if place == 0:
                    break
                return place
        raise Unusual("no such object")

    def _section(self, place: int) -> Section:
        size = min(self.length - place, 1 << 16)
        if size < 16:
            raise Unusual("cross-reference outside the file")
        window = self.piece(place, place + size)
        if not window.startswith(b"xref"):
            usual = read_usual_stream(self.piece, place)
            if usual is not None:
                return usual
        while True:
            try:
                return read_section(window, place)
            except Unusual:
                if place + size >= self.length or size >= _LONGEST_SECTION:
                    raise
                size *= 16
                window = self.piece(place, place + size)

    def _older(self, newest: Section) -> list[Section]:
        seen = {newest.start}
        found = []
        section = newest
        while (place := section.trailer.previous) is not None:
            if place in seen or len(seen) > _MOST_SECTIONS:
                raise Unusual("chain of cross-references")
            seen.add(place)
            section = self._section(place)
            found.append(section)
        return found

    def _packed(self, number: int, place: tuple[int, int]) -> bytes:
        holder, index = place
        try:
            stream = self._streams.get(holder) or self._object_stream(holder)
            start, end = stream.extent(number, index)
        except PdfError as error:
            raise Unusual(error.detail) from error
        return stream.data[start:end].strip(WHITE)

    def _object_stream(self, number: int) -> ObjectStream | Packed:
        place = self._place(number, 0)
        if not isinstance(place, int):
            raise Unusual("an object stream within another")
        usual = read_usual(self.piece, place, b"/ObjStm", LIMITS.stream_bytes)
        if usual is not None and usual.number == number and b"DecodeParms" not in usual.entries:
            self._streams[number] = packed = Packed(usual)
            return packed
        stream, decoded = self._stream_at(place, number, 0)
        self._streams[number] = opened = ObjectStream(stream, decoded, number, LIMITS)
        return opened

    def stream_data(self, number: int, generation: int) -> bytes:
        """Return what a stream holds.

        Raises:
            Unusual: No such stream, damaged, or filtered in another way than by ``FlateDecode``.
        """
        place = self._place(number, generation)
        if not isinstance(place, int):
            raise Unusual("no stream")
        try:
            return self._stream_at(place, number, generation)[1]
        except PdfError as error:
            raise Unusual(error.detail) from error

    def _stream_at(self, place: int, number: int, generation: int) -> tuple[Stream, bytes]:
        size = 1 << 14
        while True:
            window = self.piece(place, place + size)
            try:
                found = read_indirect(window, 0, LIMITS)
                break
            except PdfError as error:
                if place + size >= self.length or size >= LIMITS.stream_bytes:
                    raise Unusual(error.detail) from error
                size *= 16
        stream = found.value
        if (found.number, found.generation) != (number, generation) or type(stream) is not Stream:
            raise Unusual("no stream, or another object")
        if "DecodeParms" in stream.dictionary or "F" in stream.dictionary:
            raise Unusual("a stream with parameters")
        if "Filter" not in stream.dictionary:
            return stream, stream.raw
        if stream.dictionary["Filter"] != Name("FlateDecode"):
            raise Unusual("filter of a stream")
        return stream, decode(stream.raw, ("FlateDecode",), (None,), LIMITS.stream_bytes, 0)
