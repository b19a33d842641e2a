"""Where in the document an object is met: the page, and in plain words what it is there."""

from __future__ import annotations

from collections import deque

from esign.pdf import INHERITED, PdfError, Ref, View
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.references import TRAILER, Path, Use, references_in
from esign.validation.changes.skeleton import Skeleton
from esign.validation.findings import FindingKind

_MOST_OBJECTS = 20_000
_BACK = {"Parent", "P", "Pg", "Obj", "Prev", "Popup", "IRT", "Dest", "D"}
_WORDS = (
    ({"EmbeddedFiles", "AF", "EF", "Collection"}, "an attachment"),
    ({"DSS"}, "the security store"),
    ({"Metadata"}, "the metadata"),
    ({"OCProperties", "Properties"}, "a layer"),
    ({"OpenAction", "AA", "JavaScript", "A"}, "an action"),
    ({"FontFile", "FontFile2", "FontFile3", "Encoding", "ToUnicode", "DescendantFonts", "Font"}, "a font"),
    ({"AcroForm"}, "the form"),
    ({"AP"}, "an appearance"),
    ({"Annots"}, "an annotation"),
    ({"StructTreeRoot"}, "the tag tree"),
    ({"Outlines"}, "the outline"),
    ({"Dests", "Names"}, "a name"),
    ({"XObject"}, "a picture or drawing"),
    ({"Contents"}, "the content"),
    ({"Resources"}, "the resources"),
    ({"Kids", "Pages"}, "the list of pages"),
)


class Locations:
    """Says where something is; reads the whole document, so only where there is something to say."""

    def __init__(self) -> None:
        self._maps: dict[int, dict[int, list[Use]]] = {}

    def modified(self, old: Skeleton, new: Skeleton, reference: Ref, how: str) -> Noted:
        """Return the finding that an object was changed.

        Args:
            old: The document before.
            new: The document after.
            reference: The object.
            how: What was done to it.
        """
        found = self._way(old, reference.number) or self._way(new, reference.number)
        page, path = found or (None, ())
        keys = {str(key) for key in path}
        what = next((words for names, words in _WORDS if names & keys), "something in the document")
        if page is not None:
            what = f"page {page}: {what}"
        attached = what.endswith("an attachment")
        return Noted(
            kind=ChangeKind.MODIFICATION,
            what=f"{what} {how}",
            page=page,
            finding=FindingKind.ATTACHMENT_CHANGED if attached else FindingKind.MODIFIED_AFTER_SIGNING,
        )

    def _way(self, skeleton: Skeleton, number: int) -> tuple[int | None, Path] | None:
        """Return page and keys of the shortest way from a page, else from the catalog, to an object."""
        if number in skeleton.pages:
            return skeleton.page_number(number), ()
        try:
            users = self._users(skeleton.view)
        except PdfError:
            return None
        nodes = {ref.number: page.number + 1 for page in reversed(skeleton.pages.values()) for ref in page.parents}
        waiting: deque[tuple[int, Path]] = deque([(number, ())])
        seen = {number}
        outside: Path | None = None
        while waiting:
            here, path = waiting.popleft()
            for holder, keys in users.get(here, ()):
                way = (*keys, *path)
                if keys[-1:] and keys[-1] in _BACK:
                    continue
                if holder in skeleton.pages:
                    return skeleton.page_number(holder), way
                if holder in nodes and way[0] in INHERITED:
                    return nodes[holder], way
                if holder in (skeleton.root, TRAILER):
                    outside = outside or way
                elif holder not in seen:
                    seen.add(holder)
                    waiting.append((holder, way))
        return None if outside is None else (None, outside)

    def _users(self, view: View) -> dict[int, list[Use]]:
        if view.index not in self._maps:
            users: dict[int, list[Use]] = {}
            for path, ref in references_in(view.trailer):
                users.setdefault(ref.number, []).append((TRAILER, path))
            for count, number in enumerate(view.numbers()):
                if count >= _MOST_OBJECTS:
                    break
                reference = view.reference(number)
                try:
                    value = view.get(reference) if reference else None
                except PdfError:
                    continue
                for path, ref in references_in(value):
                    users.setdefault(ref.number, []).append((number, path))
            self._maps[view.index] = users
        return self._maps[view.index]
