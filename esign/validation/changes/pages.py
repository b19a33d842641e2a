"""Pages: nothing of a page may change but its list of annotations, and there only what is judged by itself."""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import Dictionary, Object, Ref
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.overlay import overlays
from esign.validation.changes.sameness import differing, same
from esign.validation.changes.skeleton import Skeleton
from esign.validation.findings import FindingKind

_WORDS = {
    "Contents": "its content was exchanged",
    "Resources": "its fonts, pictures or layers were exchanged",
    "MediaBox": "its size was changed",
    "CropBox": "its visible part was changed",
    "UserUnit": "its size was changed",
    "Rotate": "it was turned",
    "AA": "actions that run by themselves were changed",
    "Parent": "it was moved in the list of pages",
}
_REMARKS = {
    "Text",
    "FreeText",
    "Line",
    "Square",
    "Circle",
    "Polygon",
    "PolyLine",
    "Highlight",
    "Underline",
    "Squiggly",
    "StrikeOut",
    "Stamp",
    "Caret",
    "Ink",
    "Popup",
}
"""Annotations that only say something; others act, play, or carry files."""


def compare_page(old: Skeleton, new: Skeleton, number: int, before: Dictionary, after: Dictionary) -> Iterator[Noted]:
    """Compare two dictionaries of one page; the list of annotations has a rule of its own.

    Source: ISO 32000-2 clause 7.7.3.3.
    """
    page = old.page_number(number)
    for key in sorted(differing(before, after) - {"Annots"}):
        if key == "AF":
            yield _finding(f"page {page}: its attachments were changed", page, FindingKind.ATTACHMENT_CHANGED)
        else:
            yield _finding(f"page {page}: {_WORDS.get(key, 'it was changed')}", page)


def compare_annotations(old: Skeleton, new: Skeleton, number: int) -> Iterator[Noted]:
    """Compare the lists of annotations of one page.

    1. What stood there still does, in the same order.
    2. What is new is the widget of a new signature field, or a remark.
    """
    page = old.page_number(number)
    if number not in new.pages:
        return
    before = old.list_of(old.pages[number].dictionary, "Annots")
    after = new.list_of(new.pages[number].dictionary, "Annots")
    rest = list(after)
    for item in before:
        if any(same(item, other) for other in rest[:1]):
            rest.pop(0)
            continue
        place = next((index for index, other in enumerate(rest) if same(item, other)), None)
        if place is not None:
            yield from _added(old, new, rest[:place], number)
            del rest[: place + 1]
        elif type(item) is Ref and item.number in old.nodes:
            yield _finding(f"page {page}: a form field was removed or put in front of another", page)
        else:
            yield Noted(kind=ChangeKind.ANNOTATION, what=f"page {page}: an annotation was removed", page=page)
    yield from _added(old, new, rest, number)


def _added(old: Skeleton, new: Skeleton, items: list[Object], number: int) -> Iterator[Noted]:
    page = new.page_number(number)
    for item in items:
        if type(item) is Ref and item.number in new.nodes:
            if item.number in old.nodes and (item.number in old.shown_on or old.nodes[item.number].kind != "Sig"):
                yield _finding(f"page {page}: a form field was moved", page)
            continue  # a new field, or one that is signed, is judged as such
        annotation = new.view.resolve(item)
        kind = new.view.value(annotation, "Subtype") if isinstance(annotation, dict) else None
        if (
            not isinstance(annotation, dict)
            or not isinstance(kind, str)
            or kind not in _REMARKS
            or "A" in annotation
            or "AA" in annotation
        ):
            files = FindingKind.ATTACHMENT_CHANGED if kind == "FileAttachment" else FindingKind.MODIFIED_AFTER_SIGNING
            yield _finding(f"page {page}: something was added that is more than a remark", page, files)
            continue
        over = overlays(old.view, old.pages[number], new.view, annotation)
        what = f"page {page}: an annotation was added" + (" over what was signed" if over else "")
        yield Noted(kind=ChangeKind.ANNOTATION, what=what, page=page, overlays=over)


def _finding(what: str, page: int | None, finding: FindingKind = FindingKind.MODIFIED_AFTER_SIGNING) -> Noted:
    return Noted(kind=ChangeKind.MODIFICATION, what=what, page=page, finding=finding)
