"""Sealing: invoices leave with the company's advanced electronic seal, by the thousand, at the speed of the key.

What enters: PDFs, a seal key, a time, and for higher levels timestamps and revocation data. What leaves: for each
document the bytes that are appended to it, or one error with a stable code. The document's own bytes are always a
prefix of the sealed ones. What may be touched here: nothing; the key, the clock and the journal come in by ports.

A seal proves integrity and origin (eIDAS Art. 35, 36). It is not one of the two means that § 14 (3) UStG names for
invoices (qualified signature, EDI).
"""

from esign.sealing.check import check_sealed
from esign.sealing.document_errors import (
    BrokenDocument,
    CertifiedDocument,
    DocumentCostly,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    LockedDocument,
    NotPdf,
    SealNotGood,
    SealProfileError,
    SealTooLong,
    UnsupportedDocument,
)
from esign.sealing.errors import SealingError, SealKeyError
from esign.sealing.ports import SealKey
from esign.sealing.profile import SealProfile, VisibleSeal
from esign.sealing.sealer import Begun, Sealed, Sealer, sealed_document

__all__ = [
    "Begun",
    "BrokenDocument",
    "CertifiedDocument",
    "DocumentCostly",
    "DocumentError",
    "DocumentTooLarge",
    "EmptyDocument",
    "EncryptedDocument",
    "LockedDocument",
    "NotPdf",
    "SealKey",
    "SealKeyError",
    "SealNotGood",
    "SealProfile",
    "SealProfileError",
    "SealTooLong",
    "Sealed",
    "Sealer",
    "SealingError",
    "UnsupportedDocument",
    "VisibleSeal",
    "check_sealed",
    "sealed_document",
]
