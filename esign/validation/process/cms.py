"""The CMS of any maker, read into one value; nothing in it is believed yet.

Source: RFC 5652 section 5; RFC 5940 (revocation information); ISO 32000-2 clause 12.8.3.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from esign.validation.process.ber import OID, SEQUENCE, SET, Cursor, definite, dotted, element_at, tlv
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.names import Name, comparable

SIGNED_DATA = "1.2.840.113549.1.7.2"
DATA = "1.2.840.113549.1.7.1"
_OCSP_RESPONSE = "1.3.6.1.5.5.7.16.2"
"""id-ri-ocsp-response (RFC 5940 section 2.1)."""
_OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1"
"""Some makers put the bare BasicOCSPResponse under this name."""
_MOST = 4096
"""Certificates, revocation data or attributes of one signature."""

Values = tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """What a CMS signature holds.

    Args:
        content_type: Of the encapsulated content (dotted).
        content: The encapsulated content, or None where it is detached.
        certificates: DER, as they stand.
        crls: DER.
        ocsp_responses: DER (OCSPResponse or BasicOCSPResponse).
        issuer: Comparable issuer name of the signer's identifier, or None.
        serial: Serial number of the signer's identifier, or None.
        key_identifier: Subject key identifier of the signer's identifier, or None.
        digest_algorithm: Object identifier.
        signed_attributes: What the signature covers (tag 0x31), or None without signed attributes.
        attributes: Signed attributes: their values by object identifier.
        doubled: Signed attributes that stand more than once.
        signature_algorithm: Raw AlgorithmIdentifier.
        signature: The signature value.
        unsigned: Unsigned attributes: their values by object identifier.
        rest: Bytes behind the CMS that are not zero.
    """

    content_type: str
    content: bytes | None
    certificates: Values
    crls: Values
    ocsp_responses: Values
    issuer: Name | None
    serial: int | None
    key_identifier: bytes | None
    digest_algorithm: str
    signed_attributes: bytes | None
    attributes: Mapping[str, Values]
    doubled: tuple[str, ...]
    signature_algorithm: bytes
    signature: bytes
    unsigned: Mapping[str, Values]
    rest: int


def read_signed_message(data: bytes) -> SignedMessage:
    """Return what a CMS signature holds; zeros behind it are padding.

    Raises:
        CmsUnreadable: Not CMS signed data, or not exactly one signer.
    """
    outer = element_at(data, 0, len(data))
    behind = data[outer.end :]
    info = Cursor(data).inside(SEQUENCE)
    if info.oid() != SIGNED_DATA:
        raise CmsUnreadable("not signed data")
    signed = info.inside(0xA0).inside(SEQUENCE)
    signed.integer()
    signed.take(SET)
    encapsulated = signed.inside(SEQUENCE)
    content_type = encapsulated.oid()
    wrapped = encapsulated.optional(0xA0)
    content = _content(wrapped) if wrapped is not None else None
    certificates = _certificates(signed.optional(0xA0))
    crls, ocsp_responses = _revocation(signed.optional(0xA1))
    signers = signed.inside(SET)
    if signers.tag == -1:
        raise CmsUnreadable("no signer")
    signer = signers.inside(SEQUENCE)
    if signers.tag != -1:
        raise CmsUnreadable("more than one signer")
    signer.integer()
    issuer = serial = key_identifier = None
    if signer.tag == SEQUENCE:
        identifier = signer.inside(SEQUENCE)
        issuer, serial = comparable(identifier.raw(SEQUENCE)), identifier.integer()
    else:
        key_identifier = signer.octets(0x80)
    digest_algorithm = signer.inside(SEQUENCE).oid()
    covered, attributes, doubled = None, {}, ()  # type: tuple[bytes | None, dict[str, Values], tuple[str, ...]]
    if signer.tag == 0xA0:
        found = signer.take(0xA0)
        content_bytes = signer.data[found.content : found.stop]
        # What is signed is the DER of the attributes (RFC 5652 section 5.4): a signer that sent no lengths signed some.
        covered = tlv(SET, definite(content_bytes) if found.end != found.stop else content_bytes)
        attributes, doubled = _attributes(Cursor(covered).inside(SET))
    algorithm = signer.raw(SEQUENCE)
    signature = signer.octets()
    loose = signer.optional(0xA1)
    unsigned, _ = _attributes(loose) if loose is not None else ({}, ())
    return SignedMessage(
        content_type=content_type,
        content=content,
        certificates=certificates,
        crls=crls,
        ocsp_responses=ocsp_responses,
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest_algorithm=digest_algorithm,
        signed_attributes=covered,
        attributes=MappingProxyType(attributes),
        doubled=doubled,
        signature_algorithm=algorithm,
        signature=signature,
        unsigned=MappingProxyType(unsigned),
        rest=len(behind) if any(behind) else 0,
    )


def _content(wrapped: Cursor) -> bytes:
    """Return the encapsulated content; PKCS #7 allowed anything where CMS has an octet string."""
    if wrapped.tag & 0x1F == 0x04:
        return wrapped.octets()
    found = wrapped.next()
    return wrapped.data[found.content : found.stop]


def _certificates(cursor: Cursor | None) -> Values:
    if cursor is None:
        return ()
    found: dict[bytes, None] = {}
    for raw in cursor.rest():
        if raw[0] == SEQUENCE:  # attribute certificates and other formats prove nothing here
            found[raw] = None
        if len(found) > _MOST:
            raise CmsUnreadable("too many certificates")
    return tuple(found)


def _revocation(cursor: Cursor | None) -> tuple[Values, Values]:
    crls: list[bytes] = []
    responses: list[bytes] = []
    if cursor is None:
        return (), ()
    for raw in cursor.rest():
        if raw[0] == SEQUENCE:
            crls.append(raw)
        elif raw[0] == 0xA1:
            other = Cursor(raw).inside(0xA1)
            if other.oid() in (_OCSP_RESPONSE, _OCSP_BASIC):
                responses.append(other.raw(SEQUENCE))
        if len(crls) + len(responses) > _MOST:
            raise CmsUnreadable("too much revocation information")
    return tuple(crls), tuple(responses)


def _attributes(cursor: Cursor) -> tuple[dict[str, Values], tuple[str, ...]]:
    found: dict[str, Values] = {}
    doubled: list[str] = []
    count = 0
    while cursor.tag != -1:
        attribute = cursor.inside(SEQUENCE)
        kind = dotted(attribute.content(OID))
        values = tuple(attribute.inside(SET).rest())
        if kind in found:
            doubled.append(kind)
        found[kind] = found.get(kind, ()) + values
        count += len(values) + 1
        if count > _MOST:
            raise CmsUnreadable("too many attributes")
    return found, tuple(doubled)
