"""Signatures and timestamps read into the one shape that the building blocks work on.

Source: ETSI EN 319 102-1 clause 5.2.2 (format checking); ISO 32000-2 clause 12.8.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from esign.validation.process.attributes import Attributes, read_attributes
from esign.validation.process.ber import Cursor
from esign.validation.process.cms import SignedMessage, read_signed_message
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.inputs import SignatureKind, SignatureObject
from esign.validation.process.tst import StampInfo, read_stamp

RSA_SHA1 = "adbe.x509.rsa_sha1"
PKCS7_SHA1 = "adbe.pkcs7.sha1"


class Purpose(StrEnum):
    """What a signature is for."""

    SIGNATURE = "signature"
    SIGNATURE_TIMESTAMP = "signature timestamp"
    CONTENT_TIMESTAMP = "content timestamp"
    DOCUMENT_TIMESTAMP = "document timestamp"
    EVIDENCE_RECORD = "timestamp of the evidence record"

    @property
    def stamps(self) -> bool:
        """Whether it is a timestamp."""
        return self is not Purpose.SIGNATURE

    @property
    def archives(self) -> bool:
        """Whether it is a timestamp over everything that stands below it."""
        return self in (Purpose.DOCUMENT_TIMESTAMP, Purpose.EVIDENCE_RECORD)


_STAMPS = {
    SignatureKind.DOCUMENT_TIMESTAMP: Purpose.DOCUMENT_TIMESTAMP,
    SignatureKind.EVIDENCE_RECORD: Purpose.EVIDENCE_RECORD,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signed:
    """A signature or timestamp.

    Args:
        purpose: What it is for.
        identifier: SHA-256 over its bytes.
        content_digest: Digest of what it covers; for a timestamp, of what it must stamp.
        message: The CMS; None for a bare signature value.
        attributes: What its attributes say.
        stamp: For timestamps, what it states.
        value: The signature value.
        subfilter: As in the file.
        certificates: That come with it (DER).
        bare: Whether it is ``adbe.x509.rsa_sha1``: a value without CMS.
        claimed_at: Claimed time of signing.
        covered_until: See :class:`SignatureObject`.
        stands_until: See :class:`SignatureObject`.
    """

    purpose: Purpose
    identifier: bytes
    content_digest: Callable[[str], bytes]
    message: SignedMessage | None
    attributes: Attributes
    stamp: StampInfo | None
    value: bytes
    subfilter: str = ""
    certificates: tuple[bytes, ...] = ()
    bare: bool = False
    claimed_at: datetime | None = None
    covered_until: int = 0
    stands_until: int = 0

    @property
    def revocation_data(self) -> tuple[bytes, ...]:
        """Revocation lists and OCSP responses that stand in it (DER)."""
        own = (*self.attributes.crls, *self.attributes.ocsp_responses)
        return own if self.message is None else (*own, *self.message.crls, *self.message.ocsp_responses)


def identifier_of(source: SignatureObject) -> bytes:
    """Return the identifier of a signature object."""
    return hashlib.sha256(source.cms).digest()


def read_signed(source: SignatureObject) -> Signed:
    """Return a signature object read.

    Raises:
        CmsUnreadable: It has not the format that it should have.
    """
    stands_until = source.covered_until if source.stands_until is None else source.stands_until
    if source.kind in _STAMPS:
        return read_timestamp(
            source.cms,
            source.content_digest,
            _STAMPS[source.kind],
            covered_until=source.covered_until,
            stands_until=stands_until,
        )
    if source.subfilter == RSA_SHA1:
        return _bare(source, stands_until)
    message = read_signed_message(source.cms)
    attributes = read_attributes(message)
    return Signed(
        purpose=Purpose.SIGNATURE,
        identifier=identifier_of(source),
        content_digest=source.content_digest,
        message=message,
        attributes=attributes,
        stamp=None,
        value=message.signature,
        subfilter=source.subfilter,
        certificates=(*message.certificates, *attributes.certificates, *source.certificates),
        claimed_at=attributes.signing_time or source.claimed_at,
        covered_until=source.covered_until,
        stands_until=stands_until,
    )


def read_timestamp(
    token: bytes,
    content_digest: Callable[[str], bytes],
    purpose: Purpose,
    *,
    covered_until: int = 0,
    stands_until: int = 0,
) -> Signed:
    """Return a timestamp token read.

    Args:
        token: RFC 3161 token.
        content_digest: Digest of what it must stamp.
        purpose: Which timestamp it is.
        covered_until: See :class:`SignatureObject`.
        stands_until: See :class:`SignatureObject`.

    Raises:
        CmsUnreadable: It is no token.
    """
    message = read_signed_message(token)
    return Signed(
        purpose=purpose,
        identifier=hashlib.sha256(token).digest(),
        content_digest=content_digest,
        message=message,
        attributes=read_attributes(message),
        stamp=read_stamp(message),
        value=message.signature,
        certificates=message.certificates,
        covered_until=covered_until,
        stands_until=stands_until,
    )


def _bare(source: SignatureObject, stands_until: int) -> Signed:
    value = Cursor(source.cms).octets()
    if not source.certificates:
        raise CmsUnreadable("the signer's certificate is missing beside a bare signature value")
    return Signed(
        purpose=Purpose.SIGNATURE,
        identifier=identifier_of(source),
        content_digest=source.content_digest,
        message=None,
        attributes=Attributes(),
        stamp=None,
        value=value,
        subfilter=source.subfilter,
        certificates=source.certificates,
        bare=True,
        claimed_at=source.claimed_at,
        covered_until=source.covered_until,
        stands_until=stands_until,
    )
