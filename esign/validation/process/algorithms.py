"""Hashes and signature schemes by their identifiers, and the check of one signature value.

Weak algorithms are verified like all others: whether they still prove something is a question of the date
(:mod:`esign.validation.process.suites`).

Source: RFC 3279, 4055, 5480, 5758, 8410, 8419, 8692, 9881, 9882; NIST CSOR; RFC 5639 (Brainpool).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from esign.validation.process.ber import SEQUENCE, Cursor
from esign.validation.process.errors import CmsUnreadable

_HASH_OIDS = MappingProxyType(
    {
        "1.2.840.113549.2.5": "md5",
        "1.3.14.3.2.26": "sha1",
        "2.16.840.1.101.3.4.2.4": "sha224",
        "2.16.840.1.101.3.4.2.1": "sha256",
        "2.16.840.1.101.3.4.2.2": "sha384",
        "2.16.840.1.101.3.4.2.3": "sha512",
        "2.16.840.1.101.3.4.2.7": "sha3-224",
        "2.16.840.1.101.3.4.2.8": "sha3-256",
        "2.16.840.1.101.3.4.2.9": "sha3-384",
        "2.16.840.1.101.3.4.2.10": "sha3-512",
        "1.3.36.3.2.1": "ripemd160",
    }
)
HASHES: MappingProxyType[str, type[hashes.HashAlgorithm]] = MappingProxyType(
    {
        "md5": hashes.MD5,
        "sha1": hashes.SHA1,
        "sha224": hashes.SHA224,
        "sha256": hashes.SHA256,
        "sha384": hashes.SHA384,
        "sha512": hashes.SHA512,
        "sha3-224": hashes.SHA3_224,
        "sha3-256": hashes.SHA3_256,
        "sha3-384": hashes.SHA3_384,
        "sha3-512": hashes.SHA3_512,
    }
)
_SCHEMES = MappingProxyType(
    {
        "1.2.840.113549.1.1.1": ("rsa", None),  # rsaEncryption: the digest algorithm says which hash
        "1.2.840.113549.1.1.4": ("rsa", "md5"),
        "1.2.840.113549.1.1.5": ("rsa", "sha1"),
        "1.3.14.3.2.29": ("rsa", "sha1"),
        "1.2.840.113549.1.1.14": ("rsa", "sha224"),
        "1.2.840.113549.1.1.11": ("rsa", "sha256"),
        "1.2.840.113549.1.1.12": ("rsa", "sha384"),
        "1.2.840.113549.1.1.13": ("rsa", "sha512"),
        "2.16.840.1.101.3.4.3.13": ("rsa", "sha3-224"),
        "2.16.840.1.101.3.4.3.14": ("rsa", "sha3-256"),
        "2.16.840.1.101.3.4.3.15": ("rsa", "sha3-384"),
        "2.16.840.1.101.3.4.3.16": ("rsa", "sha3-512"),
        "1.2.840.113549.1.1.10": ("rsa-pss", None),
        "1.2.840.10045.2.1": ("ecdsa", None),
        "1.2.840.10045.4.1": ("ecdsa", "sha1"),
        "1.2.840.10045.4.3.1": ("ecdsa", "sha224"),
        "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
        "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
        "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
        "2.16.840.1.101.3.4.3.10": ("ecdsa", "sha3-256"),
        "2.16.840.1.101.3.4.3.11": ("ecdsa", "sha3-384"),
        "2.16.840.1.101.3.4.3.12": ("ecdsa", "sha3-512"),
        "0.4.0.127.0.7.1.1.4.1.1": ("ecdsa", "sha1"),
        "0.4.0.127.0.7.1.1.4.1.2": ("ecdsa", "sha224"),
        "0.4.0.127.0.7.1.1.4.1.3": ("ecdsa", "sha256"),
        "0.4.0.127.0.7.1.1.4.1.4": ("ecdsa", "sha384"),
        "0.4.0.127.0.7.1.1.4.1.5": ("ecdsa", "sha512"),
        "1.2.840.10040.4.1": ("dsa", None),
        "1.2.840.10040.4.3": ("dsa", "sha1"),
        "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
        "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
        "1.3.101.112": ("ed25519", None),
        "1.3.101.113": ("ed448", None),
        "2.16.840.1.101.3.4.3.17": ("ml-dsa-44", None),
        "2.16.840.1.101.3.4.3.18": ("ml-dsa-65", None),
        "2.16.840.1.101.3.4.3.19": ("ml-dsa-87", None),
    }
)
_PLAIN = "0.4.0.127.0.7.1.1.4.1."
"""ECDSA whose value is r and s one after the other (BSI TR-03111 section 5.2.1.1), as German cards sign."""
_ML_DSA: MappingProxyType[str, Any] = MappingProxyType(
    {
        "ml-dsa-44": mldsa.MLDSA44PublicKey,
        "ml-dsa-65": mldsa.MLDSA65PublicKey,
        "ml-dsa-87": mldsa.MLDSA87PublicKey,
    }
)
_ML_DSA_BITS = MappingProxyType({"ml-dsa-44": 44, "ml-dsa-65": 65, "ml-dsa-87": 87})


class Check(StrEnum):
    """What became of a signature value."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_SUPPORTED = "not supported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How something was signed.

    Args:
        family: ``rsa``, ``rsa-pss``, ``ecdsa``, ``dsa``, ``ed25519``, ``ed448``, ``ml-dsa-65`` … or the identifier.
        hash: Named by the algorithm; None where it is the digest algorithm's, or the scheme's own.
        mask_hash: Of PSS.
        salt_length: Of PSS, bytes.
        plain: Whether an ECDSA value is r and s one after the other.
    """

    family: str
    hash: str | None = None
    mask_hash: str | None = None
    salt_length: int = 0
    plain: bool = False


def hash_name(identifier: str) -> str | None:
    """Return the name of a hash, or None for one that is not known here."""
    return _HASH_OIDS.get(identifier)


def digest_algorithm_name(identifier: str) -> str | None:
    """Return the hash of a digest algorithm; some signers put the signature algorithm in its place."""
    return hash_name(identifier) or _SCHEMES.get(identifier, ("", None))[1]


def digest(name: str, data: bytes) -> bytes:
    """Return the digest of some bytes.

    Raises:
        CmsUnreadable: The hash is not known here.
    """
    if name not in HASHES:
        raise CmsUnreadable("the hash is not known here")
    return hashlib.new(name.replace("sha3-", "sha3_"), data, usedforsecurity=False).digest()


def read_scheme(algorithm: bytes) -> Scheme:
    """Return what an AlgorithmIdentifier means.

    Raises:
        CmsUnreadable: Not an AlgorithmIdentifier.
    """
    cursor = Cursor(algorithm).inside(SEQUENCE)
    identifier = cursor.oid()
    family, name = _SCHEMES.get(identifier, (identifier, None))
    if family != "rsa-pss":
        return Scheme(family=family, hash=name, plain=identifier.startswith(_PLAIN))
    name, mask, salt = "sha1", "sha1", 20  # RFC 4055 section 3.1: the defaults
    parameters = cursor.optional(SEQUENCE)
    if parameters is not None:
        part = parameters.optional(0xA0)
        if part is not None:
            name = hash_name(part.inside(SEQUENCE).oid()) or "unknown"
        part = parameters.optional(0xA1)
        if part is not None:
            function = part.inside(SEQUENCE)
            known = function.oid() == "1.2.840.113549.1.1.8"
            mask = (hash_name(function.inside(SEQUENCE).oid()) if known else None) or "unknown"
        part = parameters.optional(0xA2)
        if part is not None:
            salt = part.integer()
    return Scheme(family=family, hash=name, mask_hash=mask, salt_length=salt)


def key_bits(key: Any) -> int:
    """Return the size of a public key that the rules on its strength speak of."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.key_size
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return 256
    if isinstance(key, ed448.Ed448PublicKey):
        return 448
    return next((_ML_DSA_BITS[name] for name, kind in _ML_DSA.items() if isinstance(key, kind)), 0)


def verify_value(key: Any, scheme: Scheme, signature: bytes, data: bytes, *, hash_used: str | None = None) -> Check:
    """Check a signature value over some bytes.

    Args:
        key: Public key of ``cryptography``; None for one that it cannot load.
        scheme: How it was signed.
        signature: The value.
        data: What was signed.
        hash_used: The digest algorithm's hash, where the scheme names none.
    """
    return _verify(key, scheme, signature, data, scheme.hash or hash_used, prehashed=False)


def verify_digest(key: Any, scheme: Scheme, signature: bytes, value: bytes, hash_used: str) -> Check:
    """Check a signature value over bytes of which only the digest is at hand."""
    return _verify(key, scheme, signature, value, hash_used, prehashed=True)


def _verify(key: Any, scheme: Scheme, signature: bytes, data: bytes, name: str | None, *, prehashed: bool) -> Check:
    family = scheme.family
    try:
        if family == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
            return Check.VALID
        if family == "ed448" and isinstance(key, ed448.Ed448PublicKey):
            key.verify(signature, data)
            return Check.VALID
        if family in _ML_DSA and isinstance(key, _ML_DSA[family]):
            key.verify(signature, data)
            return Check.VALID
        if name is None or name not in HASHES:
            return Check.NOT_SUPPORTED
        used: Any = Prehashed(HASHES[name]()) if prehashed else HASHES[name]()
        if family == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            value = _encoded(signature, key.curve.key_size) if scheme.plain else signature
            key.verify(value, data, ec.ECDSA(used))
        elif family == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), used)
        elif family == "rsa-pss" and isinstance(key, rsa.RSAPublicKey) and (scheme.mask_hash or "") in HASHES:
            mask = padding.MGF1(HASHES[scheme.mask_hash or ""]())
            key.verify(signature, data, padding.PSS(mgf=mask, salt_length=scheme.salt_length), used)
        elif family == "dsa" and isinstance(key, dsa.DSAPublicKey):
            key.verify(signature, data, used)
        else:
            return Check.NOT_SUPPORTED
    except InvalidSignature:
        return Check.INVALID
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return Check.NOT_SUPPORTED
    return Check.VALID


def _encoded(value: bytes, bits: int) -> bytes:
    """Return r and s as the SEQUENCE that they usually are."""
    size = (bits + 7) // 8
    if len(value) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))
