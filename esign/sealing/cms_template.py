"""The CMS signature of a seal, encoded once: what changes from document to document are holes in it.

A seal holds content type, message digest and signing certificate, as :func:`esign.pades.seal_attributes` says, and a
signature timestamp as its only unsigned attribute. No signing-time: PAdES forbids it.

Source: RFC 5652 section 5; ETSI EN 319 122-1 clause 5.2.2.3; ETSI EN 319 142-1 clause 6.3.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from esign.pades import der, seal_attributes
from esign.pades.attributes import ID_DATA, SHA256
from esign.pades.cms import SIGNATURE_TIMESTAMP
from esign.sealing.key_errors import SealKeyKindWrong, SealKeyUnreadable

_MARK = bytes(range(0xC0, 0xE0))
"""Stands where a document's digest will stand."""
_CONTEXT_0 = 0xA0
_CONTEXT_1 = 0xA1
_VERSION_1 = der.integer(1)
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_DATA = der.sequence(der.oid(ID_DATA))
_SHA256 = der.sequence(der.oid(SHA256))
_ECDSA_WITH_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_RSA_WITH_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), b"\x05\x00")


class CmsTemplate:
    """The CMS signatures of one certificate.

    Args:
        certificate: The seal's certificate (DER).
        chain: The certificates above it (DER).

    Raises:
        SealKeyUnreadable: The certificate cannot be read.
        SealKeyKindWrong: Its key is neither RSA nor on an elliptic curve.
    """

    def __init__(self, certificate: bytes, chain: Sequence[bytes]) -> None:
        try:
            key = x509.load_der_x509_certificate(certificate).public_key()
            issuer_and_serial = _issuer_and_serial(certificate)
        except Exception as error:
            raise SealKeyUnreadable("the certificate of the seal cannot be read") from error
        if isinstance(key, rsa.RSAPublicKey):
            self._algorithm = _RSA_WITH_SHA256
            self.longest_signature = (key.key_size + 7) // 8
        elif isinstance(key, ec.EllipticCurvePublicKey):
            self._algorithm = _ECDSA_WITH_SHA256
            self.longest_signature = 2 * ((key.key_size + 7) // 8 + 3) + 3
        else:
            raise SealKeyKindWrong("a seal has an RSA key or one on an elliptic curve")
        attributes = seal_attributes(document_digest=_MARK, certificate=certificate)
        self._before, self._behind = attributes.split(_MARK)
        self._implicit = bytes((_CONTEXT_0,)) + attributes[1:]
        self._signer = _VERSION_1 + issuer_and_serial + _SHA256
        certificates = der.set_of({certificate, *chain}, tag=_CONTEXT_0)
        self._content = _VERSION_1 + der.tlv(der.SET, _SHA256) + _DATA + certificates
        self._shapes: dict[tuple[int, int], tuple[bytes, bytes, bytes]] = {}

    def attributes(self, digest: bytes) -> bytes:
        """Return what the key signs for a document (DER ``SET OF``, tag 0x31).

        Args:
            digest: SHA-256 over the byte range (32 bytes).
        """
        return b"%b%b%b" % (self._before, digest, self._behind)

    def length(self, signature: int, timestamp: int = 0) -> int:
        """Return the length of a CMS signature in bytes.

        Args:
            signature: Bytes of the signature value.
            timestamp: Bytes of the timestamp token; 0 for none.
        """
        shape = self._shape(signature, timestamp)
        return sum(map(len, shape)) // 2 + 32 + signature + timestamp

    def hexadecimal(self, digest: bytes, signature: bytes, timestamp: bytes | None = None) -> bytes:
        """Return a CMS signature as it stands in ``/Contents``: hexadecimal digits.

        Args:
            digest: SHA-256 over the byte range (32 bytes).
            signature: Signature value over :meth:`attributes`.
            timestamp: RFC 3161 token (DER ContentInfo) over SHA-256 of the signature value, or None.
        """
        key = (len(signature), len(timestamp) if timestamp else 0)
        first, second, third = self._shapes.get(key) or self._shape(*key)
        if timestamp:
            return b"".join((first, hexlify(digest), second, hexlify(signature), third, hexlify(timestamp)))
        return b"".join((first, hexlify(digest), second, hexlify(signature)))

    def _shape(self, signature: int, timestamp: int) -> tuple[bytes, bytes, bytes]:
        """Return the hexadecimal digits around digest, signature and timestamp of these lengths."""
        unsigned = b""
        if timestamp:
            token = der.sequence(der.oid(SIGNATURE_TIMESTAMP), der.tlv(der.SET, bytes(timestamp)))
            unsigned = der.tlv(_CONTEXT_1, token)
        value = der.octets(bytes(signature))
        signer = der.sequence(self._signer, self._implicit, self._algorithm, value, unsigned)
        content = der.sequence(self._content, der.tlv(der.SET, signer))
        whole = der.sequence(_SIGNED_DATA, der.tlv(_CONTEXT_0, content))
        end = len(whole) - len(unsigned)
        mark = whole.index(_MARK)
        shape = (
            hexlify(whole[:mark]),
            hexlify(whole[mark + 32 : end - signature]),
            hexlify(whole[end : len(whole) - timestamp]),
        )
        if len(self._shapes) < 1_000:
            self._shapes[signature, timestamp] = shape
        return shape


def _issuer_and_serial(certificate: bytes) -> bytes:
    """Return IssuerAndSerialNumber with the very bytes of the certificate (RFC 5652 section 10.2.4)."""
    tbs = der.Reader(certificate).inside(der.SEQUENCE).inside(der.SEQUENCE)
    if tbs.tag() == _CONTEXT_0:
        tbs.raw(_CONTEXT_0)
    serial = tbs.raw(der.INTEGER)
    tbs.raw(der.SEQUENCE)
    return der.sequence(tbs.raw(der.SEQUENCE), serial)
