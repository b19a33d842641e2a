"""The document as a reader sees it who knows the file only up to the end of one revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from esign.pdf.entries import Entry
from esign.pdf.errors import PdfCircularError, PdfObjectError, PdfOverlapError, PdfStreamError, PdfStructureError
from esign.pdf.fields import Field, read_fields
from esign.pdf.filters import decode
from esign.pdf.indirect import stream_at
from esign.pdf.object_stream import ObjectStream
from esign.pdf.objects import Dictionary, Object, Ref, Stream
from esign.pdf.pages import Page, read_pages
from esign.pdf.syntax import entries as dictionary_entries
from esign.pdf.syntax import skip

if TYPE_CHECKING:
    from esign.pdf.pdf import Pdf

_LONGEST_WAY = 8


class View:
    """The objects of a document as of one revision.

    Args:
        pdf: The file.
        index: The revision.
    """

    def __init__(self, pdf: Pdf, index: int) -> None:
        self.pdf = pdf
        self.index = index
        self.revision = pdf.revisions[index]
        self.trailer = self.revision.trailer
        self._values: dict[Ref, Object] = {}
        self._reading: set[int] = set()

    @cached_property
    def catalog(self) -> Dictionary:
        """The document catalog.

        Raises:
            PdfStructureError: There is none.
        """
        catalog = self.resolve(self.trailer.get("Root"))
        if not isinstance(catalog, dict) or catalog.get("Type", "Catalog") != "Catalog":
            raise PdfStructureError("the file has no catalog")
        return catalog

    def entry(self, number: int) -> Entry | None:
        """Return what the cross-reference says of an object number; None where it says nothing."""
        found = self.pdf.entry(number, self.index)
        return None if found is None else found[0]

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of all objects in use, in order."""
        for number in sorted({*self.pdf.revisions[0].entries, *self.pdf.history}):
            entry = self.entry(number)
            if entry is not None and entry.kind != "free":
                yield number

    def reference(self, number: int) -> Ref | None:
        """Return the reference that leads to an object number; None where it is not in use."""
        entry = self.entry(number)
        return None if entry is None or entry.kind == "free" else Ref(number, entry.generation)

    def get(self, reference: Ref) -> Object:
        """Return an object; None where there is none.

        Raises:
            PdfError: It is damaged, or not where the cross-reference says.
        """
        if reference in self._values:
            return self._values[reference]
        value = self._get(reference)
        self._values[reference] = value
        return value

    def resolve(self, value: Object) -> Object:
        """Return a value, references followed.

        Raises:
            PdfCircularError: References lead in a circle.
        """
        for _ in range(_LONGEST_WAY):
            if type(value) is not Ref:
                return value
            value = self.get(value)
        raise PdfCircularError("references lead to references")

    def value(self, dictionary: Dictionary, key: str) -> Object:
        """Return a dictionary's value, references followed; None where there is none."""
        value = dictionary.get(key)
        return self.resolve(value) if type(value) is Ref else value

    def extent(self, reference: Ref) -> tuple[int, int]:
        """Return where a plain object begins and ends in the file.

        Raises:
            PdfObjectError: There is no such object, or it is packed in an object stream.
        """
        entry = self.entry(reference.number)
        if entry is None or entry.kind != "plain" or entry.generation != reference.generation:
            raise PdfObjectError("this object does not stand in the file by itself", object=reference.number)
        found = self.pdf.read(entry.offset)
        if found.end:
            return found.start, found.end
        return found.start, self._of_indirect_length(entry.offset)[1]

    def extent_of(self, reference: Ref, *path: str) -> tuple[int, int] | None:
        """Return where a value within an object's dictionary stands in the file; None where there is none.

        Args:
            reference: A plain object.
            path: Keys from the object's dictionary inwards; no references on the way.

        Raises:
            PdfObjectError: There is no such object, or it is packed in an object stream.
        """
        self.extent(reference)
        entry = self.entry(reference.number)
        place = self.pdf.read(entry.offset).body if entry else 0
        end = place
        for key in path:
            for name, start, stop in dictionary_entries(self.pdf.data, place, self.pdf.limits):
                if name == key:
                    place, end = start, stop
                    break
            else:
                return None
        return place, end

    def text(self, reference: Ref) -> tuple[bytes, int, int]:
        """Return the bytes that hold an object, and where in them its value begins and ends, its stream left out.

        Raises:
            PdfError: There is no such object.
        """
        entry = self.entry(reference.number)
        if entry is not None and entry.kind == "packed":
            packed = self._object_stream(entry.stream)
            return packed.data, *packed.extent(reference.number, entry.place)
        if entry is None or entry.kind == "free":
            raise PdfObjectError("there is no such object", object=reference.number)
        found = self.pdf.read(entry.offset)
        return self.pdf.data, skip(self.pdf.data, found.body), found.text_end

    def decode(self, stream: Stream) -> bytes:
        """Return a stream's content, filters undone.

        Raises:
            PdfFilterError: It has a filter that is not decoded here.
            PdfStreamError: It is damaged.
            PdfLimitError: It would be too long.
        """
        if stream.dictionary.get("F") is not None:
            raise PdfStreamError("a stream stands in another file")
        filters = _listed(self.value(stream.dictionary, "Filter"))
        parameters = _listed(self.value(stream.dictionary, "DecodeParms"))
        names = [self.resolve(name) for name in filters]
        parameters = [*parameters, *[None] * (len(names) - len(parameters))][: len(names)]
        if not all(isinstance(name, str) for name in names):
            raise PdfStreamError("a stream's filter is no name")
        limits = self.pdf.limits
        decoded = decode(
            stream.raw,
            tuple(str(name) for name in names),
            tuple(self._parameters(option) for option in parameters),
            limits.stream_bytes,
            limits.predicted_bytes,
        )
        self.pdf.spend(len(decoded))
        return decoded

    def pages(self) -> tuple[Page, ...]:
        """Return the pages in order.

        Raises:
            PdfStructureError: The page tree is damaged or circular.
            PdfLimitError: More pages than allowed.
        """
        return self._pages

    @cached_property
    def _pages(self) -> tuple[Page, ...]:
        return read_pages(self)

    def fields(self) -> tuple[Field, ...]:
        """Return the form's fields that have no fields below them, in order.

        Raises:
            PdfStructureError: The form is damaged or circular.
            PdfLimitError: More fields than allowed.
        """
        return self._fields

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        return read_fields(self)

    def _get(self, reference: Ref) -> Object:
        revision = self.pdf.told_by(reference.number, self.index)
        kept = self.pdf.kept(reference, revision)
        if kept is not None:
            value, overlapped_by = kept
            if overlapped_by <= self.index:
                raise PdfOverlapError(offset=self.pdf.revisions[revision].entries[reference.number].offset)
            return value
        entry = self.pdf.revisions[revision].entries.get(reference.number)
        if entry is None or entry.kind == "free":
            return None
        if entry.generation != reference.generation:
            self.pdf.note("generation", "a reference names another generation of an object", entry.offset)
            return None
        if entry.kind == "packed":
            return self._object_stream(entry.stream).get(reference.number, entry.place)
        found = self.pdf.read(entry.offset)
        if (found.number, found.generation) != reference:
            raise PdfObjectError("another object stands where the cross-reference says", object=reference.number)
        value, end = found.value, found.end
        if not end:
            value, end = self._of_indirect_length(entry.offset)
        overlapped_by = self.pdf.check_extent(found.start, end, self.index)
        self.pdf.check_revision(end, revision)
        if found.end:
            self.pdf.keep(reference, revision, value, overlapped_by)
        return value

    def _of_indirect_length(self, offset: int) -> tuple[Stream, int]:
        """Return a stream whose length is another object, and where it ends."""
        found = self.pdf.read(offset)
        assert isinstance(found.value, dict)  # noqa: S101 - only dictionaries are left without an end
        with self._once(offset):
            length = self.resolve(found.value.get("Length"))
        if type(length) is not int:
            raise PdfStreamError("a stream does not tell its length", offset=offset)
        stream, end = stream_at(self.pdf.data, found.value, found.text_end, length)
        return stream, end

    def _object_stream(self, number: int) -> ObjectStream:
        told = self.pdf.entry(number, self.index)
        if told is None or told[0].kind != "plain" or told[0].generation:
            raise PdfObjectError("an object stream is not where it must be", object=number)
        stream = self.get(Ref(number, 0))
        if not isinstance(stream, Stream):
            raise PdfObjectError("an object stream is none", object=number)
        opened = self.pdf.object_stream(stream, None, number)
        if opened is None:
            with self._once(told[0].offset):
                opened = self.pdf.object_stream(stream, self.decode(stream), number)
        assert opened is not None  # noqa: S101 - just opened
        return opened

    def _parameters(self, option: Object) -> Mapping[str, Object] | None:
        option = self.resolve(option)
        if option is None:
            return None
        if not isinstance(option, dict):
            raise PdfStreamError("the parameters of a filter are no dictionary")
        return {key: self.resolve(value) for key, value in option.items()}

    def _once(self, offset: int) -> _Once:
        return _Once(self._reading, offset)


class _Once:
    """Refuses to read an object for whose reading it is needed itself."""

    def __init__(self, reading: set[int], offset: int) -> None:
        self._reading, self._offset = reading, offset

    def __enter__(self) -> None:
        if self._offset in self._reading:
            raise PdfCircularError("an object is needed to read itself", offset=self._offset)
        self._reading.add(self._offset)

    def __exit__(self, *_: object) -> None:
        self._reading.discard(self._offset)


def _listed(value: Object) -> list[Object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
