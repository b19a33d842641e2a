"""Station one of a signature: one revision with a visible field and room for the signature."""

from __future__ import annotations

from datetime import datetime

from esign.pades.agreement import check_agreement
from esign.pades.appearance import add_appearance
from esign.pades.document import Dictionary, Document, entry, reading
from esign.pades.errors import PrepareError
from esign.pades.form import add_field
from esign.pades.placeholder import RESERVED, PreparedDocument, finish, signature_dictionary
from esign.pades.revision import Revision, number, pointer, text, with_entries
from esign.pades.structure import tag_widget

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in PDF points from the page's lower left corner."""

PRINT_AND_LOCKED = 132
"""Annotation flags: printed (ISO 19005-3 6.3.2 demands it) and not to be moved."""


def prepare(
    draft: bytes,
    *,
    field: str,
    page: int,
    box: Box,
    appearance: bytes,
    name: str,
    reason: str,
    claimed_at: datetime,
    accessible_name: str | None = None,
    reserved: int = RESERVED,
) -> PreparedDocument:
    """Return the draft with one revision appended: a visible signature field and an empty signature.

    The draft's bytes stay an exact prefix; PDF version, XMP metadata and output intent stay untouched.

    Args:
        draft: PDF with any kind of cross-reference; earlier signatures stay valid.
        field: Name of the new field; no full stop.
        page: Page number, 0 is the first.
        box: Where the field stands, in PDF points.
        appearance: PNG that fills the box.
        name: Who signs (``/Name``).
        reason: Why, and for whom; part of the field's accessible name.
        claimed_at: Claimed signing time (``/M``), which PAdES demands; nobody has proven it.
        accessible_name: What assistive technology says (``/TU``); by default name and reason.
        reserved: Bytes kept free for the CMS signature.

    Raises:
        PrepareError: No such page, field name taken or unusable, box empty, reserve out of range.
        AppearanceError: The picture is not a usable PNG.
        DocumentUnreadableError: The draft is damaged.
        DocumentUnsupportedError: The draft is encrypted or uses XFA.
        DocumentAmbiguousError: Our own reader, which judges the signature later, sees another document in the draft.

    Source: ISO 32000-1 12.7.4.5, 12.8.1; ETSI EN 319 142-1 clauses 5.3, 5.6, 6.3.
    """
    document = Document(draft)
    check_agreement(document)
    with reading():
        place = document.page(page)
        if place is None:
            raise PrepareError("no such page", page=page)
        left, bottom, right, top = box
        if not (right - left >= 1 and top - bottom >= 1 and max(map(abs, box)) < 20_000):
            raise PrepareError("box is empty or off every page")
        fields = document.fields()
        if not field or "." in field or not field.isprintable() or any(known.name == field for known in fields):
            raise PrepareError("field name is taken or unusable")
        label = accessible_name or f"{name} – {reason}"
        revision = Revision(document)
        picture = add_appearance(revision, appearance, right - left, top - bottom)
        widget, dictionary = revision.new(), revision.new()
        parent = None
        if not any(known.signed for known in fields):
            parent = tag_widget(document, revision, widget=widget, page=place, label=label)
        add_field(document, revision, page=place, widget=widget, catalog=_extensions(document))
        revision.put(
            widget,
            b"<</Type/Annot/Subtype/Widget/FT/Sig/T%s/TU%s/F %d/Rect[%s]/P %s/V %s/AP<</N %s>>%s>>"
            % (
                text(field),
                text(label),
                PRINT_AND_LOCKED,
                b" ".join(map(number, box)),
                pointer(place.reference),
                pointer(dictionary),
                pointer(picture),
                b"" if parent is None else b"/StructParent %d" % parent,
            ),
        )
        body = signature_dictionary(b"Sig", b"ETSI.CAdES.detached", reserved=reserved, name=name, claimed_at=claimed_at)
        return finish(revision, dictionary, body, field)


def _extensions(document: Document) -> dict[str, bytes]:
    """Return the catalog entry that says that the file uses ETSI's extensions (ETSI EN 319 142-1 clause 5.6)."""
    known = entry(document.root, "/Extensions", Dictionary())
    if not isinstance(known, Dictionary) or "/ESIC" in known:
        return {}
    return {"/Extensions": with_entries(known, {"/ESIC": b"<</BaseVersion/1.7/ExtensionLevel 2>>"})}
