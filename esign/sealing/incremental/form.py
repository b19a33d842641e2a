"""A signature field enters the document: which objects change for it, each a copy with as little added as possible."""

from __future__ import annotations

import re
from typing import NamedTuple

from esign.sealing.incremental.revision import Object
from esign.sealing.incremental.source import Reference, Source
from esign.sealing.incremental.syntax import Entries, reference, written
from esign.sealing.incremental.unusual import Unusual

ETSI_EXTENSION = b"/ESIC<</BaseVersion/1.7/ExtensionLevel 2>>"
"""Source: ETSI EN 319 142-1 clause 5.6."""

_DEEPEST = 40
_match_first_kid = re.compile(rb"\[[\0\t\n\f\r ]*+([0-9]{1,10}+)[\0\t\n\f\r ]++([0-9]{1,5}+)[\0\t\n\f\r ]++R").match


class Entered(NamedTuple):
    """What changes so that a field stands in the form and on its page.

    Args:
        objects: Changed and new objects; the widget and what it holds are not among them.
        page: The page.
        widget: Object number of the field, which is its own widget.
        value: Object number of what it holds.
        size: The next free object number.
    """

    objects: list[Object]
    page: Reference
    widget: int
    value: int
    size: int


def enter_field(source: Source, *, extension: bool = True) -> Entered:
    """Return what changes so that one more field stands in the form and on the first page.

    Args:
        source: The document.
        extension: Whether the catalog shall say that the file uses ETSI's extensions.

    Raises:
        Unusual: A page tree, a form or annotations that the quick way does not know.
    """
    number, generation = source.root
    catalog, entries = source.dictionary(number, generation)
    if entries.get(b"Type") != b"/Catalog" or b"AcroForm" in entries or b"Perms" in entries:
        raise Unusual("catalog")
    page, text, page_entries = first_page(source, entries)
    value = source.size
    widget = value + 1
    added = b"<</AcroForm %d 0 R" % (value + 2)
    if extension:
        if b"Extensions" in entries:
            raise Unusual("extensions")
        added += b"/Extensions<<" + ETSI_EXTENSION + b">>"
    objects = [
        (number, generation, added + catalog[2:]),
        (page[0], page[1], _with_annotation(text, page_entries, widget)),
        (value + 2, 0, b"<</Fields[%d 0 R]/SigFlags 3>>" % widget),
    ]
    return Entered(objects, page, widget, value, value + 3)


def first_page(source: Source, catalog: Entries) -> tuple[Reference, bytes, Entries]:
    """Return the first page: its reference, its text, its entries.

    Raises:
        Unusual: A page tree that the quick way does not know.
    """
    place = reference(catalog.get(b"Pages"))
    for _ in range(_DEEPEST):
        if place is None:
            break
        text, entries = source.dictionary(*place)
        kind = entries.get(b"Type")
        if kind == b"/Page" and b"Kids" not in entries:
            return place, text, entries
        kids = _match_first_kid(entries.get(b"Kids", b""))
        if kids is None or kind != b"/Pages":
            break
        place = int(kids[1]), int(kids[2])
    raise Unusual("page tree")


def _with_annotation(text: bytes, page: Entries, widget: int) -> bytes:
    annotations = page.get(b"Annots")
    if annotations is None:
        return b"<</Annots[%d 0 R]%b" % (widget, text[2:])
    if annotations[:1] != b"[":
        raise Unusual("annotations")
    return written({**page, b"Annots": b"%b %d 0 R]" % (annotations[:-1], widget)})
