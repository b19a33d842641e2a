"""Two readers, one document: what the library writes to is what our own reader, which judges it later, reads.

A file can tell two stories: cross-references that contradict each other, an end that names an older one, a tree of
pages that is written twice. Whoever signs reads one of them. Such a file is refused, whichever reader is right.
"""

from __future__ import annotations

from itertools import islice

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.xref import ObjStreamRef

from esign.pades.document import Document, reading
from esign.pades.errors import DocumentAmbiguousError, DocumentUnreadableError, DocumentUnsupportedError
from esign.pdf import Pdf, PdfEncryptedError, PdfError, Ref, View


def check_agreement(document: Document) -> None:
    """Check that our own reader sees in a document what the library sees: its end, its catalog, every page and object.

    Raises:
        DocumentAmbiguousError: It sees something else.
        DocumentUnreadableError: It cannot read the document.
        DocumentUnsupportedError: It calls the document encrypted.

    Source: ISO 32000-2 clauses 7.5.4 to 7.5.8.
    """
    try:
        pdf = Pdf(document.data)
        view = pdf.view()
        require_same_pages(view, document)
        _require_same_end(pdf, document)
        _require_same_objects(view, document)
    except PdfEncryptedError as error:
        raise DocumentUnsupportedError("file is encrypted") from error
    except PdfError as error:
        raise DocumentUnreadableError(error.detail, fault=error.code) from error


def require_same_pages(view: View, document: Document, *, most: int | None = None) -> None:
    """Check that both readers see the same catalog and the same pages.

    Args:
        view: What our own reader sees.
        document: What the library sees.
        most: How many pages are looked at, from the first; None: all.

    Raises:
        DocumentAmbiguousError: They do not.
        PdfError: Our own reader cannot read them.
    """
    with reading():
        root = document.reader.root_ref
        pages = [(page.reference.idnum, page.reference.generation) for page in islice(document.pages(), most)]
    own = [page.ref for page in islice(view.pages(), most)]
    catalog = view.trailer.get("Root")
    if not isinstance(catalog, Ref) or catalog != (root.idnum, root.generation) or own != pages:
        raise DocumentAmbiguousError("two readers see different catalogs or pages")


def _require_same_end(pdf: Pdf, document: Document) -> None:
    last = pdf.revisions[-1]
    if last.startxref != document.last_startxref or not pdf.ends_with_last_revision:
        raise DocumentAmbiguousError("two readers see different ends")


def _require_same_objects(view: View, document: Document) -> None:
    """Check that each object in use stands at the same place for both, and that new numbers are free for both."""
    own: dict[tuple[int, int], object] = {}
    for number in view.numbers():
        entry = view.entry(number)
        if entry is not None:
            packed = (entry.stream, entry.place) if entry.kind == "packed" else None
            own[number, entry.generation] = packed or entry.offset
    with reading():
        told = document.reader.xrefs
        names = set(own)
        for revision in range(told.total_revisions):
            names |= {(ref.idnum, ref.generation) for ref in told.explicit_refs_in_revision(revision)}
        places = {name: _place(told[Reference(*name)]) for name in names}
    theirs = {name: place for name, place in places.items() if place is not None}
    if own != theirs or max((number for number, _ in own), default=0) >= document.next_number:
        raise DocumentAmbiguousError("two readers see different objects")


def _place(told: int | ObjStreamRef | None) -> object:
    return (told.obj_stream_id, told.ix_in_stream) if isinstance(told, ObjStreamRef) else told
