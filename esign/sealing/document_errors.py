"""Why a document is not sealed: what it is, or what it forbids. No text of a document and no file name stands here."""

from __future__ import annotations

from esign.sealing.errors import SealingError


class DocumentError(SealingError):
    """The document cannot be sealed as it is."""

    code = "sealing.document"


class EmptyDocument(DocumentError):
    """The document has no bytes."""

    code = "sealing.document.empty"


class NotPdf(DocumentError):
    """The document is not a PDF."""

    code = "sealing.document.not_pdf"
    source = "ISO 32000-2 7.5.2"


class BrokenDocument(DocumentError):
    """The PDF is damaged, or different readers would see different things in it."""

    code = "sealing.document.broken"
    source = "ISO 32000-2 7.5"


class EncryptedDocument(DocumentError):
    """The PDF is encrypted."""

    code = "sealing.document.encrypted"
    source = "ISO 32000-2 7.6"


class UnsupportedDocument(DocumentError):
    """The PDF uses something that cannot be sealed safely, such as an XFA form."""

    code = "sealing.document.unsupported"


class DocumentTooLarge(DocumentError):
    """The PDF is longer than can be sealed."""

    code = "sealing.document.too_large"


class DocumentCostly(DocumentError):
    """Looking at the document takes more time or memory than one document is given, or breaks what looks at it."""

    code = "sealing.document.costly"


class CertifiedDocument(DocumentError):
    """The author certified the PDF and permits no change, so that a seal would break that signature."""

    code = "sealing.document.certified"
    source = "ISO 32000-2 12.8.2.2"


class LockedDocument(DocumentError):
    """An earlier signature locks the form fields, so that a further one would break it."""

    code = "sealing.document.locked"
    source = "ISO 32000-2 12.7.5.5, 12.8.2.4"


class SealProfileError(SealingError):
    """The seal cannot look as it was described: no such page, unusable field name, picture or size."""

    code = "sealing.profile"


class SealTooLong(SealingError):
    """Signature, certificates and timestamp are longer than the room that was kept for them."""

    code = "sealing.too_long"


class SealNotGood(SealingError):
    """What was sealed does not verify; it must not leave the house."""

    code = "sealing.not_good"
