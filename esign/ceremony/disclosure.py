"""The check that settles a dispute: with the disclosed seed anybody recomputes the capsule and the proof.

Source: docs/ceremony-spec.md section 9.
"""

from __future__ import annotations

from dataclasses import dataclass

from esign.ceremony.capsule import (
    Sealed,
    code_commitment,
    derive_secrets,
    proof_of_intent,
    seal_capsule,
    transcript_hash,
)
from esign.ceremony.errors import KeyUnusableError, TranscriptMalformedError
from esign.ceremony.keys import key_id
from esign.ceremony.limits import SEED_BYTES
from esign.ceremony.transcript import Transcript
from esign.foundation.digests import equal


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureCheck:
    """One thing that was recomputed, and whether it came out as the evidence says."""

    name: str
    ok: bool


def check_disclosure(
    *, transcript: bytes, capsule: Sealed, capsule_key: bytes, proof: bytes, seed: bytes
) -> tuple[DisclosureCheck, ...]:
    """Return what the disclosed seed shows about an attempt; wrong values are findings, never errors.

    Args:
        transcript: The transcript's bytes.
        capsule: The capsule that was sent to the signatory.
        capsule_key: SubjectPublicKeyInfo that the capsule was sealed to. Whether the certificate binds it to the
            signatory is checked with the certificate, not here.
        proof: The proof of intent that stands inside the signature.
        seed: The disclosed seed.

    Returns:
        Always the same five checks in the same order: ``transcript_readable``, ``capsule_key_named``,
        ``code_committed``, ``capsule_recomputed``, ``intent_proved``.
    """
    tau = transcript_hash(transcript)
    try:
        terms: Transcript | None = Transcript.parse(transcript)
    except TranscriptMalformedError:
        terms = None
    secrets = derive_secrets(seed) if len(seed) == SEED_BYTES else None
    recomputed: Sealed | None = None
    if secrets is not None:
        try:
            recomputed = seal_capsule(secrets, capsule_key=capsule_key, tau=tau)
        except KeyUnusableError:
            recomputed = None
    return (
        DisclosureCheck(name="transcript_readable", ok=terms is not None),
        DisclosureCheck(
            name="capsule_key_named", ok=terms is not None and terms.signatory.capsule_key == key_id(capsule_key)
        ),
        DisclosureCheck(
            name="code_committed",
            ok=terms is not None
            and secrets is not None
            and equal(code_commitment(secrets.nonce, secrets.code), terms.code_commitment),
        ),
        DisclosureCheck(name="capsule_recomputed", ok=recomputed is not None and recomputed == capsule),
        DisclosureCheck(
            name="intent_proved",
            ok=secrets is not None and equal(proof_of_intent(secrets.nonce, tau, secrets.code), proof),
        ),
    )
