"""CMS signatures by concatenation of DER: no round trip through an ASN.1 library, no byte of the attributes touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esign.pades import der
from esign.pades.attributes import ID_DATA, SHA256
from esign.pades.errors import CmsError, DerError, SignatureValueError

SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
"""id-aa-signatureTimeStampToken: RFC 3161 appendix A, ETSI EN 319 122-1 clause 5.3."""

_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_DATA = der.sequence(der.oid(ID_DATA))
_SHA256 = der.sequence(der.oid(SHA256))
"""AlgorithmIdentifier without parameters, as RFC 5754 section 2 recommends."""
_ECDSA_WITH_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_RSA_WITH_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), b"\x05\x00")
_VERSION_1 = der.integer(1)
_CONTEXT_0 = 0xA0
_CONTEXT_1 = 0xA1


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """What a CMS signature of this product holds.

    Args:
        attributes: The signed attributes as DER (tag 0x31).
        signature: Signature value (DER ECDSA or RSA).
        certificate: The signer's certificate (DER).
        certificates: All embedded certificates (DER), in the order of the file.
        signature_timestamp: RFC 3161 token over the signature value, if there is one.
    """

    attributes: bytes
    signature: bytes
    certificate: bytes
    certificates: tuple[bytes, ...]
    signature_timestamp: bytes | None


def raw_to_der(raw: bytes) -> bytes:
    """Return an ECDSA signature r||s (64 bytes, as browsers make it) as DER.

    Raises:
        CmsError: Another length.
    """
    if len(raw) != 64:
        raise CmsError("an ECDSA P-256 signature has 64 bytes", length=len(raw))
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def signed_data(
    *,
    attributes: bytes,
    signature: bytes,
    certificate: bytes,
    chain: Sequence[bytes],
    signature_timestamp: bytes | None,
) -> bytes:
    """Return the CMS signature (DER ContentInfo) over exactly these signed attributes.

    The signature value is verified first: a signature that does not verify is never embedded.

    Args:
        attributes: Signed attributes as DER (tag 0x31).
        signature: Signature value over them with SHA-256: ECDSA as DER, or RSA PKCS #1 v1.5.
        certificate: The signer's certificate (DER).
        chain: Its issuers up to and including the root (DER); the root is wanted for verification after years.
        signature_timestamp: RFC 3161 token (DER ContentInfo) over SHA-256 of the signature value, or None.

    Raises:
        SignatureValueError: The value does not verify under the certificate's key.
        CmsError: A certificate or token is not one whole DER element; a key that is neither RSA nor elliptic curve.

    Source: RFC 5652 section 5; ETSI EN 319 142-1 clause 6.3.
    """
    algorithm = _verify(attributes, signature, certificate)
    for part in (attributes, certificate, *chain, *((signature_timestamp,) if signature_timestamp else ())):
        _whole(part)
    unsigned = b""
    if signature_timestamp is not None:
        token = der.sequence(der.oid(SIGNATURE_TIMESTAMP), der.tlv(der.SET, signature_timestamp))
        unsigned = der.tlv(_CONTEXT_1, token)
    signer_info = der.sequence(
        _VERSION_1,
        _issuer_and_serial(certificate),
        _SHA256,
        bytes((_CONTEXT_0,)) + attributes[1:],
        algorithm,
        der.octets(signature),
        unsigned,
    )
    content = der.sequence(
        _VERSION_1,
        der.tlv(der.SET, _SHA256),
        _DATA,
        der.set_of({certificate, *chain}, tag=_CONTEXT_0),
        der.tlv(der.SET, signer_info),
    )
    return der.sequence(_SIGNED_DATA, der.tlv(_CONTEXT_0, content))


def read_signed_data(data: bytes) -> SignedData:
    """Return what a CMS signature holds; only the shape that :func:`signed_data` writes is accepted.

    Raises:
        CmsError: Another shape: other versions, algorithms, several signers, foreign unsigned attributes, not DER.
    """
    try:
        return _read(data)
    except CmsError:
        raise
    except DerError as error:
        raise CmsError(error.detail) from error


def _read(data: bytes) -> SignedData:
    outer = der.Reader(data)
    info = outer.inside(der.SEQUENCE)
    outer.done()
    _same(info.raw(der.OBJECT_IDENTIFIER), _SIGNED_DATA)
    wrapped = info.inside(_CONTEXT_0)
    info.done()
    content = wrapped.inside(der.SEQUENCE)
    wrapped.done()
    _same(content.raw(der.INTEGER), _VERSION_1)
    _same(content.content(der.SET), _SHA256)
    _same(content.raw(der.SEQUENCE), _DATA)
    embedded = content.inside(_CONTEXT_0)
    certificates = []
    while not embedded.empty:
        certificates.append(embedded.raw(der.SEQUENCE))
    signers = content.inside(der.SET)
    content.done()
    signer = signers.inside(der.SEQUENCE)
    signers.done()
    _same(signer.raw(der.INTEGER), _VERSION_1)
    sid = signer.raw(der.SEQUENCE)
    _same(signer.raw(der.SEQUENCE), _SHA256)
    attributes = b"\x31" + signer.raw(_CONTEXT_0)[1:]
    if signer.raw(der.SEQUENCE) not in (_ECDSA_WITH_SHA256, _RSA_WITH_SHA256):
        raise CmsError("signature algorithm is another one")
    signature = signer.content(der.OCTET_STRING)
    timestamp = None if signer.empty else _timestamp(signer.inside(_CONTEXT_1))
    signer.done()
    own = [certificate for certificate in certificates if _issuer_and_serial(certificate) == sid]
    if len(own) != 1:
        raise CmsError("the signer's certificate is not embedded exactly once")
    return SignedData(
        attributes=attributes,
        signature=signature,
        certificate=own[0],
        certificates=tuple(certificates),
        signature_timestamp=timestamp,
    )


def _timestamp(unsigned: der.Reader) -> bytes:
    attribute = unsigned.inside(der.SEQUENCE)
    unsigned.done()
    _same(attribute.raw(der.OBJECT_IDENTIFIER), der.oid(SIGNATURE_TIMESTAMP))
    values = attribute.inside(der.SET)
    attribute.done()
    token = values.raw(der.SEQUENCE)
    values.done()
    return token


def _same(found: bytes, expected: bytes) -> None:
    if found != expected:
        raise CmsError("a part of the signature is another one than this product writes")


def _issuer_and_serial(certificate: bytes) -> bytes:
    """Return IssuerAndSerialNumber with the very bytes of the certificate (RFC 5652 section 10.2.4)."""
    tbs = der.Reader(certificate).inside(der.SEQUENCE).inside(der.SEQUENCE)
    if tbs.tag() == _CONTEXT_0:
        tbs.raw(_CONTEXT_0)
    serial = tbs.raw(der.INTEGER)
    tbs.raw(der.SEQUENCE)
    return der.sequence(tbs.raw(der.SEQUENCE), serial)


def _whole(part: bytes) -> None:
    try:
        if der.element_length(part) == len(part):
            return
    except DerError as error:
        raise CmsError("a part of the signature is not DER") from error
    raise CmsError("a part of the signature is more than one element")


def _verify(attributes: bytes, signature: bytes, certificate: bytes) -> bytes:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception as error:
        raise CmsError("the signer's certificate cannot be read") from error
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
            return _ECDSA_WITH_SHA256
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
            return _RSA_WITH_SHA256
    except InvalidSignature as error:
        raise SignatureValueError() from error
    raise CmsError("a key that is neither RSA nor elliptic curve")
