"""Certificates that the strict library refuses though their issuers sign them by the thousand: read piece by piece.

What is wrong with them is told by nobody else either: a parameter too many beside an ECDSA algorithm, a user notice
with letters that its string type has not. What a certificate says is taken only from extensions that can be read; one
that is critical and cannot be read leaves the certificate unusable, as a critical extension that nobody understands.
The signature is verified over the bytes as they stand, never over what is put together here.

Source: RFC 5280 sections 4.1, 4.2 (critical extensions).
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography import x509

from esign.validation.process.ber import BOOLEAN, INTEGER, OID, SEQUENCE, Cursor, tlv
from esign.validation.process.errors import CmsUnreadable

_ALGORITHM = tlv(SEQUENCE, tlv(OID, b"\x2a\x86\x48\xce\x3d\x04\x03\x02"))
_NAME = tlv(SEQUENCE)
_VALIDITY = tlv(SEQUENCE, tlv(0x17, b"260101000000Z"), tlv(0x17, b"270101000000Z"))
_SERIAL, _VERSION = tlv(INTEGER, b"\x01"), tlv(0xA0, tlv(INTEGER, b"\x02"))
_SIGNATURE = tlv(0x03, b"\x00\x00")
_POLICIES = "2.5.29.32"


def readable_extensions(tbs: bytes) -> Iterator[x509.Extension[x509.ExtensionType]]:
    """Yield the extensions of a certificate that can be read one by one.

    Args:
        tbs: The TBSCertificate.

    Raises:
        CmsUnreadable: A critical extension cannot be read, an extension stands twice, or it is no certificate.
    """
    cursor = Cursor(tbs).inside(SEQUENCE)
    cursor.optional(0xA0)
    cursor.integer()
    for _ in range(4):  # algorithm, issuer, validity, subject
        cursor.raw(SEQUENCE)
    key = cursor.raw(SEQUENCE)
    seen = set()
    while cursor.tag in (0x81, 0x82, 0xA1, 0xA2):
        cursor.next()
    listed = cursor.optional(0xA3)
    for raw in listed.inside(SEQUENCE).rest() if listed is not None else ():
        parts = Cursor(raw).inside(SEQUENCE)
        kind = parts.oid()
        critical = parts.tag == BOOLEAN and parts.boolean()
        if kind in seen:
            raise CmsUnreadable("an extension stands twice")
        seen.add(kind)
        try:
            yield from _alone(raw, key)
        except ValueError as error:
            if critical:
                raise CmsUnreadable("a critical extension cannot be read") from error
            if kind == _POLICIES:
                yield _policies(parts.octets())


def _alone(extension: bytes, key: bytes) -> Iterator[x509.Extension[x509.ExtensionType]]:
    listed = tlv(0xA3, tlv(SEQUENCE, extension))
    tbs = tlv(SEQUENCE, _VERSION, _SERIAL, _ALGORITHM, _NAME, _VALIDITY, _NAME, key, listed)
    yield from x509.load_der_x509_certificate(tlv(SEQUENCE, tbs, _ALGORITHM, _SIGNATURE)).extensions


def _policies(value: bytes) -> x509.Extension[x509.ExtensionType]:
    """Return the policies without their notices."""
    found = [Cursor(raw).inside(SEQUENCE).oid() for raw in Cursor(value).inside(SEQUENCE).rest()]
    information = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in dict.fromkeys(found)]
    kind = x509.ObjectIdentifier(_POLICIES)
    return x509.Extension(kind, False, x509.CertificatePolicies(information))
