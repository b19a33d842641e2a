"""The protocol's small words, in this client's own hand: labels, digests, key names, base64url.

Nothing here is shared with the engine on purpose: two hands that agree are worth more than one.
Source: docs/ceremony-spec.md sections 1 and 6.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LABEL = b"esign/1/"


def h(*parts: bytes) -> bytes:
    """Return SHA-256 over the parts one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key: bytes, name: str, *parts: bytes) -> bytes:
    """Return HMAC-SHA-256 over a label and the parts."""
    return hmac.digest(key, LABEL + name.encode("ascii") + b"".join(parts), "sha256")


def labelled(name: str, *parts: bytes) -> bytes:
    """Return SHA-256 over a label and the parts."""
    return h(LABEL + name.encode("ascii"), *parts)


def b64(data: bytes) -> str:
    """Return base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Return the bytes of base64url text without padding.

    Raises:
        ValueError: It is not that.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, TypeError) as error:
        raise ValueError("not base64url") from error
    if b64(data) != text:
        raise ValueError("not base64url")
    return data


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the SubjectPublicKeyInfo of a private key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def sign_der(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Return an ECDSA-with-SHA-256 signature in DER."""
    return key.sign(message, ec.ECDSA(SHA256()))


def raw(signature: bytes) -> bytes:
    """Return r||s (64 bytes) of a DER signature."""
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
