"""The scratch field (*Rubbelfeld*): an attempt from the offer to the declared and signed intent.

What enters: random seeds, public keys, the transcript of an attempt, and the agent's messages as bytes. What leaves:
messages that may be acted on, attempts in typed states (open, declared, signed, or ended), answers as bytes, and what a
disclosed seed shows in a dispute. What may be touched here: nothing outside; time and seeds come in as arguments (only
the escrow's ephemeral key is drawn by the library). Clauses: docs/ceremony-spec.md; RFC 9180 (HPKE), RFC 7515 (JWS),
W3C WebAuthn Level 3, BGB § 312j (2) and (3) (order button).
"""

from esign.ceremony.answers import (
    Greeting,
    OfferedEnrolment,
    OidcIdentification,
    answer_enrol,
    answer_hello,
    answer_intent,
    answer_open,
    answer_signed,
)
from esign.ceremony.attempt import (
    Attempt,
    Declaration,
    DeclaredAttempt,
    ExpiredAttempt,
    LiveAttempt,
    LockedAttempt,
    OpenAttempt,
    SignedAttempt,
    SupersededAttempt,
    declare,
    expire,
    is_over,
    lock,
    open_attempt,
    sign,
    supersede,
)
from esign.ceremony.capsule import (
    Sealed,
    code_commitment,
    derive_secrets,
    open_escrow,
    seal_escrow,
    transcript_hash,
)
from esign.ceremony.disclosure import DisclosureCheck, check_disclosure
from esign.ceremony.errors import CeremonyError
from esign.ceremony.judgement import Declared, Locked, WrongCode, judge_intent, judge_signature, verify_signature
from esign.ceremony.messages import (
    Envelope,
    Message,
    invitation_hash,
    peek,
    read_message,
    stored_token_hash,
    verify,
)
from esign.ceremony.records import from_record, state_of, to_record
from esign.ceremony.transcript import (
    AttachedFile,
    Revision,
    Transcript,
    TranscriptDeclaration,
    TranscriptDocument,
    TranscriptOrder,
    TranscriptPolicy,
    TranscriptSignatory,
    TranscriptStatement,
)
from esign.ceremony.user_verification import UserVerificationStatement, relying_party, verify_user

__all__ = [
    "AttachedFile",
    "Attempt",
    "CeremonyError",
    "Declaration",
    "Declared",
    "DeclaredAttempt",
    "DisclosureCheck",
    "Envelope",
    "ExpiredAttempt",
    "Greeting",
    "LiveAttempt",
    "Locked",
    "LockedAttempt",
    "Message",
    "OfferedEnrolment",
    "OidcIdentification",
    "OpenAttempt",
    "Revision",
    "Sealed",
    "SignedAttempt",
    "SupersededAttempt",
    "Transcript",
    "TranscriptDeclaration",
    "TranscriptDocument",
    "TranscriptOrder",
    "TranscriptPolicy",
    "TranscriptSignatory",
    "TranscriptStatement",
    "UserVerificationStatement",
    "WrongCode",
    "answer_enrol",
    "answer_hello",
    "answer_intent",
    "answer_open",
    "answer_signed",
    "check_disclosure",
    "code_commitment",
    "declare",
    "derive_secrets",
    "expire",
    "from_record",
    "invitation_hash",
    "is_over",
    "judge_intent",
    "judge_signature",
    "lock",
    "open_attempt",
    "open_escrow",
    "peek",
    "read_message",
    "relying_party",
    "seal_escrow",
    "sign",
    "state_of",
    "stored_token_hash",
    "supersede",
    "to_record",
    "transcript_hash",
    "verify",
    "verify_signature",
    "verify_user",
]
