"""Hybrid public key encryption with an ephemeral key that can be recomputed.

RFC 9180, base mode, single shot, one suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The library at hand
(``cryptography.hazmat.primitives.hpke``) draws the ephemeral key itself and keeps it; a dispute needs a capsule that
anybody can seal again from a disclosed seed. So the sender's side stands here, and opening is the library's.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.ceremony.errors import CapsuleUnopenedError

ENC_BYTES: Final = 65
"""Npk = Nenc of DHKEM(P-256): an uncompressed point. Source: RFC 9180 section 7.1, table 2."""

TAG_BYTES: Final = 16
"""Nt of AES-256-GCM. Source: RFC 9180 section 7.3, table 5."""

_KEM_ID: Final = (0x0010).to_bytes(2, "big")
_KDF_ID: Final = (0x0001).to_bytes(2, "big")
_AEAD_ID: Final = (0x0002).to_bytes(2, "big")
_KEM_SUITE: Final = b"KEM" + _KEM_ID
_HPKE_SUITE: Final = b"HPKE" + _KEM_ID + _KDF_ID + _AEAD_ID
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of P-256. Source: SEC 2 section 2.4.2."""

_LIBRARY: Final = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def derive_key_pair(ikm: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key pair that follows from input keying material (at least 32 bytes).

    Source: RFC 9180 section 7.1.3, DeriveKeyPair for P-256 (bitmask 0xFF).
    """
    prk = _labelled_extract(_KEM_SUITE, b"", b"dkp_prk", ikm)
    for counter in range(256):
        candidate = _labelled_expand(_KEM_SUITE, prk, b"candidate", bytes([counter]), 32)
        scalar = int.from_bytes(candidate, "big")
        if 0 < scalar < _ORDER:
            return ec.derive_private_key(scalar, ec.SECP256R1())
    raise AssertionError("RFC 9180 DeriveKeyPairError: probability below 2^-8000")


def seal_with(
    recipient: ec.EllipticCurvePublicKey,
    *,
    ephemeral: ec.EllipticCurvePrivateKey,
    info: bytes,
    plaintext: bytes,
    aad: bytes = b"",
) -> tuple[bytes, bytes]:
    """Seal with an ephemeral key that the caller chose; use each one for one message only.

    Returns:
        ``(enc, ct)``: the encapsulated key (65 bytes) and the ciphertext with its tag (16 bytes longer than the text).

    Source: RFC 9180 sections 4.1 (Encap), 5.1 (KeySchedule, mode_base), 5.2 and 6.1 (SealBase).
    """
    enc = _point(ephemeral.public_key())
    shared_point = ephemeral.exchange(ec.ECDH(), recipient)
    eae_prk = _labelled_extract(_KEM_SUITE, b"", b"eae_prk", shared_point)
    shared_secret = _labelled_expand(_KEM_SUITE, eae_prk, b"shared_secret", enc + _point(recipient), 32)
    context = (
        b"\x00"
        + _labelled_extract(_HPKE_SUITE, b"", b"psk_id_hash", b"")
        + _labelled_extract(_HPKE_SUITE, b"", b"info_hash", info)
    )
    secret = _labelled_extract(_HPKE_SUITE, shared_secret, b"secret", b"")
    key = _labelled_expand(_HPKE_SUITE, secret, b"key", context, _KEY_BYTES)
    nonce = _labelled_expand(_HPKE_SUITE, secret, b"base_nonce", context, _NONCE_BYTES)
    return enc, AESGCM(key).encrypt(nonce, plaintext, aad)


def seal(recipient: ec.EllipticCurvePublicKey, *, info: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
    """Seal with a fresh ephemeral key of the library's choosing; nobody can recompute it.

    Returns:
        ``(enc, ct)`` as :func:`seal_with`.
    """
    sealed = _LIBRARY.encrypt(plaintext, recipient, info)
    return sealed[:ENC_BYTES], sealed[ENC_BYTES:]


def open_sealed(key: ec.EllipticCurvePrivateKey, *, enc: bytes, ct: bytes, info: bytes) -> bytes:
    """Return what was sealed to the key for this use.

    Raises:
        CapsuleUnopenedError: Another key, another use, or changed bytes; which of them cannot be told.
    """
    if len(enc) != ENC_BYTES or len(ct) < TAG_BYTES:
        raise CapsuleUnopenedError
    try:
        return bytes(_LIBRARY.decrypt(enc + ct, key, info))
    except (InvalidTag, ValueError) as error:
        raise CapsuleUnopenedError from error


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _labelled_extract(suite: bytes, salt: bytes, name: bytes, ikm: bytes) -> bytes:
    return HKDF.extract(hashes.SHA256(), salt or None, b"HPKE-v1" + suite + name + ikm)


def _labelled_expand(suite: bytes, prk: bytes, name: bytes, info: bytes, length: int) -> bytes:
    labelled_info = length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + info
    return HKDFExpand(hashes.SHA256(), length, labelled_info).derive(prk)
