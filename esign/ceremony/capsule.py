"""The capsule: the code, sealed to the signatory's key for exactly one transcript.

Everything secret in an attempt follows from one seed, so that disclosing 32 bytes lets anybody recompute all of it.

Source: docs/ceremony-spec.md section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from esign.ceremony import hpke
from esign.ceremony.errors import KeyUnusableError
from esign.ceremony.keys import read_p256
from esign.ceremony.limits import CODE_DIGITS, SEED_BYTES
from esign.foundation.digests import hmac_sha256, label, labelled, length_prefixed, sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class CapsuleSecrets:
    """What follows from a seed: the capsule's nonce, the code, and the ephemeral key that seals them."""

    nonce: bytes = field(repr=False)
    code: str = field(repr=False)
    ephemeral: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed value: the encapsulated key (65 bytes) and the ciphertext with its tag."""

    enc: bytes
    ct: bytes

    @property
    def digest(self) -> bytes:
        """The digest that stands in the signature as ``capsule``: H(enc || ct)."""
        return sha256(self.enc, self.ct)


def derive_secrets(seed: bytes) -> CapsuleSecrets:
    """Return the nonce, the code and the ephemeral key of a seed (32 bytes).

    Raises:
        ValueError: The seed is not 32 bytes.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed is 32 bytes")
    return CapsuleSecrets(
        nonce=_expand(seed, "nonce"),
        code=_code(seed),
        ephemeral=hpke.derive_key_pair(_expand(seed, "ephemeral")),
    )


def transcript_hash(transcript: bytes) -> bytes:
    """Return tau, the labelled digest of a transcript's bytes: the one thing that everything else is bound to."""
    return labelled("transcript", transcript)


def code_commitment(nonce: bytes, code: str) -> bytes:
    """Return the commitment to the code that stands in the transcript before anybody has seen the code."""
    return labelled("commit", nonce, code.encode("ascii"))


def seal_capsule(secrets: CapsuleSecrets, *, capsule_key: bytes, tau: bytes) -> Sealed:
    """Seal nonce and code to the signatory's capsule key, for this transcript only.

    Args:
        secrets: From :func:`derive_secrets`.
        capsule_key: SubjectPublicKeyInfo of the signatory's capsule key.
        tau: From :func:`transcript_hash`.

    Raises:
        KeyUnusableError: The capsule key is not a P-256 key.
    """
    enc, ct = hpke.seal_with(
        read_p256(capsule_key),
        ephemeral=secrets.ephemeral,
        info=label("capsule") + tau,
        plaintext=secrets.nonce + secrets.code.encode("ascii"),
    )
    return Sealed(enc=enc, ct=ct)


def proof_of_opening(nonce: bytes, tau: bytes) -> bytes:
    """Return ``have``: it shows that the capsule was opened and says nothing about the code."""
    return hmac_sha256(nonce, "have", tau)


def proof_of_intent(nonce: bytes, tau: bytes, typed: str) -> bytes:
    """Return the proof of intent over a typed code; it stands inside the signature."""
    return hmac_sha256(nonce, "intent", tau, typed.encode("ascii"))


def enrolment_challenge(nonce: bytes) -> bytes:
    """Return the challenge of a passkey at an enrolment; no nonce makes it the challenge of a transcript."""
    return labelled("enrolment", nonce)


def user_verification_challenge(tau: bytes) -> bytes:
    """Return the challenge that the passkey signs: it verifies the user for this transcript and no other."""
    return labelled("user-verification", tau)


def user_verification_digest(authenticator_data: bytes, client_data: bytes, signature: bytes) -> bytes:
    """Return the digest of a passkey's statement that stands inside the signature."""
    return sha256(length_prefixed(authenticator_data, client_data, signature))


def seal_escrow(seed: bytes, *, tau: bytes, dispute_keys: tuple[bytes, bytes]) -> Sealed:
    """Seal the seed to two persons' dispute keys, one inside the other: neither person opens it alone.

    Args:
        seed: 32 bytes.
        tau: The attempt's transcript hash.
        dispute_keys: Two SubjectPublicKeyInfos (P-256), the inner person's and the outer person's; the private parts
            are not on this server.

    Raises:
        KeyUnusableError: A dispute key is not a P-256 key, or both are the same.

    Source: docs/ceremony-spec.md section 9.
    """
    inner, outer = (read_p256(key) for key in dispute_keys)
    if dispute_keys[0] == dispute_keys[1]:
        raise KeyUnusableError("two persons have two keys")
    enc, ct = hpke.seal(inner, info=label("escrow/inner") + tau, plaintext=seed)
    enc, ct = hpke.seal(outer, info=label("escrow/outer") + tau, plaintext=enc + ct)
    return Sealed(enc=enc, ct=ct)


def open_escrow(
    escrow: Sealed, *, tau: bytes, dispute_keys: tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey]
) -> bytes:
    """Return the seed of an ended attempt, with the private dispute keys of both persons.

    Args:
        escrow: From :func:`seal_escrow`.
        tau: The attempt's transcript hash.
        dispute_keys: The inner person's and the outer person's.

    Raises:
        CapsuleUnopenedError: Other keys, another order, another attempt, or changed bytes.
    """
    inner, outer = dispute_keys
    opened = hpke.open_sealed(outer, enc=escrow.enc, ct=escrow.ct, info=label("escrow/outer") + tau)
    enc, ct = opened[: hpke.ENC_BYTES], opened[hpke.ENC_BYTES :]
    return hpke.open_sealed(inner, enc=enc, ct=ct, info=label("escrow/inner") + tau)


def _expand(seed: bytes, name: str) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, label("seed/" + name)).derive(seed)


def _code(seed: bytes) -> str:
    digits = ""
    block = 0
    while len(digits) < CODE_DIGITS:
        for byte in _expand(seed, f"code/{block}"):
            if byte < 250:  # 250 = 25 * 10: every digit equally likely
                digits += str(byte % 10)
        block += 1
    return digits[:CODE_DIGITS]
