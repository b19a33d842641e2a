"""Where a signature stands in its file, and what exactly it signed: for reports."""

from __future__ import annotations

from dataclasses import dataclass

from esign.foundation.digests import sha256
from esign.validation.changes import FoundSignature
from esign.validation.process.attributes import MESSAGE_DIGEST
from esign.validation.process.ber import Cursor
from esign.validation.process.cms import SignedMessage
from esign.validation.process.errors import CmsUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a signature stands and what it signed.

    Args:
        byte_range: As the file says; empty where it says none.
        covered_until: Where the signed bytes end; 0 where that cannot be told.
        digest_algorithm: Object identifier of the hash over the signed bytes; empty where it is not known.
        document_digest: That hash, as signed; empty where it is not known.
        attributes_digest: SHA-256 over the signed attributes (DER); empty without any.
        value: The signature value; empty where the signature cannot be read.
    """

    byte_range: tuple[int, ...] = ()
    covered_until: int = 0
    digest_algorithm: str = ""
    document_digest: bytes = b""
    attributes_digest: bytes = b""
    value: bytes = b""

    @classmethod
    def of(cls, found: FoundSignature, message: SignedMessage | None) -> Place:
        """Return the place of a signature."""
        if message is None:
            return cls(byte_range=found.byte_range or (), covered_until=found.end)
        signed = message.signed_attributes
        return cls(
            byte_range=found.byte_range or (),
            covered_until=found.end,
            digest_algorithm=message.digest_algorithm,
            document_digest=_digest(message),
            attributes_digest=b"" if signed is None else sha256(signed),
            value=message.signature,
        )


def _digest(message: SignedMessage) -> bytes:
    values = message.attributes.get(MESSAGE_DIGEST, ())
    try:
        return Cursor(values[0]).octets() if len(values) == 1 else b""
    except CmsUnreadable:
        return b""
