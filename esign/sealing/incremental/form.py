"""A signature field enters the document: which objects change for it, each a copy with as little added as possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from esign.pdf import Ref
from esign.sealing.incremental.restrictions import NONE, Restrictions, read_restrictions, with_certification
from esign.sealing.incremental.revision import Object
from esign.sealing.incremental.source import Reference, Source
from esign.sealing.incremental.syntax import Entries, integer, reference, split, written
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.incremental.values import Values, whole

ETSI_EXTENSION = b"/ESIC<</BaseVersion/1.7/ExtensionLevel 2>>"
"""Source: ETSI EN 319 142-1 clause 5.6."""

_DEEPEST = 40
_MOST_PAGES = 20_000
_match_first_kid = re.compile(rb"\[[\0\t\n\f\r ]*+([0-9]{1,10}+)[\0\t\n\f\r ]++([0-9]{1,5}+)[\0\t\n\f\r ]++R").match


class Entered(NamedTuple):
    """What changes so that a field stands in the form and on its page.

    Args:
        objects: Changed and new objects; the widget and what it holds are not among them.
        page: The page.
        widget: Object number of the field, which is its own widget.
        value: Object number of what it holds.
        size: The next free object number.
        restrictions: What the form says about one more signature.
        catalog: The catalog as it was.
    """

    objects: list[Object]
    page: Reference
    widget: int
    value: int
    size: int
    restrictions: Restrictions
    catalog: Entries


class Found(NamedTuple):
    """Where a field is going to be entered: the catalog and a page, as they are written and taken apart.

    Args:
        catalog: The catalog.
        entries: Its entries.
        page: The page.
        text: The page as it is written.
        page_entries: Its entries.
    """

    catalog: bytes
    entries: Entries
    page: Reference
    text: bytes
    page_entries: Entries

    @property
    def alone(self) -> bool:
        """Whether everything that changes is told here and nowhere else in the document."""
        return (
            b"AcroForm" not in self.entries
            and b"Perms" not in self.entries
            and b"Extensions" not in self.entries
            and self.page_entries.get(b"Annots", b"[")[:1] == b"["
        )


def look_up(source: Source, page_number: int) -> Found:
    """Return where a field is going to be entered.

    Args:
        source: The document.
        page_number: 0 is the first.

    Raises:
        Unusual: A catalog or a page tree that the quick way does not know, or fewer pages.
    """
    catalog, entries = source.dictionary(*source.root)
    if entries.get(b"Type") != b"/Catalog":
        raise Unusual("catalog")
    if page_number:
        return Found(catalog, entries, *nth_page(source, entries, page_number))
    return Found(catalog, entries, *first_page(source, entries))


def enter_field(source: Source, page_number: int = 0, found: Found | None = None) -> Entered:
    """Return what changes so that one more signature field stands in the form and on a page.

    Where the document does not say yet that it uses ETSI's extensions, it does so then; and where a tagged page had no
    annotations, that they are read in the order of the tags (ISO 14289-1 7.18.3).

    Args:
        source: The document.
        page_number: 0 is the first.
        found: Catalog and page, if they were looked up before.

    Raises:
        Unusual: A page tree, a form or annotations that the quick way does not know.
    """
    number, generation = source.root
    catalog, entries, page, text, page_entries = found or look_up(source, page_number)
    value = source.size
    widget = value + 1
    restrictions = NONE
    objects: list[Object] = []
    annotations = page_entries.get(b"Annots")
    if annotations is None:
        order = b"/Tabs/S" if b"StructTreeRoot" in entries and b"Tabs" not in page_entries else b""
        objects.append((*page, b"<</Annots[%d 0 R]%b%b" % (widget, order, text[2:])))
    else:
        _append_item(source, objects, (*page, page_entries, b"Annots"), widget)
    if b"AcroForm" not in entries:
        size = value + 3
        objects.append((value + 2, 0, b"<</Fields[%d 0 R]/SigFlags 3>>" % widget))
        added = b"<</AcroForm %d 0 R" % (value + 2)
        if b"Extensions" not in entries:
            catalog = b"%b/Extensions<<%b>>%b" % (added, ETSI_EXTENSION, catalog[2:])
        else:
            catalog = added + _extended(source, catalog, entries)[2:]
        objects.append((number, generation, catalog))
    else:
        size = value + 2
        restrictions, changed = _in_form(source, objects, entries, widget)
        extended = _extended(source, written(changed) if changed else catalog, changed or entries)
        if changed or extended is not catalog:
            objects.append((number, generation, extended))
        each_once(objects)
    if b"Perms" in entries:  # a certification that the catalog names may stand in no field
        restrictions = with_certification(restrictions, Values(source), entries[b"Perms"])
    return Entered(objects, page, widget, value, size, restrictions, entries)


def each_once(objects: list[Object]) -> None:
    """Check that no object is to change twice: one array that is two things at once.

    Raises:
        Unusual: One is.
    """
    if len({number for number, _, _ in objects}) != len(objects):
        raise Unusual("an object that is two things")


def _in_form(
    source: Source, objects: list[Object], catalog: Entries, widget: int
) -> tuple[Restrictions, dict[bytes, bytes] | None]:
    """Enter the field in the form that is there; return what it says, and the changed catalog if it changes."""
    place = reference(catalog[b"AcroForm"])
    form = source.dictionary(*place)[1] if place else split(catalog[b"AcroForm"])
    if b"XFA" in form:
        raise Unusual("XFA")
    values = Values(source)
    fields = form.get(b"Fields", b"[]")
    restrictions = read_restrictions(values, values.resolve(whole(fields)))
    changed = dict(form)
    listed = reference(fields)
    item = b" %d 0 R]" % widget
    if listed:
        objects.append((*listed, _array(source, source.value(*listed))[:-1] + item))
    else:
        changed[b"Fields"] = _array(source, fields)[:-1] + item
    changed[b"SigFlags"] = b"%d" % (3 | (integer(form.get(b"SigFlags")) or 0))
    if changed == form:
        return restrictions, None
    if place:
        objects.append((*place, written(changed)))
        return restrictions, None
    return restrictions, {**catalog, b"AcroForm": written(changed)}


def _append_item(source: Source, objects: list[Object], holder: tuple[int, int, Entries, bytes], widget: int) -> None:
    """Append the widget to an array that an object holds, or refers to."""
    number, generation, entries, key = holder
    value = entries[key]
    item = b" %d 0 R]" % widget
    place = reference(value)
    if place:
        objects.append((*place, _array(source, source.value(*place))[:-1] + item))
    else:
        objects.append((number, generation, written({**entries, key: _array(source, value)[:-1] + item})))


def _array(source: Source, text: bytes) -> bytes:
    """Return the text of an array of objects, checked."""
    items = whole(text)
    if not isinstance(items, list) or b"%" in text:
        raise Unusual("array")
    if any(item.number >= source.size if isinstance(item, Ref) else not isinstance(item, dict) for item in items):
        raise Unusual("an array of something else, or of objects that are not there")
    return text


def _extended(source: Source, catalog: bytes, entries: Mapping[bytes, bytes]) -> bytes:
    """Return a catalog that says that the file uses ETSI's extensions; the same where it does so already."""
    told = entries.get(b"Extensions")
    if told is None:
        return b"<</Extensions<<%b>>%b" % (ETSI_EXTENSION, catalog[2:])
    place = reference(told)
    known = source.dictionary(*place)[1] if place else split(told)
    if b"ESIC" in known:
        return catalog
    return written({**entries, b"Extensions": b"<<%b%b" % (ETSI_EXTENSION, written(known)[2:])})


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


def nth_page(source: Source, catalog: Entries, number: int) -> tuple[Reference, bytes, Entries]:
    """Return a page: its reference, its text, its entries; every page before it is walked over.

    Raises:
        Unusual: A page tree that the quick way does not know, or fewer pages.
    """
    values = Values(source)
    waiting: list[object] = [reference(catalog.get(b"Pages"))]
    seen: set[object] = set()
    while waiting:
        place = waiting.pop()
        if not isinstance(place, tuple) or place in seen or len(seen) > _MOST_PAGES:
            raise Unusual("page tree")
        seen.add(place)
        text, entries = source.dictionary(place[0], place[1])
        if b"Kids" not in entries:
            if entries.get(b"Type") != b"/Page":
                raise Unusual("page tree")
            if number == 0:
                return (place[0], place[1]), text, entries
            number -= 1
            continue
        kids = values.resolve(whole(entries[b"Kids"]))
        if entries.get(b"Type") != b"/Pages" or not isinstance(kids, list):
            raise Unusual("page tree")
        waiting += reversed(kids)
    raise Unusual("no such page")
