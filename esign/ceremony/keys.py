"""Public keys as the protocol writes them: DER SubjectPublicKeyInfo of P-256, named by their SHA-256."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from esign.ceremony.errors import KeyUnusableError
from esign.foundation.digests import sha256


def read_p256(spki: bytes) -> ec.EllipticCurvePublicKey:
    """Return the P-256 key of a SubjectPublicKeyInfo.

    Raises:
        KeyUnusableError: Another kind of key, a point off the curve, or another encoding than the uncompressed DER one
            (two encodings of one key would have two names).
    """
    try:
        key = load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusableError from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnusableError
    if spki_of(key) != spki:
        raise KeyUnusableError
    return key


def spki_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the DER SubjectPublicKeyInfo (91 bytes) of a P-256 key."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(spki: bytes) -> bytes:
    """Return the name of a key: SHA-256 of its SubjectPublicKeyInfo (in JSON: hexadecimal)."""
    return sha256(spki)
