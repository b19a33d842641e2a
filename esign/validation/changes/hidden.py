"""What is signed and not shown: layers that are off, hidden remarks, objects that nobody refers to, nobody's bytes.

None of it speaks against a file: many writers leave such things behind. A later change that brings it up is found as
what it is. It is told so that who signs, or relies on a signature, may know that the file holds more than it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from esign.pdf import Object, Pdf, PdfError, Ref, Stream, View
from esign.validation.changes.references import references_in

MOST_OBJECTS = 10_000
"""Files with more objects are not searched for those that nobody refers to."""
_HIDDEN = 2 | 32
"""Hidden, no view."""
_SHOWS = {"Page", "Pages", "Catalog", "Annot", "Font", "Sig", "XObject", "Filespec"}
_BOOKKEEPING = {"ObjStm", "XRef"}


class HiddenKind(StrEnum):
    """The kinds of what is signed and not shown; each word is stable."""

    LAYER_OFF = "layer_off"
    """A layer that is not shown when the document is opened."""
    ANNOTATION_HIDDEN = "annotation_hidden"
    """A remark or field that says of itself that it is not shown."""
    UNREFERENCED = "unreferenced"
    """An object that could show something and that nobody refers to."""
    UNACCOUNTED = "unaccounted"
    """Bytes among the objects that no cross-reference names."""
    NOT_SEARCHED = "not_searched"
    """So many objects that unreferenced ones were not searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Something that is signed and not shown.

    Args:
        kind: What.
        count: How many; of bytes, how many bytes.
        page: The page that it belongs to, 1 is the first; None where it belongs to none.
    """

    kind: HiddenKind
    count: int
    page: int | None = None


def find_hidden(pdf: Pdf, index: int) -> tuple[Hidden, ...]:
    """Return what a revision holds and does not show.

    Args:
        pdf: The file.
        index: The revision that is signed.

    Source: ISO 32000-2 clauses 7.5.4, 8.11.4, 12.5.3.
    """
    view = pdf.view(index)
    found: list[Hidden] = []
    for look in (_layers, _annotations, _objects):
        try:
            found.extend(look(view))
        except PdfError:
            continue  # what cannot be read is told elsewhere
    return tuple(found)


def _layers(view: View) -> Iterator[Hidden]:
    """Count the layers that are off in the default configuration."""
    properties = view.value(view.catalog, "OCProperties")
    if not isinstance(properties, dict):
        return
    default = view.value(properties, "D")
    if not isinstance(default, dict):
        return
    known = _references(view, properties.get("OCGs"))
    off = _references(view, default.get("OFF"))
    if view.value(default, "BaseState") == "OFF":
        off |= known - _references(view, default.get("ON"))
    if off & known:
        yield Hidden(kind=HiddenKind.LAYER_OFF, count=len(off & known))


def _references(view: View, value: Object) -> set[Ref]:
    items = view.resolve(value)
    return {item for item in items if type(item) is Ref} if isinstance(items, list) else set()


def _annotations(view: View) -> Iterator[Hidden]:
    """Count the hidden annotations that have an appearance, page by page."""
    for page in view.pages():
        items = view.resolve(page.dictionary.get("Annots"))
        count = 0
        for item in items if isinstance(items, list) else ():
            annotation = view.resolve(item)
            if isinstance(annotation, dict) and annotation.get("AP") is not None:
                flags = view.value(annotation, "F")
                count += type(flags) is int and bool(flags & _HIDDEN)
        if count:
            yield Hidden(kind=HiddenKind.ANNOTATION_HIDDEN, count=count, page=page.number + 1)


def _objects(view: View) -> Iterator[Hidden]:
    """Count the objects that nothing leads to, and the bytes that belong to no object."""
    pdf = view.pdf
    if sum(len(revision.entries) for revision in pdf.revisions[: view.index + 1]) > MOST_OBJECTS:
        yield Hidden(kind=HiddenKind.NOT_SEARCHED, count=1)
        return
    reached: set[int] = {section.number or 0 for revision in pdf.revisions for section in revision.sections}
    waiting = [ref for _, ref in references_in(view.trailer)]
    while waiting:
        reference = waiting.pop()
        if reference.number not in reached:
            reached.add(reference.number)
            waiting.extend(ref for _, ref in references_in(view.get(reference)))
    count = sum(_could_show(view, number) for number in view.numbers() if number not in reached)
    if count:
        yield Hidden(kind=HiddenKind.UNREFERENCED, count=count)
    parts = (part for index in range(view.index + 1) for part in pdf.unaccounted(index))
    size = sum(end - start for start, end in parts)
    if size:
        yield Hidden(kind=HiddenKind.UNACCOUNTED, count=size)


def _could_show(view: View, number: int) -> bool:
    reference = view.reference(number)
    value = view.get(reference) if reference else None
    if isinstance(value, Stream):
        return value.dictionary.get("Type") not in _BOOKKEEPING
    return isinstance(value, dict) and value.get("Type") in _SHOWS
