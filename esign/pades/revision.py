"""One revision appended to a PDF: the original bytes stay an exact prefix, nothing is written that was not asked for.

The library's own incremental writer raises the PDF version, adds developer extensions and rewrites the XMP metadata
when it meets P-256; that would break PDF/A-3. This writer does only what it is told.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from pyhanko.pdf_utils import generic

from esign.foundation.digests import sha256
from esign.pades.document import Document, reading
from esign.pades.errors import DocumentUnsupportedError

Reference = tuple[int, int]
"""Object number and generation."""

_LARGEST_OFFSET = 9_999_999_999


class Revision:
    """Collects new and changed objects and writes them behind the document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._next = document.next_number
        self._objects: dict[Reference, bytes] = {}

    def new(self, body: bytes = b"") -> Reference:
        """Return the reference of a new object; a body may follow later by :meth:`put`."""
        reference = (self._next, 0)
        self._next += 1
        if body:
            self._objects[reference] = body
        return reference

    def put(self, reference: Reference | Any, body: bytes) -> None:
        """Set the body of a new object, or replace that of an existing one."""
        self._objects[as_reference(reference)] = body

    def write(self) -> tuple[bytes, Mapping[Reference, int]]:
        """Return the whole file and the offset in it at which each written object's body begins.

        Raises:
            DocumentUnsupportedError: The file would be too long for its cross-reference.
        """
        data = self._document.data
        parts = [data]
        position = len(data)
        if not data.endswith((b"\n", b"\r")):
            parts.append(b"\n")
            position += 1
        headers: dict[Reference, int] = {}
        bodies: dict[Reference, int] = {}
        for reference, body in self._objects.items():
            head = b"%d %d obj\n" % reference
            headers[reference], bodies[reference] = position, position + len(head)
            parts += (head, body, b"\nendobj\n")
            position += len(head) + len(body) + 8
        if position > _LARGEST_OFFSET:
            raise DocumentUnsupportedError("file is larger than any contract")
        with reading():
            writer = self._stream if self._document.reader.has_xref_stream else self._table
            parts.append(writer(headers, position, sha256(*parts[1:])[:16]))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(parts), bodies

    def _trailer(self, size: int, identifier: bytes) -> bytes:
        trailer = self._document.reader.trailer
        first = identifier
        if "/ID" in trailer:
            first = getattr(trailer["/ID"][0], "original_bytes", identifier)
        info = b"/Info " + serialise(trailer.raw_get("/Info")) if "/Info" in trailer else b""
        return b"/Size %d/Root %s%s/ID[<%s><%s>]/Prev %d" % (
            size,
            serialise(trailer.raw_get("/Root")),
            info,
            first.hex().encode(),
            identifier.hex().encode(),
            self._document.last_startxref,
        )

    def _table(self, headers: Mapping[Reference, int], _position: int, identifier: bytes) -> bytes:
        lines = [b"xref\n"]
        for group in _consecutive(sorted(headers)):
            lines.append(b"%d %d\n" % (group[0][0], len(group)))
            lines += [b"%010d %05d n \n" % (headers[r], r[1]) for r in group]
        return b"%strailer\n<<%s>>\n" % (b"".join(lines), self._trailer(self._next, identifier))

    def _stream(self, headers: Mapping[Reference, int], position: int, identifier: bytes) -> bytes:
        own = (self._next, 0)
        offsets = {**headers, own: position}
        groups = _consecutive(sorted(offsets))
        index = b" ".join(b"%d %d" % (group[0][0], len(group)) for group in groups)
        rows = b"".join(
            b"\x01" + offsets[r].to_bytes(5, "big") + r[1].to_bytes(2, "big") for group in groups for r in group
        )
        trailer = self._trailer(self._next + 1, identifier)
        return b"%d 0 obj\n%s\nendobj\n" % (
            own[0],
            stream(b"/Type/XRef/W[1 5 2]/Index[%s]%s" % (index, trailer), rows),
        )


def as_reference(value: Reference | Any) -> Reference:
    """Return object number and generation of a reference, however it is held."""
    if isinstance(value, tuple):
        return value
    return value.idnum, value.generation


def pointer(reference: Reference | Any) -> bytes:
    """Return an indirect reference as it stands in a file: ``12 0 R``."""
    return b"%d %d R" % as_reference(reference)


def stream(entries: bytes, content: bytes) -> bytes:
    """Return a stream object with these dictionary entries; its length is added."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def text(value: str) -> bytes:
    """Return a text string as hexadecimal UTF-16: no character of it can be mistaken for syntax."""
    return b"<FEFF" + value.encode("utf-16-be").hex().upper().encode() + b">"


def number(value: float) -> bytes:
    """Return a number with at most four decimals."""
    return f"{value:.4f}".rstrip("0").rstrip(".").encode()


def serialise(value: Any) -> bytes:
    """Return an object of the document as it stands in a file."""
    out = io.BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()


def with_entries(dictionary: Any, changes: Mapping[str, bytes]) -> bytes:
    """Return a dictionary of the document with entries set; all others are kept as they are.

    Args:
        dictionary: Dictionary object (not a stream).
        changes: Name with slash -> serialised value.
    """
    kept = {str(key): dictionary.raw_get(key) for key in dictionary if str(key) not in changes}
    entries = [serialise(generic.NameObject(key)) + b" " + serialise(value) for key, value in kept.items()]
    entries += [key.encode("ascii") + b" " + value for key, value in changes.items()]
    return b"<<" + b"\n".join(entries) + b">>"


def with_items(array: Any, *items: bytes) -> bytes:
    """Return an array of the document with serialised items appended."""
    return b"[" + b" ".join((*(serialise(array.raw_get(i)) for i in range(len(array))), *items)) + b"]"


def _consecutive(references: Sequence[Reference]) -> list[list[Reference]]:
    groups: list[list[Reference]] = []
    for reference in references:
        if groups and groups[-1][-1][0] + 1 == reference[0]:
            groups[-1].append(reference)
        else:
            groups.append([reference])
    return groups
