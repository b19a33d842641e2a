"""The library's way for documents that the quick way does not know: slower, with the same result."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from esign.pades import PreparedDocument
from esign.pades.document import Document, reading
from esign.pades.errors import DocumentUnreadableError, DocumentUnsupportedError, PadesError, PrepareError
from esign.pades.form import add_field
from esign.pades.placeholder import finish, signature_dictionary
from esign.pades.prepare import PRINT_AND_LOCKED, prepare
from esign.pades.revision import Revision, pointer, text
from esign.sealing.document_errors import BrokenDocument, DocumentTooLarge, SealProfileError, UnsupportedDocument
from esign.sealing.profile import SealProfile

if TYPE_CHECKING:
    from typing_extensions import Buffer

LARGEST = 256 << 20
"""Bytes that the library reads; it holds them in memory several times."""


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
        BrokenDocument: Damaged.
        UnsupportedDocument: XFA and the like.
        DocumentTooLarge: Too long for the library.
        SealProfileError: No such page, or an unusable picture.
    """
    data = bytes(document)
    if len(data) > LARGEST:
        raise DocumentTooLarge(bytes=len(data))
    try:
        opened = Document(data)
        names = {field.name.partition(".")[0] for field in opened.fields()}
        name = free_name(profile.field, names)
        if profile.visible is not None:
            return prepare(
                data,
                field=name,
                page=profile.visible.page,
                box=profile.visible.box,
                appearance=profile.visible.picture,
                name=profile.name,
                reason="",
                claimed_at=claimed_at,
                accessible_name=label,
                reserved=max(reserved, 512),
            )
        return _invisible(opened, name, profile.name, label, claimed_at, max(reserved, 512))
    except PrepareError as error:
        raise SealProfileError(error.detail) from error
    except DocumentUnsupportedError as error:
        raise UnsupportedDocument(error.detail) from error
    except DocumentUnreadableError as error:
        raise BrokenDocument(error.detail) from error
    except PadesError as error:
        raise BrokenDocument(error.detail) from error


def free_name(wanted: str, taken: set[str]) -> str:
    """Return the name of the seal's field: the wanted one, or where it is taken the first with a number that is not."""
    if wanted not in taken:
        return wanted
    return next(name for name in (f"{wanted}{i}" for i in range(2, len(taken) + 3)) if name not in taken)


def _invisible(
    document: Document, name: str, sealer: str, label: str, claimed_at: datetime, reserved: int
) -> PreparedDocument:
    with reading():
        place = document.page(0)
        if place is None:
            raise DocumentUnreadableError("no page")
        revision = Revision(document)
        widget, dictionary = revision.new(), revision.new()
        add_field(document, revision, page=place, widget=widget)
        revision.put(
            widget,
            b"<</Type/Annot/Subtype/Widget/FT/Sig/T%s/TU%s/F %d/Rect[0 0 0 0]/P %s/V %s>>"
            % (text(name), text(label), PRINT_AND_LOCKED, pointer(place.reference), pointer(dictionary)),
        )
        body = signature_dictionary(
            b"Sig", b"ETSI.CAdES.detached", reserved=reserved, name=sealer, claimed_at=claimed_at
        )
        return finish(revision, dictionary, body, name)
