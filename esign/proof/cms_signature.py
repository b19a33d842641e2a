"""The signature of one CMS ``SignerInfo``: the algorithms that are accepted, and the check itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from esign.proof.errors import ProofError

MINIMUM_RSA_BITS = 2048
"""Shorter RSA keys are no longer accepted (ETSI TS 119 312, SOG-IS)."""

_HASHES = MappingProxyType(
    {
        "sha256": (hashes.SHA256, hashlib.sha256),
        "sha384": (hashes.SHA384, hashlib.sha384),
        "sha512": (hashes.SHA512, hashlib.sha512),
        "sha3_256": (hashes.SHA3_256, hashlib.sha3_256),
        "sha3_384": (hashes.SHA3_384, hashlib.sha3_384),
        "sha3_512": (hashes.SHA3_512, hashlib.sha3_512),
    }
)
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.BrainpoolP256R1, ec.BrainpoolP384R1, ec.BrainpoolP512R1)


class CmsSignatureError(ProofError):
    """The signature of a CMS signer does not stand."""

    code = "proof.cms_signature"
    source = "RFC 5652 section 5.4"


class SignatureAlgorithmRefused(CmsSignatureError):
    """The algorithm, hash or key is too weak or unknown here."""

    code = "proof.cms_signature.algorithm_refused"
    source = "ETSI TS 119 312"


class SignatureInvalid(CmsSignatureError):
    """The signature value does not belong to these attributes and this key."""

    code = "proof.cms_signature.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureAlgorithm:
    """How a signer signed.

    ``name`` is ``rsassa_pkcs1v15``, ``rsassa_pss``, ``ecdsa`` or ``ed25519``; ``hash`` is the hash that the algorithm
    names, or None where it leaves that to the digest algorithm; ``mask_hash`` and ``salt_length`` belong to PSS.
    """

    name: str
    hash: str | None
    mask_hash: str | None = None
    salt_length: int | None = None


def hash_function(name: str) -> Callable[[bytes], hashlib._Hash]:
    """Return the ``hashlib`` constructor of an accepted hash.

    Raises:
        SignatureAlgorithmRefused: The hash is weak or unknown here.
    """
    if name not in _HASHES:
        raise SignatureAlgorithmRefused(hash=name)
    return _HASHES[name][1]


def verify_signature(
    key: CertificatePublicKeyTypes,
    signature: bytes,
    data: bytes,
    *,
    algorithm: SignatureAlgorithm,
    digest_hash: str,
) -> None:
    """Check a signature value over the DER of the signed attributes.

    Args:
        key: The signer's public key.
        signature: The ``signature`` field.
        data: The signed attributes with tag 0x31.
        algorithm: The ``signatureAlgorithm`` field.
        digest_hash: The hash of the ``digestAlgorithm`` field.

    Raises:
        SignatureAlgorithmRefused: Weak, unknown, or not of the key's kind.
        SignatureInvalid: The signature does not hold.
    """
    name = algorithm.hash or digest_hash
    if algorithm.name != "ed25519" and name not in _HASHES:
        raise SignatureAlgorithmRefused(hash=name)
    try:
        if algorithm.name == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            if not isinstance(key.curve, _CURVES):
                raise SignatureAlgorithmRefused(curve=key.curve.name)
            key.verify(signature, data, ec.ECDSA(_HASHES[name][0]()))
        elif algorithm.name == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif algorithm.name in ("rsassa_pkcs1v15", "rsassa_pss") and isinstance(key, rsa.RSAPublicKey):
            if key.key_size < MINIMUM_RSA_BITS:
                raise SignatureAlgorithmRefused(bits=key.key_size)
            key.verify(signature, data, _padding(algorithm), _HASHES[name][0]())
        else:
            raise SignatureAlgorithmRefused(algorithm=algorithm.name)
    except InvalidSignature as error:
        raise SignatureInvalid from error


def _padding(algorithm: SignatureAlgorithm) -> padding.AsymmetricPadding:
    if algorithm.name == "rsassa_pkcs1v15":
        return padding.PKCS1v15()
    if algorithm.mask_hash is None or algorithm.mask_hash != algorithm.hash or algorithm.mask_hash not in _HASHES:
        raise SignatureAlgorithmRefused("mask generation with another hash than the signature's")
    hash_class = _HASHES[algorithm.mask_hash][0]
    if algorithm.salt_length is None or algorithm.salt_length < 0:
        raise SignatureAlgorithmRefused("salt length is missing")
    return padding.PSS(mgf=padding.MGF1(hash_class()), salt_length=algorithm.salt_length)
