"""A PDF, opened: its revisions, and a view of it as of each of them. Objects are read when they are asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from esign.pdf.accounting import unaccounted
from esign.pdf.anomalies import Anomalies, Anomaly
from esign.pdf.entries import Entry
from esign.pdf.errors import PdfHeaderError, PdfLimitError, PdfOutsideRevisionError, PdfOverlapError
from esign.pdf.fields import Field
from esign.pdf.indirect import Indirect, read_indirect
from esign.pdf.limits import Limits
from esign.pdf.object_stream import ObjectStream
from esign.pdf.objects import Object, Ref, Stream
from esign.pdf.revisions import read_revisions
from esign.pdf.view import View

_HEADER = re.compile(rb"%PDF-([0-9])\.([0-9])")
_MOST_JUNK = 1024
_CACHED = 20_000


class Pdf:
    """The bytes of a PDF and what they say.

    Args:
        data: The file.
        limits: Bounds for what reading it may cost.

    Raises:
        PdfHeaderError: Not a PDF.
        PdfXrefError: The cross-reference is missing, damaged or circular.
        PdfEncryptedError: The file is encrypted.
        PdfLimitError: Larger than allowed.
    """

    def __init__(self, data: bytes, *, limits: Limits | None = None) -> None:
        self.data = data
        self.limits = limits or Limits()
        self._anomalies = Anomalies()
        if len(data) > self.limits.file_bytes:
            raise PdfLimitError("the file is longer than allowed", bytes=len(data))
        header = _HEADER.search(data, 0, _MOST_JUNK)
        if header is None:
            raise PdfHeaderError()
        self.version = (int(header[1]), int(header[2]))
        if header.start():
            self._anomalies.add("junk", "something stands before the header", 0)
        self.revisions, self.base = read_revisions(data, header.start(), self.limits, self._anomalies)
        if self.tail:
            self._anomalies.add("tail", "something stands behind the end of the last revision", self.revisions[-1].end)
        self._views: dict[int, View] = {}
        self._read: dict[int, Indirect] = {}
        self._streams: dict[tuple[int, int], ObjectStream] = {}
        self._unaccounted: dict[int, tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]] = {}
        self._kept: dict[tuple[Ref, int], tuple[Object, int]] = {}
        self.plain_fields: dict[Ref, Field] = {}
        """Form fields that stand alone, as a view has met them; another view with the same object has the same."""
        self._decoded = 0

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """What other readers may understand differently, as far as the file was read until now."""
        return self._anomalies.found

    @property
    def tail(self) -> bytes:
        """The bytes behind the last revision's end, white space cut."""
        return self.data[self.revisions[-1].end :].strip(b"\0\t\n\f\r ")

    @property
    def ends_with_last_revision(self) -> bool:
        """Whether the end that readers look for first is that of the newest revision; an older one may be named."""
        return self.data.rfind(b"startxref") == self.revisions[-1].marker

    def view(self, index: int = -1) -> View:
        """Return the document as a reader sees it who knows only the bytes up to a revision's end.

        Args:
            index: 0 is the oldest revision, -1 the newest.

        Raises:
            IndexError: There is no such revision.
        """
        index = range(len(self.revisions))[index]
        if index not in self._views:
            self._views[index] = View(self, index)
        return self._views[index]

    def unaccounted(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the parts of a revision that belong to no object that it names, and are not white space or comments.

        Raises:
            PdfError: One of its objects cannot be read.
        """
        return self._accounts(index)[0]

    def padding(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the parts of a revision between its objects: white space and comments.

        Raises:
            PdfError: One of its objects cannot be read.
        """
        return self._accounts(index)[1]

    def _accounts(self, index: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
        if index not in self._unaccounted:
            self._unaccounted[index] = unaccounted(self, index)
        return self._unaccounted[index]

    def note(self, kind: str, what: str, offset: int) -> None:
        """Take down something that readers may understand differently."""
        self._anomalies.add(kind, what, offset)

    @cached_property
    def history(self) -> dict[int, list[int]]:
        """For each object number that a later revision tells of: the later revisions that do, oldest first."""
        found: dict[int, list[int]] = {}
        for revision in self.revisions[1:]:
            for number in revision.entries:
                found.setdefault(number, []).append(revision.index)
        return found

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where objects and cross-references begin, in order."""
        return tuple(sorted(self._told))

    @cached_property
    def _told(self) -> dict[int, int]:
        """Where objects and cross-references begin, and the oldest revision that says so."""
        told: dict[int, int] = {}
        for revision in self.revisions:
            for section in revision.sections:
                told.setdefault(section.start, revision.index)
            for entry in revision.entries.values():
                if entry.kind == "plain":
                    told.setdefault(entry.offset, revision.index)
        return told

    def told_by(self, number: int, index: int) -> int:
        """Return the revision that tells of an object last, as of a revision; the oldest where none does."""
        told = self.history.get(number)
        place = bisect_right(told, index) if told else 0
        return told[place - 1] if told and place else 0

    def entry(self, number: int, index: int) -> tuple[Entry, int] | None:
        """Return what the cross-reference says of an object as of a revision, and the revision that says it."""
        revision = self.told_by(number, index)
        found = self.revisions[revision].entries.get(number)
        return None if found is None else (found, revision)

    def read(self, offset: int) -> Indirect:
        """Return the object at an offset; of a stream of indirect length only the dictionary.

        Raises:
            PdfError: No whole object stands there.
        """
        found = self._read.get(offset)
        if found is None:
            found = read_indirect(self.data, self._placed(offset), self.limits)
            if len(self._read) >= _CACHED:
                self._read.clear()
            self._read[offset] = found
        return found

    def _placed(self, offset: int) -> int:
        """Return where an object begins; some writers name the end of the line before."""
        place = offset
        while self.data[place : place + 1] in (b"\n", b"\r", b" ") and place - offset < 4:
            place += 1
        return place

    def kept(self, reference: Ref, revision: int) -> tuple[Object, int] | None:
        """Return an object that one view has read for all later ones, and the revision since which it is overlapped.

        Args:
            reference: The object.
            revision: The revision that tells of it last.
        """
        return self._kept.get((reference, revision))

    def keep(self, reference: Ref, revision: int, value: Object, overlapped_by: int) -> None:
        """Keep an object for later views; what it is must not depend on other objects."""
        if len(self._kept) >= _CACHED:
            self._kept.clear()
        self._kept[reference, revision] = value, overlapped_by

    def check_extent(self, start: int, end: int, index: int) -> int:
        """Check that no other object or cross-reference begins within an object, as of a revision.

        Returns:
            The oldest revision that tells of something within it: a later one; or how many there are, where none does.

        Raises:
            PdfOverlapError: One does.
        """
        place = bisect_right(self.starts, start)
        oldest = len(self.revisions)
        while place < len(self.starts) and self.starts[place] < end:
            told = self._told[self.starts[place]]
            if told <= index:
                raise PdfOverlapError(offset=self.starts[place])
            oldest = min(oldest, told)
            place += 1
        return oldest

    def check_revision(self, end: int, index: int) -> None:
        """Check that an object ends within the revision that names it.

        Raises:
            PdfOutsideRevisionError: It does not.
        """
        if end > self.revisions[index].end:
            raise PdfOutsideRevisionError(offset=end)

    def object_stream(self, stream: Stream, decoded: bytes | None, number: int) -> ObjectStream | None:
        """Return an object stream that was opened before, or open it."""
        key = (stream.start, stream.length)
        if key not in self._streams and decoded is not None:
            self._streams[key] = ObjectStream(stream, decoded, number, self.limits)
        return self._streams.get(key)

    def spend(self, count: int) -> None:
        """Count decoded bytes.

        Raises:
            PdfLimitError: More than allowed altogether.
        """
        self._decoded += count
        if self._decoded > self.limits.decoded_bytes:
            raise PdfLimitError("the streams of the file are longer than allowed", bytes=self._decoded)
