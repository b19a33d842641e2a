"""The certificate signing request of a signatory: no name in it, only keys and the enrolment's nonce.

Source: RFC 2986; docs/ceremony-spec.md sections 3 and 4 (Identification).
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certs.signatory import der

ARC = "2.25.36891572898651591109044014128263442416"
KEY_BINDING = f"{ARC}.1.1"
ENROLMENT_NONCE = f"{ARC}.1.2"
EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"


def key_binding(*, capsule_key: bytes, device_key: bytes, passkey: bytes | None, company_device: bool = False) -> bytes:
    """Return the value of the extension ``KeyBinding`` over three SubjectPublicKeyInfos; version 2 names the owner."""
    parts = [der.integer(2 if company_device else 1), der.octets(_h(capsule_key)), der.octets(_h(device_key))]
    if passkey is not None:
        parts.append(der.octets(_h(passkey), tag=0x80))
    if company_device:
        parts.append(der.octets(b"\xff", tag=0x81))
    return der.sequence(*parts)


def request_info(*, key: ec.EllipticCurvePublicKey, binding: bytes, nonce: bytes) -> bytes:
    """Return the part of the request that is signed: version 0, empty subject, key, two attributes."""
    extensions = der.sequence(der.sequence(der.oid(KEY_BINDING), der.octets(binding)))
    attributes = (
        der.sequence(der.oid(EXTENSION_REQUEST), der.set_of([extensions])),
        der.sequence(der.oid(ENROLMENT_NONCE), der.set_of([der.octets(nonce)])),
    )
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return der.sequence(der.integer(0), der.sequence(), spki, der.set_of(attributes, tag=0xA0))


def certificate_request(
    key: ec.EllipticCurvePrivateKey, *, binding: bytes, nonce: bytes, deterministic: bool = False
) -> bytes:
    """Return the signed request (PKCS #10, DER).

    Args:
        key: The signature key.
        binding: From :func:`key_binding`.
        nonce: The enrolment's nonce, 32 bytes.
        deterministic: Sign with the nonce of RFC 6979, for vectors.
    """
    info = request_info(key=key.public_key(), binding=binding, nonce=nonce)
    signature = key.sign(info, ec.ECDSA(hashes.SHA256(), deterministic_signing=deterministic))
    return der.sequence(info, der.sequence(der.oid(ECDSA_WITH_SHA256)), der.bits(signature))


def _h(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
