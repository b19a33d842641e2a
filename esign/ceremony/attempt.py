"""The states of an attempt: open, declared, signed; or locked, expired, superseded. Each has a type of its own.

``OpenAttempt`` holds the live seed; every other way to end leaves only the escrow, sealed at the beginning to a dispute
key whose private part is elsewhere. A declared attempt keeps the seed until it is signed, because it has not ended.

Source: docs/ceremony-spec.md sections 4, 6 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esign.ceremony.capsule import Sealed, code_commitment, derive_secrets, seal_capsule
from esign.ceremony.errors import SignatureAlreadyMadeError, TranscriptMalformedError
from esign.ceremony.keys import key_id
from esign.ceremony.limits import CODE_TRIES
from esign.ceremony.transcript import Transcript
from esign.ceremony.user_verification import UserVerificationStatement
from esign.foundation.clock import from_seconds, seconds
from esign.foundation.digests import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """An offer is made, the capsule is sealed, nothing is declared.

    Attributes:
        seed: 32 secret bytes; the record of this state belongs under the vault key.
        capsule_key: SubjectPublicKeyInfo that the capsule is sealed to.
        passkey: SubjectPublicKeyInfo of the passkey, where there is one.
        escrow: The seed, sealed to the dispute key.
        wrong_codes: Wrong codes counted so far.
    """

    transcript: Transcript
    tau: bytes
    capsule: Sealed
    capsule_key: bytes
    passkey: bytes | None
    escrow: Sealed
    seed: bytes = field(repr=False)
    wrong_codes: int = 0

    @property
    def tries_left(self) -> int:
        """How many wrong codes are left before the attempt is locked."""
        return CODE_TRIES - self.wrong_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The intent as it was declared and judged good; it stands for nothing until the attempt takes it up.

    Attributes:
        proof: The proof of intent, 32 bytes.
        user_verification: The passkey's statement, where the transcript asks for one.
        telemetry: How the field was uncovered; an indication, never a proof.
        clock_skew: Seconds, device minus server.
    """

    tau: bytes
    proof: bytes
    user_verification: UserVerificationStatement | None
    telemetry: Mapping[str, Any]
    clock_skew: int
    declared_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAttempt:
    """The intent is declared and the signed attributes are released; the signature is awaited."""

    offer: OpenAttempt
    declaration: Declaration
    attributes: bytes

    @property
    def transcript(self) -> Transcript:
        """The attempt's transcript."""
        return self.offer.transcript

    @property
    def tau(self) -> bytes:
        """The attempt's transcript hash."""
        return self.offer.tau


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAttempt:
    """The signature is made. Nothing secret is left.

    Attributes:
        certificate: DER certificate whose key signed: the signatory's, or the company's seal at the simple level.
        signature: DER signature value over ``attributes``.
        signed_at: Seconds, the server's clock when the signature was taken in; a timestamp proves it later.
    """

    transcript: Transcript
    tau: bytes
    capsule: Sealed
    capsule_key: bytes
    passkey: bytes | None
    escrow: Sealed
    wrong_codes: int
    declaration: Declaration
    attributes: bytes
    certificate: bytes
    signature: bytes
    signed_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _EndedAttempt:
    transcript: Transcript
    tau: bytes
    capsule: Sealed
    capsule_key: bytes
    escrow: Sealed
    wrong_codes: int
    ended_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedAttempt(_EndedAttempt):
    """Too many wrong codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredAttempt(_EndedAttempt):
    """Its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersededAttempt(_EndedAttempt):
    """A newer attempt took its place."""


LiveAttempt = OpenAttempt | DeclaredAttempt
Attempt = OpenAttempt | DeclaredAttempt | SignedAttempt | LockedAttempt | ExpiredAttempt | SupersededAttempt


def open_attempt(
    transcript: Transcript, *, seed: bytes, capsule_key: bytes, passkey: bytes | None, escrow: Sealed
) -> OpenAttempt:
    """Seal the capsule for a transcript that commits to this seed's code.

    Args:
        transcript: Its ``code_commitment`` comes from the same seed.
        seed: 32 fresh random bytes.
        capsule_key: SubjectPublicKeyInfo of the signatory's capsule key.
        passkey: SubjectPublicKeyInfo of the passkey, where the transcript names one.
        escrow: From ``seal_escrow`` with the same seed and this transcript's tau.

    Raises:
        TranscriptMalformedError: The transcript names other keys or another code than those given: a fault of ours.
        KeyUnusableError: The capsule key is not a P-256 key.
    """
    secrets = derive_secrets(seed)
    signatory = transcript.signatory
    if transcript.code_commitment != code_commitment(secrets.nonce, secrets.code):
        raise TranscriptMalformedError("commits to another code", place="$.code.commitment")
    if signatory.capsule_key != key_id(capsule_key):
        raise TranscriptMalformedError("names another key", place="$.signatory.capsule_key")
    if signatory.passkey != (None if passkey is None else key_id(passkey)):
        raise TranscriptMalformedError("names another key", place="$.signatory.passkey")
    tau = transcript.tau
    return OpenAttempt(
        transcript=transcript,
        tau=tau,
        capsule=seal_capsule(secrets, capsule_key=capsule_key, tau=tau),
        capsule_key=capsule_key,
        passkey=passkey,
        escrow=escrow,
        seed=seed,
    )


def declare(attempt: OpenAttempt, declaration: Declaration, *, attributes: bytes) -> DeclaredAttempt:
    """Take up the declared intent and release the signed attributes.

    Args:
        attempt: The attempt in which the intent was judged.
        declaration: From ``judge_intent`` of this very attempt.
        attributes: DER of the signed attributes over this attempt's evidence.

    Raises:
        ValueError: The declaration was judged in another attempt: a fault of ours.
    """
    if declaration.tau != attempt.tau:
        raise ValueError("declared in another attempt")
    return DeclaredAttempt(offer=attempt, declaration=declaration, attributes=attributes)


def sign(attempt: DeclaredAttempt, *, signature: bytes, certificate: bytes, now: datetime) -> SignedAttempt:
    """Take up a signature that was verified; the seed is forgotten.

    Args:
        attempt: The declared attempt.
        signature: DER signature value over the attributes, from ``judge_signature`` or by the company's seal.
        certificate: DER certificate of the key that signed.
        now: The present instant.

    Raises:
        ValueError: The transcript names another certificate: a fault of ours.
    """
    offer = attempt.offer
    named = offer.transcript.signatory.certificate
    if named is not None and named != sha256(certificate):
        raise ValueError("signed under another certificate")
    return SignedAttempt(
        transcript=offer.transcript,
        tau=offer.tau,
        capsule=offer.capsule,
        capsule_key=offer.capsule_key,
        passkey=offer.passkey,
        escrow=offer.escrow,
        wrong_codes=offer.wrong_codes,
        declaration=attempt.declaration,
        attributes=attempt.attributes,
        certificate=certificate,
        signature=signature,
        signed_at=seconds(now),
    )


def is_over(attempt: LiveAttempt, now: datetime) -> bool:
    """Return whether the attempt's time is over; its end is an exclusive instant."""
    return now >= from_seconds(attempt.transcript.expires_at)


def expire(attempt: LiveAttempt, now: datetime) -> ExpiredAttempt:
    """End an attempt whose time is over; the seed is forgotten.

    Raises:
        ValueError: Its time is not over.
    """
    if not is_over(attempt, now):
        raise ValueError("the attempt's time is not over")
    return ExpiredAttempt(**_rest(attempt, now))


def lock(attempt: OpenAttempt, now: datetime) -> LockedAttempt:
    """End an attempt after too many wrong codes; the seed is forgotten.

    Raises:
        ValueError: There are tries left.
    """
    if attempt.tries_left > 0:
        raise ValueError("there are tries left")
    return LockedAttempt(**_rest(attempt, now))


def supersede(attempt: Attempt, now: datetime) -> SupersededAttempt | LockedAttempt | ExpiredAttempt:
    """End the attempt before a new one; an ended attempt stays as it is.

    Raises:
        SignatureAlreadyMadeError: The attempt is signed; no other may follow it.
    """
    if isinstance(attempt, SignedAttempt):
        raise SignatureAlreadyMadeError
    if isinstance(attempt, OpenAttempt | DeclaredAttempt):
        return SupersededAttempt(**_rest(attempt, now))
    return attempt


def _rest(attempt: LiveAttempt, now: datetime) -> dict[str, Any]:
    offer = attempt.offer if isinstance(attempt, DeclaredAttempt) else attempt
    return {
        "transcript": offer.transcript,
        "tau": offer.tau,
        "capsule": offer.capsule,
        "capsule_key": offer.capsule_key,
        "escrow": offer.escrow,
        "wrong_codes": offer.wrong_codes,
        "ended_at": seconds(now),
    }
