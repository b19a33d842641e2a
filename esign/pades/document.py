"""A PDF opened for reading: every fault of the bytes becomes one error of this room, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic

from esign.pades.errors import DocumentUnreadableError, DocumentUnsupportedError, PadesError
from esign.pades.reader import SignatureReader

Dictionary: Any = generic.DictionaryObject
Array: Any = generic.ArrayObject
Stream: Any = generic.StreamObject
Indirect: Any = generic.IndirectObject

LARGEST = 256 << 20
"""Files above 256 MiB are no contracts."""
_MOST_PAGES = 20_000
_MOST_FIELDS = 5_000
_DEEPEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A terminal form field.

    Args:
        name: Fully qualified name.
        kind: ``/Sig``, ``/Tx`` …, or an empty string.
        dictionary: The field's dictionary.
    """

    name: str
    kind: str
    dictionary: Any

    @property
    def signed(self) -> bool:
        """Whether this is a signature field that holds a signature."""
        return self.kind == "/Sig" and "/V" in self.dictionary


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page and the object that holds it."""

    reference: Any
    dictionary: Any


class Document:
    """The objects of a PDF, read on demand.

    Raises:
        DocumentUnreadableError: Not a PDF, or damaged.
        DocumentUnsupportedError: Encrypted, or larger than any contract.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > LARGEST:
            raise DocumentUnsupportedError("file is larger than any contract", bytes=len(data))
        self.data = data
        with reading():
            self.reader = SignatureReader(data)
            if self.reader.encrypted:
                raise DocumentUnsupportedError("file is encrypted")
            self.root = self.reader.root
            self.next_number = int(self.reader.trailer["/Size"])
            self.last_startxref = int(self.reader.last_startxref or 0)
        if not isinstance(self.root, Dictionary) or not 0 < self.next_number < 8_388_608:
            raise DocumentUnreadableError("catalog or size of the cross-reference is impossible")

    def page(self, number: int) -> Page | None:
        """Return a page, or None where there is none.

        Args:
            number: 0 is the first page.
        """
        return next((page for index, page in enumerate(self.pages()) if index == number), None)

    def pages(self) -> Iterator[Page]:
        """Yield the pages in their order.

        Raises:
            DocumentUnreadableError: The tree of pages is damaged.
            DocumentUnsupportedError: It has more pages than any contract.
        """
        with reading():
            for index, page in enumerate(self._pages(self.root.raw_get("/Pages"), 0, set())):
                yield page
                if index >= _MOST_PAGES:
                    raise DocumentUnsupportedError("more pages than any contract has")

    def fields(self) -> tuple[Field, ...]:
        """Return all terminal form fields.

        Raises:
            DocumentUnreadableError: The form is damaged or circular.
        """
        with reading():
            form = entry(self.root, "/AcroForm")
            if form is None:
                return ()
            if "/XFA" in form:
                raise DocumentUnsupportedError("form is XFA")
            found = []
            for field in self._fields(entry(form, "/Fields", ()), "", "", 0, set()):
                found.append(field)
                if len(found) > _MOST_FIELDS:
                    raise DocumentUnsupportedError("more form fields than any contract has")
            return tuple(found)

    def _pages(self, reference: Any, depth: int, seen: set[Any]) -> Iterator[Page]:
        if not isinstance(reference, Indirect) or depth > _DEEPEST or reference.reference in seen:
            raise DocumentUnreadableError("page tree is damaged")
        seen.add(reference.reference)
        node = reference.get_object()
        if not isinstance(node, Dictionary):
            raise DocumentUnreadableError("page tree is damaged")
        if "/Kids" not in node:
            yield Page(reference=reference, dictionary=node)
            return
        kids = node["/Kids"]
        for index in range(len(kids)):
            yield from self._pages(kids.raw_get(index), depth + 1, seen)

    def _fields(self, kids: Any, prefix: str, kind: str, depth: int, seen: set[Any]) -> Iterator[Field]:
        if depth > _DEEPEST or not isinstance(kids, list | tuple):
            raise DocumentUnreadableError("form is damaged")
        for kid in kids:
            if isinstance(kid, Indirect):
                if kid.reference in seen:
                    raise DocumentUnreadableError("form is circular")
                seen.add(kid.reference)
            node = kid.get_object()
            if not isinstance(node, Dictionary):
                raise DocumentUnreadableError("form is damaged")
            if "/T" not in node and depth:
                continue  # a widget of the field above
            name = f"{prefix}.{node['/T']}" if prefix else str(entry(node, "/T", ""))
            own_kind = str(entry(node, "/FT", kind))
            children = entry(node, "/Kids", ())
            if any("/T" in child.get_object() for child in children):
                yield from self._fields(children, name, own_kind, depth + 1, seen)
            else:
                yield Field(name=name, kind=own_kind, dictionary=node)


def entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """Return the value of a dictionary entry, references followed, or the default where there is none."""
    try:
        return dictionary[key]  # the library's ``get`` does not follow references
    except KeyError:
        return default


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever the reading of foreign bytes raises into one error of this room.

    Raises:
        DocumentUnreadableError: Anything that was not already an error of this room.
    """
    try:
        yield
    except PadesError:
        raise
    except Exception as error:
        raise DocumentUnreadableError("the file is damaged", fault=type(error).__name__) from error
