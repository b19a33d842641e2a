"""What the attributes of a signature say, read into values; attributes that cannot be read are an error of the format.

Source: RFC 5652 section 11; RFC 5035 section 3; ETSI EN 319 122-1 clause 5; ISO 32000-2 clause 12.8.3.3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esign.validation.process.algorithms import hash_name
from esign.validation.process.ber import SEQUENCE, Cursor
from esign.validation.process.cms import SignedMessage, Values
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.names import Name, comparable

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15"
COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16"
CONTENT_TIMESTAMP = "1.2.840.113549.1.9.16.2.20"
SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
REVOCATION_ARCHIVAL = "1.2.840.113583.1.1.8"
"""adbe-revocationInfoArchival."""
CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"
ARCHIVE_TIMESTAMPS = frozenset(
    {"1.2.840.113549.1.9.16.2.27", "1.2.840.113549.1.9.16.2.48", "0.4.0.1733.2.4", "0.4.0.1733.2.5"}
)
"""Archive time-stamps of CAdES: recognised; in a PDF the document timestamp stands in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReference:
    """A signed reference to a certificate.

    Args:
        hash: Name of the hash; None where it is not known here.
        digest: Over the certificate.
        issuer: Comparable issuer name, if the reference names it.
        serial: Serial number, if the reference names it.
    """

    hash: str | None
    digest: bytes
    issuer: Name | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What the attributes of a signature say.

    Args:
        content_type: The signed content type; None where it is missing.
        message_digest: The signed digest; None where it is missing.
        signing_time: Claimed.
        references: To the signing certificate, one of each version that stands there; empty without the attribute.
        reference_version: 1 or 2; 0 without the attribute.
        policy: Object identifier of the signature policy.
        policy_digest: Its hash and digest, if stated.
        commitments: Object identifiers of commitment types.
        content_timestamps: RFC 3161 tokens over the signed content.
        signature_timestamps: RFC 3161 tokens over the signature value.
        archive_timestamps: How many archive time-stamps of CAdES stand in it.
        certificates: Values among the unsigned attributes.
        crls: Values among the attributes.
        ocsp_responses: Values among the attributes.
    """

    content_type: str | None = None
    message_digest: bytes | None = None
    signing_time: datetime | None = None
    references: tuple[CertificateReference, ...] = ()
    reference_version: int = 0
    policy: str | None = None
    policy_digest: tuple[str | None, bytes] | None = None
    commitments: tuple[str, ...] = ()
    content_timestamps: Values = ()
    signature_timestamps: Values = ()
    archive_timestamps: int = 0
    certificates: Values = ()
    crls: Values = ()
    ocsp_responses: Values = ()


def read_attributes(message: SignedMessage) -> Attributes:
    """Return what the attributes say.

    Raises:
        CmsUnreadable: An attribute that the validation needs is not what it should be, or stands twice.
    """
    signed, unsigned = message.attributes, message.unsigned
    for kind in (CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SIGNING_TIME):
        if kind in message.doubled or len(signed.get(kind, (b"",))) != 1:
            raise CmsUnreadable("a signed attribute does not stand exactly once")
    references, version = _references(signed)
    crls, responses = _archival(signed.get(REVOCATION_ARCHIVAL, ()))
    more_crls, more_responses = _archival(unsigned.get(REVOCATION_VALUES, ()))
    policy, policy_digest = _policy(signed.get(SIGNATURE_POLICY, ()))
    return Attributes(
        content_type=Cursor(signed[CONTENT_TYPE][0]).oid() if CONTENT_TYPE in signed else None,
        message_digest=Cursor(signed[MESSAGE_DIGEST][0]).octets() if MESSAGE_DIGEST in signed else None,
        signing_time=Cursor(signed[SIGNING_TIME][0]).instant() if SIGNING_TIME in signed else None,
        references=references,
        reference_version=version,
        policy=policy,
        policy_digest=policy_digest,
        commitments=tuple(_commitment(value) for value in signed.get(COMMITMENT_TYPE, ())),
        content_timestamps=signed.get(CONTENT_TIMESTAMP, ()),
        signature_timestamps=unsigned.get(SIGNATURE_TIMESTAMP, ()),
        archive_timestamps=sum(len(unsigned.get(kind, ())) for kind in ARCHIVE_TIMESTAMPS),
        certificates=tuple(
            raw for value in unsigned.get(CERTIFICATE_VALUES, ()) for raw in Cursor(value).inside(SEQUENCE).rest()
        ),
        crls=crls + more_crls,
        ocsp_responses=responses + more_responses,
    )


def _references(signed: Mapping[str, Values]) -> tuple[tuple[CertificateReference, ...], int]:
    """Return the references of the newest version; where both stand, the first of each comes before the others."""
    found = [
        tuple(_reference(Cursor(raw).inside(SEQUENCE), default) for raw in listed.rest())
        for kind, default in ((SIGNING_CERTIFICATE_V2, "sha256"), (SIGNING_CERTIFICATE, "sha1"))
        for listed in (Cursor(value).inside(SEQUENCE).inside(SEQUENCE) for value in signed.get(kind, ()))
    ]
    if not all(found):
        raise CmsUnreadable("a signing-certificate attribute names no certificate")
    version = 2 if SIGNING_CERTIFICATE_V2 in signed else 1 if SIGNING_CERTIFICATE in signed else 0
    return tuple(references[0] for references in found), version


def _reference(cursor: Cursor, default: str) -> CertificateReference:
    name: str | None = default
    if cursor.tag == SEQUENCE:
        name = hash_name(cursor.inside(SEQUENCE).oid())
    digest = cursor.octets()
    issuer = serial = None
    if cursor.tag == SEQUENCE:
        both = cursor.inside(SEQUENCE)
        names = both.inside(SEQUENCE)
        if names.tag == 0xA4:
            issuer = comparable(names.inside(0xA4).raw(SEQUENCE))
        serial = both.integer()
    return CertificateReference(hash=name, digest=digest, issuer=issuer, serial=serial)


def _policy(values: Values) -> tuple[str | None, tuple[str | None, bytes] | None]:
    if not values or values[0][0] != SEQUENCE:  # NULL: the policy is implied
        return None, None
    cursor = Cursor(values[0]).inside(SEQUENCE)
    identifier = cursor.oid()
    if cursor.tag != SEQUENCE:
        return identifier, None
    hashed = cursor.inside(SEQUENCE)
    return identifier, (hash_name(hashed.inside(SEQUENCE).oid()), hashed.octets())


def _commitment(value: bytes) -> str:
    return Cursor(value).inside(SEQUENCE).oid()


def _archival(values: Values) -> tuple[Values, Values]:
    """Return CRLs and OCSP responses; RevocationInfoArchival and revocation-values (CAdES) share their shape."""
    crls: list[bytes] = []
    responses: list[bytes] = []
    for value in values:
        cursor = Cursor(value).inside(SEQUENCE)
        for tag, found in ((0xA0, crls), (0xA1, responses)):
            part = cursor.optional(tag)
            if part is not None:
                found += part.inside(SEQUENCE).rest()
    return tuple(crls), tuple(responses)
