"""The signed attributes of the company's seal on a document: no ceremony stands behind it, and none is claimed."""

from __future__ import annotations

from esign.foundation.digests import sha256
from esign.pades import der
from esign.pades.attributes import CONTENT_TYPE, ID_DATA, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2
from esign.pades.errors import AttributesEncodingError


def seal_attributes(*, document_digest: bytes, certificate: bytes) -> bytes:
    """Return what the key of the seal signs (DER ``SET OF``, tag 0x31).

    Content type, message digest and signing certificate: what a PAdES baseline signature must hold, and nothing else.

    Args:
        document_digest: SHA-256 over the byte range of the prepared document (32 bytes).
        certificate: The seal's certificate (DER).

    Raises:
        AttributesEncodingError: A digest of another length.

    Source: ETSI EN 319 142-1 clause 6.3; docs/ceremony-spec.md section 8.
    """
    if len(document_digest) != 32:
        raise AttributesEncodingError("a digest has 32 bytes")
    reference = der.sequence(der.sequence(der.sequence(der.octets(sha256(certificate)))))
    return der.set_of(
        (
            _attribute(CONTENT_TYPE, der.oid(ID_DATA)),
            _attribute(MESSAGE_DIGEST, der.octets(document_digest)),
            _attribute(SIGNING_CERTIFICATE_V2, reference),
        )
    )


def _attribute(identifier: str, value: bytes) -> bytes:
    return der.sequence(der.oid(identifier), der.tlv(der.SET, value))
