"""The pages of a document, with what they inherit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.pdf.errors import PdfCircularError, PdfLimitError, PdfStructureError
from esign.pdf.objects import Dictionary, Object, Ref

if TYPE_CHECKING:
    from esign.pdf.view import View

INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")
"""What a page inherits from the nodes above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page.

    Args:
        number: 0 is the first page.
        ref: Its object.
        dictionary: Its dictionary as it stands in the file.
        inherited: What it inherits and does not state itself; references not followed.
        parents: The nodes of the page tree above it, the root first.
    """

    number: int
    ref: Ref
    dictionary: Dictionary
    inherited: Dictionary
    parents: tuple[Ref, ...]

    def get(self, key: str) -> Object:
        """Return one of its values, inherited ones included; references not followed."""
        return self.dictionary.get(key, self.inherited.get(key))


def read_pages(view: View) -> tuple[Page, ...]:
    """Return the pages in order.

    Raises:
        PdfStructureError: The page tree is damaged or circular.
        PdfLimitError: More pages than allowed, or nested too deeply.

    Source: ISO 32000-2 clause 7.7.3.
    """
    root = view.catalog.get("Pages")
    pages: list[Page] = []
    seen: set[Ref] = set()
    nothing: Dictionary = {}
    waiting: list[tuple[Object, Dictionary, tuple[Ref, ...]]] = [(root, nothing, ())]
    while waiting:
        reference, inherited, parents = waiting.pop()
        if type(reference) is not Ref:
            raise PdfStructureError("a page is not referred to")
        if reference in seen:
            raise PdfCircularError("the page tree names an object twice", object=reference.number)
        seen.add(reference)
        node = view.resolve(reference)
        if not isinstance(node, dict):
            raise PdfStructureError("a page is no dictionary", object=reference.number)
        kids = view.value(node, "Kids")
        if kids is None:
            if node.get("Type") != "Page":
                raise PdfStructureError("a page is none", object=reference.number)
            own = {key: value for key, value in inherited.items() if key not in node}
            pages.append(Page(number=len(pages), ref=reference, dictionary=node, inherited=own, parents=parents))
            if len(pages) > view.pdf.limits.pages:
                raise PdfLimitError("the file has more pages than allowed", pages=len(pages))
            continue
        if not isinstance(kids, list) or node.get("Type", "Pages") != "Pages":
            raise PdfStructureError("the page tree is damaged", object=reference.number)
        if len(parents) >= view.pdf.limits.depth:
            raise PdfLimitError("the page tree is nested too deeply")
        if len(seen) + len(waiting) + len(kids) > 2 * view.pdf.limits.pages:
            raise PdfLimitError("the file has more pages than allowed")
        below = {**inherited, **{key: node[key] for key in INHERITED if key in node}}
        waiting.extend((kid, below, (*parents, reference)) for kid in reversed(kids))
    return tuple(pages)
