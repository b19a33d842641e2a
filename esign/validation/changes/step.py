"""From one revision to the next: each object that changed must be one that may, in every place that refers to it.

1. What the trailer says is the same, but for sizes, places, the file's identifier, and private entries without content.
   The second half of the identifier is another one after each update; it is told where nothing else is.
2. An object that nobody referred to before and nobody refers to now is shown by no reader.
3. A page, the catalog, the form, a field or an element of the tag tree may change in the few entries that the rules
   know; where else they are referred to does not matter, because everything else in them is the same.
4. Whatever may be replaced as a whole – a list of annotations or fields, an appearance, a value of the store – must be
   nothing else anywhere: each reference to it, before and after, stands in a place of that kind.
5. Everything else is a modification.

An object that is new is judged with whatever refers to it: only what changed or is new itself can.
"""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import Object, Ref, Stream, String
from esign.validation.changes import catalog, fields, metadata, pages, store, structure
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.location import Locations
from esign.validation.changes.references import TRAILER, References, Use, references_in
from esign.validation.changes.sameness import differing, same
from esign.validation.changes.skeleton import Place, Role, Skeleton
from esign.validation.findings import FindingKind

_TRAILER = {"Size", "Prev", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "ID", "Info"}
"""What may differ: places, sizes, the identifier that no reader shows; information has a rule of its own."""
_NEUTRAL = {"Parent", "P", "Pg", "Obj", "Popup", "IRT"}
"""Keys by which an annotation is referred to without being shown there."""
_ROOTS = ("Catalog", "Pages", "Page")
_BOOKKEEPING = ("XRef", "ObjStm")


class Step:
    """One revision compared with the one before.

    Args:
        old: The document before.
        new: The document after.
        references: Who refers to whom.
        locations: Says in words where something is.

    Raises:
        PdfError: Something that had to be read cannot be.
    """

    def __init__(self, old: Skeleton, new: Skeleton, references: References, locations: Locations) -> None:
        self._old, self._new = old, new
        self._references, self._locations = references, locations
        self._fields: set[int] = set()
        self._pages: set[int] = set()
        self._written: set[int] = set()

    def differences(self) -> tuple[Noted, ...]:
        """Return everything that was done; at least one thing, for the revision itself is one."""
        return tuple(dict.fromkeys(self._differences())) or (self._nothing_else(),)

    def _nothing_else(self) -> Noted:
        if same(self._old.view.trailer.get("ID"), self._new.view.trailer.get("ID")):
            what = "an update was appended that changes nothing that anybody sees"
            return Noted(kind=ChangeKind.EMPTY_UPDATE, what=what)
        return Noted(kind=ChangeKind.IDENTIFIER, what="the file's identifier was brought up to date")

    def _differences(self) -> Iterator[Noted]:
        yield from self._trailer()
        for number in sorted(self._candidates()):
            yield from self._object(number)
        for number in sorted(self._pages):
            yield from pages.compare_annotations(self._old, self._new, number)
        self._fields |= self._with_the_same_appearance()
        yield from fields.compare_fields(self._old, self._new, self._fields)
        for number in sorted(self._fields & self._old.appearances.keys()):
            yield from self._shared(number)

    def _candidates(self) -> set[int]:
        self._references.spend(len(self._new.view.revision.entries))
        told = set(self._new.view.revision.entries)
        for number in self._references.moved - told:
            entry = self._new.view.entry(number)
            if entry is not None and entry.kind == "packed" and entry.stream in told:
                told.add(number)
        return told

    def _trailer(self) -> Iterator[Noted]:
        old, new = self._old.view.trailer, self._new.view.trailer
        for key in sorted(differing(old, new) - _TRAILER):
            if key != "Root" and self._leads_to_nothing_new(old.get(key), new.get(key)):
                yield Noted(kind=ChangeKind.UNUSED, what="the trailer has other private entries")
                continue
            what = "the trailer names another catalog" if key == "Root" else "the trailer has other entries"
            yield Noted(kind=ChangeKind.MODIFICATION, what=what, finding=FindingKind.MODIFIED_AFTER_SIGNING)
        if not same(old.get("Info"), new.get("Info")):
            yield from metadata.compare_information(self._old.view, self._new.view)
        yield from self._identifier(old.get("ID"), new.get("ID"))

    def _identifier(self, before: Object, after: Object) -> Iterator[Noted]:
        """Tell that the file is identified by something else than before.

        Source: ISO 32000-2 clause 14.4.
        """
        if same(before, after):
            return
        if not self._leads_to_nothing_new(before, after):
            what = "the trailer has other entries"
            yield Noted(kind=ChangeKind.MODIFICATION, what=what, finding=FindingKind.MODIFIED_AFTER_SIGNING)
            return
        one, other = _halves(self._old.view.resolve(before)), _halves(self._new.view.resolve(after))
        if other is None or (before is not None and (one is None or one[0] != other[0])):
            yield Noted(kind=ChangeKind.IDENTIFIER, what="the file's identifier was exchanged or removed")

    def _leads_to_nothing_new(self, before: Object, after: Object) -> bool:
        """Whether a private entry of the trailer leads to no stream that it did not lead to before.

        Writers that do not know such an entry keep it while they give its object another number.
        """
        known = {ref for _, ref in references_in(before)}
        added = [ref for _, ref in references_in(after) if ref not in known]
        return not any(isinstance(self._new.view.get(ref), Stream) for ref in added)

    def _object(self, number: int) -> Iterator[Noted]:
        old, new = self._old.view, self._new.view
        before, after = old.reference(number), new.reference(number)
        old_value = old.get(before) if before else None
        new_value = new.get(after) if after else None
        if before == after and same(old_value, new_value):
            return
        self._written.add(number)
        used_before, used_after = self._references.uses(old, number), self._references.uses(new, number)
        if before is None and not isinstance(new_value, Stream):  # a private entry of the trailer, see above
            used_before = _outside_trailer(used_before)
        if before is None and not used_before:
            if not used_after:
                yield from self._unused(number, new_value)
            return
        if not used_before and not used_after:
            yield from self._unused(number, new_value)
            return
        if before is not None and after is not None and before != after:
            yield self._modified(number, "an object's number was used again", used_before)
            return
        yield from self._changed(number, old_value, new_value, (used_before, used_after))

    def _with_the_same_appearance(self) -> set[int]:
        """Return the fields and widgets that show, by whatever way, an appearance that was written anew."""
        found: set[int] = set()
        waiting = [field for field in self._fields if field in self._old.appearances]
        while waiting:
            field = waiting.pop()
            if field in found:
                continue
            found.add(field)
            if not self._appearance_was_changed(field):
                continue
            for target in self._old.appearances[field]:
                places = (self._old.places.get(use) for use in self._references.uses(self._old.view, target))
                others = {place.field for place in places if place is not None and place.role is Role.APPEARANCE}
                waiting.extend(other for other in others if other is not None and other in self._old.appearances)
        return found

    def _appearance_was_changed(self, field: int) -> bool:
        """Whether a field has other objects for its appearance, or one of them was written anew."""
        targets = self._old.appearances[field]
        return targets != self._new.appearances.get(field) or any(target in self._written for target in targets)

    def _shared(self, field: int) -> Iterator[Noted]:
        """Refuse that a field gets another appearance while the old one is also used as something else."""
        targets = self._old.appearances[field]
        if not self._appearance_was_changed(field):
            return
        for target in sorted(targets):
            for use in self._references.uses(self._old.view, target):
                place = self._old.places.get(use)
                if place is None or place.role is not Role.APPEARANCE:
                    yield self._modified(target, "is also used elsewhere and was exchanged", ())

    def _unused(self, number: int, value: Object) -> Iterator[Noted]:
        dictionary = getattr(value, "dictionary", value)
        kind = dictionary.get("Type") if isinstance(dictionary, dict) else None
        if kind in _ROOTS:
            what = "a page or catalog was written that nothing refers to"
            yield Noted(kind=ChangeKind.MODIFICATION, what=what, finding=FindingKind.MODIFIED_AFTER_SIGNING)
        elif kind not in _BOOKKEEPING:
            yield Noted(kind=ChangeKind.UNUSED, what="something was written that no reader shows")

    def _changed(
        self, number: int, old: Object, new: Object, uses: tuple[tuple[Use, ...], tuple[Use, ...]]
    ) -> Iterator[Noted]:
        places = [(use, self._old.places.get(use)) for use in uses[0]]
        places += [(use, self._new.places.get(use)) for use in uses[1]]
        roles = {place.role for _, place in places if place is not None}
        unknown = [use for use, place in places if place is None]
        if isinstance(old, dict) and isinstance(new, dict):
            if number in self._old.pages and number in self._new.pages:
                self._pages.add(number)
                yield from pages.compare_page(self._old, self._new, number, old, new)
                return
            if Role.CATALOG in roles:
                yield from catalog.compare_catalog(self._old, self._new, old, new)
                return
            if Role.FORM in roles:
                yield from catalog.compare_form(self._old, self._new, old, new)
                return
            if number in self._old.nodes or number in self._old.groups:
                self._fields.add(number)
                return
        if Role.ANNOTATION in roles and all(use[1][-1:] and use[1][-1] in _NEUTRAL for use in unknown):
            page = self._old.page_number(self._old.shown_on.get(number) or self._new.shown_on.get(number))
            yield Noted(kind=ChangeKind.ANNOTATION, what="an annotation was changed", page=page)
            return
        found = tuple(structure.compare_structure(self._old, self._new, number, old, new, uses))
        if found:
            yield from found
            return
        if unknown or not roles:
            yield self._modified(number, "was changed", uses[0] or uses[1])
            return
        yield from self._replaced(number, roles, [place for _, place in places if place is not None], old, new)

    def _replaced(
        self, number: int, roles: set[Role], places: list[Place], old: Object, new: Object
    ) -> Iterator[Noted]:
        """Judge an object that is nothing else anywhere than what these places say."""
        if roles <= {Role.ANNOTATIONS, Role.FIELD_LIST}:
            self._pages |= {place.page for place in places if place.page is not None}
            if old is None or new is None:
                yield self._modified(number, "was changed", ())
        elif roles <= {Role.VALUE, Role.APPEARANCE} and all(place.field in self._old.nodes for place in places):
            self._fields |= {place.field for place in places if place.field is not None}
        elif roles == {Role.STORE}:
            yield from store.compare_store(self._old, self._new)
        elif roles == {Role.RESOURCES}:
            yield from catalog.compare_resources(self._old, self._new)
        elif roles == {Role.EXTENSIONS}:
            yield from catalog.compare_extensions(self._old, self._new)
        elif roles == {Role.METADATA}:
            yield from metadata.compare_metadata(self._old.view, self._new.view)
        elif roles == {Role.INFO}:
            yield from metadata.compare_information(self._old.view, self._new.view)
        else:
            yield self._modified(number, "was changed", ())

    def _modified(self, number: int, how: str, uses: tuple[Use, ...]) -> Noted:
        return self._locations.modified(self._old, self._new, Ref(number, 0), how)


def _halves(identifier: Object) -> tuple[bytes, bytes] | None:
    """Return what a file is identified by: once and for all, and as of now; None where that is not what it says."""
    if not isinstance(identifier, list) or len(identifier) != 2:
        return None
    first, second = identifier
    return (bytes(first), bytes(second)) if isinstance(first, String) and isinstance(second, String) else None


def _outside_trailer(uses: tuple[Use, ...]) -> tuple[Use, ...]:
    return tuple(use for use in uses if use[0] != TRAILER)
