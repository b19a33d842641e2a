"""The library's way for documents that the quick way does not know: slower, with the same result.

What our own reader cannot read, our own verdict could not confirm later: it is refused here. Of the rest the library
must see the same catalog and the same first page; a document that two readers understand differently is not sealed.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, cast

from pyhanko.pdf_utils.reader import PdfFileReader

from esign.pades import PreparedDocument
from esign.pades.agreement import require_same_pages
from esign.pades.appearance import add_appearance
from esign.pades.document import Dictionary, Document, entry, reading
from esign.pades.errors import DocumentUnsupportedError, PadesError, PrepareError
from esign.pades.form import add_field
from esign.pades.placeholder import finish, signature_dictionary
from esign.pades.prepare import PRINT_AND_LOCKED
from esign.pades.revision import Revision, number, pointer, text, with_entries
from esign.pades.structure import tag_widget
from esign.pdf import Object, Pdf, PdfEncryptedError, PdfError, PdfHeaderError, Ref, View
from esign.sealing.document_errors import (
    BrokenDocument,
    DocumentTooLarge,
    EncryptedDocument,
    NotPdf,
    SealProfileError,
    UnsupportedDocument,
)
from esign.sealing.incremental.form import ETSI_EXTENSION
from esign.sealing.incremental.restrictions import Permissions, Plain, Restrictions
from esign.sealing.profile import SealProfile
from esign.validation.changes.permission import read_permission

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from esign.pdf import Dictionary as Dict
    from esign.pdf import Field

_GROW = {"AcroForm", "Extensions", "Annots", "Fields", "SigFlags", "K", "Nums", "Kids"}
_PAGES_LOOKED_AT = 1_000
_GROW |= {"ParentTree", "ParentTreeNextKey"}
"""Entries that a signature field and its tag add or change."""
LARGEST = 256 << 20
"""Bytes that the library reads; it holds them in memory several times."""


class _Lenient(Document):
    """A document with a hybrid cross-reference, which the library reads only when it is not strict."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with reading():
            self.reader = PdfFileReader(io.BytesIO(data), strict=False)  # type: ignore[assignment]  # its base
            self.root = self.reader.root
            self.last_startxref = int(self.reader.last_startxref or 0)


def prepare_by_library(
    document: Buffer, profile: SealProfile, *, label: str, claimed_at: datetime, reserved: int
) -> PreparedDocument:
    """Return the whole document with a revision appended that has room for a signature.

    Args:
        document: The document.
        profile: What the seal looks like.
        label: What assistive technology says.
        claimed_at: Claimed time of sealing.
        reserved: Bytes kept free for the CMS signature.

    Raises:
        NotPdf: Nothing that begins like a PDF.
        EncryptedDocument: Encrypted.
        BrokenDocument: Damaged, or understood differently by two readers.
        UnsupportedDocument: An XFA form and the like.
        DocumentTooLarge: Too long for the library.
        CertifiedDocument: Certified, no change permitted.
        LockedDocument: Every field is locked.
        SealProfileError: No such page, or an unusable picture.
    """
    length = memoryview(document).nbytes
    if length > LARGEST:
        raise DocumentTooLarge(bytes=length, longest=LARGEST)
    data = bytes(document)
    try:
        pdf = Pdf(data)
        view = pdf.view()
        restrictions = _restrictions(view)
        restrictions.check(visible=profile.visible is not None)
        name = restrictions.name_for(profile.field)
        hybrid = any(revision.kind == "hybrid" for revision in pdf.revisions)
        opened = _Lenient(data) if hybrid else Document(data)
        require_same_pages(view, opened, most=1)
        _check_annotations(view)
        opened.next_number = _next_number(pdf, view)
        prepared = _prepare(opened, profile, name, label, claimed_at, reserved)
        _confirm(pdf, prepared.data, name)
        return prepared
    except PdfHeaderError as error:
        raise NotPdf() from error
    except PdfEncryptedError as error:
        raise EncryptedDocument() from error
    except PdfError as error:
        raise BrokenDocument(error.detail, fault=error.code) from error
    except PrepareError as error:
        raise SealProfileError(error.detail) from error
    except DocumentUnsupportedError as error:
        raise UnsupportedDocument(error.detail) from error
    except PadesError as error:
        raise BrokenDocument(error.detail, fault=error.code) from error


def _restrictions(view: View) -> Restrictions:
    fields = view.fields()
    permissions = Permissions()
    for field in fields:
        held = view.resolve(field.get("V")) if field.kind == "Sig" else None
        if isinstance(held, dict):
            permissions.add(read_permission(view, field, held))
    certified = _certified_by_catalog(view)
    if certified is not None:
        permissions.add(read_permission(view, cast("Field", Plain({})), certified))
    return Restrictions(frozenset(field.name.partition(".")[0] for field in fields), permissions.all())


def _certified_by_catalog(view: View) -> Dict | None:
    """Return the certification that the catalog names, whether or not a field holds it (ISO 32000-2 clause 12.8.6)."""
    catalog = view.resolve(view.trailer.get("Root"))
    named = view.value(catalog, "Perms") if isinstance(catalog, dict) else None
    held = view.value(named, "DocMDP") if isinstance(named, dict) else None
    return held if isinstance(held, dict) else None


def _confirm(before: Pdf, prepared: bytes, name: str) -> None:
    """Check that our own reader sees in the result what it saw before, but for form, annotations and extensions.

    The new field must be seen in the form: one object that is form and catalog at once is written twice, and one of the
    two is lost.
    """
    after = Pdf(prepared)
    newest, last = after.revisions[-1], before.revisions[-1]
    old, new = before.view(), after.view()
    pages = [page.ref for page in old.pages()]
    changed = [reference for number in newest.entries if (reference := old.reference(number))]
    if (
        newest.trailer.get("Prev") != last.startxref - before.base
        or len(after.revisions) != len(before.revisions) + 1
        or [page.ref for page in new.pages()] != pages
        or not any(field.kind == "Sig" and field.name == name for field in new.fields())
        or not all(_grown(old.resolve(reference), new.resolve(reference)) for reference in changed)
    ):
        raise BrokenDocument("two readers see different things")


def _grown(before: Object, after: Object) -> bool:
    """Tell whether only entries were added or changed that a signature field needs."""
    if isinstance(before, list) and isinstance(after, list):
        return repr(after[: len(before)]) == repr(before)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return False
    return all(repr(after.get(key)) == repr(value) for key, value in before.items() if key not in _GROW) and (
        set(after) <= set(before) | _GROW
    )


def _check_annotations(view: View) -> None:
    """Check that annotations are objects: what else stands among them, every reader takes for something else."""
    for page in view.pages()[:_PAGES_LOOKED_AT]:
        annotations = view.value(page.dictionary, "Annots")
        if annotations is None:
            continue
        if not isinstance(annotations, list) or not all(isinstance(each, Ref | dict) for each in annotations):
            raise BrokenDocument("annotations that are none")


def _next_number(pdf: Pdf, view: View) -> int:
    """Return an object number that nothing tells of and nothing refers to, whatever the trailer says."""
    told = [section.highest for revision in pdf.revisions for section in revision.sections]
    size = pdf.revisions[-1].trailer.get("Size")
    highest = max(*told, size if isinstance(size, int) else 0, 1)
    waiting: list[Object] = [view.catalog, *(page.dictionary for page in view.pages()[:_PAGES_LOOKED_AT])]
    waiting += [view.value(view.catalog, key) for key in ("AcroForm", "Pages", "StructTreeRoot")]
    waiting += [view.value(page.dictionary, "Annots") for page in view.pages()[:_PAGES_LOOKED_AT]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Ref):
            highest = max(highest, value.number + 1)
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
    if highest > pdf.limits.objects:
        raise BrokenDocument("a reference to an impossible object")
    return highest


def _prepare(
    document: Document, profile: SealProfile, name: str, label: str, claimed_at: datetime, reserved: int
) -> PreparedDocument:
    with reading():
        visible = profile.visible
        place = document.page(visible.page if visible else 0)
        if place is None:
            raise PrepareError("no such page") if visible else BrokenDocument("no page")
        signed = any(field.signed for field in document.fields())
        revision = Revision(document)
        look, box = b"", (0.0, 0.0, 0.0, 0.0)
        widget, dictionary = revision.new(), revision.new()
        if visible:
            box = visible.box
            picture = add_appearance(revision, visible.picture, box[2] - box[0], box[3] - box[1])
            look = b"/AP<</N %b>>" % pointer(picture)
            parent = None if signed else tag_widget(document, revision, widget=widget, page=place, label=label)
            if parent is not None:
                look += b"/StructParent %d" % parent
        add_field(document, revision, page=place, widget=widget, catalog=_extensions(document))
        revision.put(
            widget,
            b"<</Type/Annot/Subtype/Widget/FT/Sig/T%b/TU%b/F %d/Rect[%b]/P %b/V %b%b>>"
            % (
                text(name),
                text(label),
                PRINT_AND_LOCKED,
                b" ".join(map(number, box)),
                pointer(place.reference),
                pointer(dictionary),
                look,
            ),
        )
        body = signature_dictionary(
            b"Sig", b"ETSI.CAdES.detached", reserved=reserved, name=profile.name, claimed_at=claimed_at
        )
        return finish(revision, dictionary, body, name)


def _extensions(document: Document) -> dict[str, bytes]:
    """Return the catalog entry that says that the file uses ETSI's extensions (ETSI EN 319 142-1 clause 5.6)."""
    known = entry(document.root, "/Extensions", Dictionary())
    if not isinstance(known, Dictionary) or "/ESIC" in known:
        return {}
    return {"/Extensions": with_entries(known, {"/ESIC": ETSI_EXTENSION[5:]})}
