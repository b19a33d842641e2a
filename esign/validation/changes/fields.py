"""Form fields: signed where they stood empty, filled in as they show it, or new and for a signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from esign.pdf import Dictionary, Field, Object, Ref, String, View
from esign.validation.changes.agreement import shows_its_value
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.overlay import overlays
from esign.validation.changes.sameness import differing, same
from esign.validation.changes.skeleton import Skeleton
from esign.validation.findings import FindingKind

_SIGNED = {"V", "AP", "AS", "M", "F", "P"}
_FILLED = {"V", "AP", "AS", "M", "I", "RV"}
_NEW_FIELD = {
    *("Type", "Subtype", "FT", "T", "TU", "TM", "Ff", "V", "Parent", "Kids", "Lock", "SV", "DA", "Q", "DR"),
    *("Rect", "P", "F", "AP", "AS", "MK", "Border", "BS", "BG", "H", "NM", "M", "StructParent", "Lang"),
}
_HARMLESS_FLAGS = 4 | 64 | 128
"""Print, read only, locked."""
_READ_ONLY = 1


def compare_fields(old: Skeleton, new: Skeleton, touched: Iterable[int]) -> Iterator[Noted]:
    """Compare the fields of two revisions.

    Args:
        old: The document before.
        new: The document after.
        touched: Objects of fields and widgets, before, that changed or whose value or appearance did.

    Source: ISO 32000-2 clauses 12.7.4, 12.7.5.
    """
    yield from _lists(old, new)
    seen: set[int] = set()
    for number in sorted(set(touched)):
        if number in old.groups:
            yield from _group(old, new, number)
            continue
        before, after = old.nodes[number], new.nodes.get(number)
        if before.ref is None or after is None or before.ref.number in seen:
            continue
        seen.add(before.ref.number)
        yield from _field(old, new, before, after)
    known = old.nodes.keys() | old.groups
    names = {field.name for field in old.fields}
    for field in new.fields:
        if field.ref is not None and field.ref.number not in known:
            yield from _new_field(old, new, field, names)
            names.add(field.name)


def holds_something(view: View, field: Field) -> bool:
    """Whether a field for text, a choice or a box is filled in.

    Args:
        view: The document as of a revision.
        field: One of its fields.
    """
    if field.kind not in ("Tx", "Ch", "Btn"):
        return False
    value = view.resolve(field.get("V"))
    return value not in (None, "Off", b"") and value != []


def _lists(old: Skeleton, new: Skeleton) -> Iterator[Noted]:
    if old.nodes.keys() - new.nodes.keys() or old.groups - new.groups or old.groups & new.nodes.keys():
        yield _finding("a form field was removed")
    inline = [field.dictionary for field in old.fields if field.ref is None]
    if not same(list[Object](inline), list[Object](field.dictionary for field in new.fields if field.ref is None)):
        yield _finding("a form field was added, changed or removed")
    places = {field.ref: (field.name, field.parents) for field in old.fields if field.ref is not None}
    for field in new.fields:
        if field.ref in places and places[field.ref] != (field.name, field.parents):
            yield _finding("a form field was moved or renamed", new.page_of_field(field))


def _group(old: Skeleton, new: Skeleton, number: int) -> Iterator[Noted]:
    before, after = _dictionary(old, number), _dictionary(new, number)
    if differing(before, after) - {"Kids"}:
        yield _finding("a group of form fields was changed")


def _field(old: Skeleton, new: Skeleton, before: Field, after: Field) -> Iterator[Noted]:
    page = old.page_of_field(before)
    widgets = [ref for ref, _ in before.widgets]
    if widgets != [ref for ref, _ in after.widgets] or not same(before.get("FT"), after.get("FT")):
        yield _finding("a form field was rebuilt", page)
        return
    pairs = [(before.dictionary, after.dictionary)]
    pairs += [(one, other) for (_, one), (_, other) in zip(before.widgets, after.widgets, strict=True)]
    changed = set().union(*(differing(one, other) for one, other in pairs))
    if before.kind == "Sig":
        yield from _signed(old, new, before, after, changed, page)
        return
    if changed - _FILLED - ({"DA"} if {"V", "AP"} <= changed else set()):
        yield _finding("a form field was changed in more than its value", page, before.name)
        return
    flags = old.view.resolve(before.get("Ff"))
    if type(flags) is int and flags & _READ_ONLY:
        yield _finding("a form field that must not be filled in was", page, before.name)
        return
    yield Noted(
        kind=ChangeKind.FORM_FILLING, what=_on("a form field was filled in", page), page=page, field=before.name
    )
    if not shows_its_value(old, new, before, after):
        what = _on("a form field shows something else than its value", page)
        kind = FindingKind.FIELD_VALUE_APPEARANCE_MISMATCH
        yield Noted(kind=ChangeKind.FORM_FILLING, what=what, page=page, field=before.name, finding=kind)


def _signed(
    old: Skeleton, new: Skeleton, before: Field, after: Field, changed: set[str], page: int | None
) -> Iterator[Noted]:
    one, other = old.view.resolve(before.get("V")), new.view.resolve(after.get("V"))
    if one is not None:
        yield _finding("a signature's field, appearance or dictionary was changed", page, before.name)
    elif not isinstance(other, dict):
        yield _finding("an empty signature field was changed", page, before.name)
    elif changed - _SIGNED or not _harmless_flags(before.dictionary, after.dictionary):
        yield _finding("a signature field was changed in more than its signature", page, before.name)
    else:
        yield from _value(old, new, after, page)


def _new_field(old: Skeleton, new: Skeleton, field: Field, names: set[str]) -> Iterator[Noted]:
    page = new.page_of_field(field)
    if field.kind != "Sig" or field.ref is None:
        yield _finding("a form field was added that is not for a signature", page, field.name)
        return
    if field.name in names or not {parent.number for parent in field.parents} <= old.groups:
        yield _finding("a signature field was added under a name that is taken", page, field.name)
        return
    for ref, dictionary in {field.ref: field.dictionary, **dict(field.widgets)}.items():
        if (
            ref is None
            or old.view.reference(ref.number) is not None
            or not dictionary.keys() <= _NEW_FIELD
            or not _complete(new, dictionary)
        ):
            yield _finding("a signature field was added that does more than that", page, field.name)
            return
        shown = new.shown_on.get(ref.number)
        if shown in old.pages and overlays(old.view, old.pages[shown], new.view, dictionary, signature=True):
            what = _on("a signature was added over what was signed", page)
            kind = FindingKind.ANNOTATION_OVERLAYS_CONTENT
            yield Noted(kind=ChangeKind.SIGNATURE, what=what, page=page, field=field.name, finding=kind)
    if new.view.resolve(field.get("V")) is None:
        what = _on("an empty signature field was added", page)
        yield Noted(kind=ChangeKind.SIGNATURE_FIELD, what=what, page=page, field=field.name)
    else:
        yield from _value(old, new, field, page)


def _complete(new: Skeleton, dictionary: Dictionary) -> bool:
    """Whether all readers understand a new field alike: its name is one part, and what it refers to is there.

    Source: ISO 32000-2 clauses 12.7.4.1, 12.7.4.2.
    """
    name, kids = new.view.value(dictionary, "T"), new.view.value(dictionary, "Kids")
    appearance = new.view.value(dictionary, "AP")
    shown = appearance.values() if isinstance(appearance, dict) else ()
    return (
        not (isinstance(name, String) and "." in name.text)
        and kids != []
        and all(new.view.resolve(value) is not None for value in shown)
    )


def _value(old: Skeleton, new: Skeleton, field: Field, page: int | None) -> Iterator[Noted]:
    raw = field.get("V")
    value = new.view.resolve(raw)
    if type(raw) is Ref and old.view.get(raw) is not None:
        yield _finding("a field was given a signature that was there before", page, field.name)
        return
    kind = new.view.value(value, "Type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in (None, "Sig", "DocTimeStamp"):
        yield _finding("a signature field holds something else", page, field.name)
    elif kind == "DocTimeStamp" or (kind is None and new.view.value(value, "SubFilter") == "ETSI.RFC3161"):
        yield Noted(kind=ChangeKind.DOCUMENT_TIMESTAMP, what="a document timestamp was added", field=field.name)
    else:
        yield Noted(kind=ChangeKind.SIGNATURE, what=_on("a signature was added", page), page=page, field=field.name)


def _harmless_flags(before: Dictionary, after: Dictionary) -> bool:
    one, other = before.get("F", 0), after.get("F", 0)
    return type(one) is int and type(other) is int and not (one ^ other) & ~_HARMLESS_FLAGS


def _dictionary(skeleton: Skeleton, number: int) -> Dictionary:
    reference = skeleton.view.reference(number)
    value = skeleton.view.get(reference) if reference else None
    return value if isinstance(value, dict) else {}


def _on(what: str, page: int | None) -> str:
    return what if page is None else f"page {page}: {what}"


def _finding(what: str, page: int | None = None, field: str | None = None) -> Noted:
    kind = FindingKind.MODIFIED_AFTER_SIGNING
    return Noted(kind=ChangeKind.MODIFICATION, what=_on(what, page), page=page, field=field, finding=kind)
