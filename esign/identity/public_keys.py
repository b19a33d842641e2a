"""Public keys as they travel: DER ``SubjectPublicKeyInfo``, one encoding for one key."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from esign.foundation.digests import sha256
from esign.identity.errors import PublicKeyRefused


def key_id(spki: bytes) -> bytes:
    """Return the 32 bytes by which a public key is named: SHA-256 of its ``SubjectPublicKeyInfo``."""
    return sha256(spki)


def encode_public_key(key: PublicKeyTypes | CertificatePublicKeyTypes) -> bytes:
    """Return the DER ``SubjectPublicKeyInfo`` of a key."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def parse_p256(spki: bytes) -> ec.EllipticCurvePublicKey:
    """Return the P-256 key that the bytes are the canonical encoding of.

    Raises:
        PublicKeyRefused: Another kind of key, a point off the curve, a compressed point, or trailing bytes.
    """
    try:
        key = load_der_public_key(spki)
    except Exception as error:  # hostile bytes: the kinds of exception differ by what is wrong
        raise PublicKeyRefused from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PublicKeyRefused
    if encode_public_key(key) != spki:
        raise PublicKeyRefused("not the canonical encoding of the key")
    return key
