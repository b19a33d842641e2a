"""Attempts as plain mappings and back: what the store keeps, under the vault key, between two messages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from esign.ceremony.attempt import (
    Attempt,
    Declaration,
    DeclaredAttempt,
    ExpiredAttempt,
    LockedAttempt,
    OpenAttempt,
    SignedAttempt,
    SupersededAttempt,
)
from esign.ceremony.capsule import Sealed, transcript_hash
from esign.ceremony.errors import CeremonyError
from esign.ceremony.transcript import Transcript
from esign.ceremony.user_verification import UserVerificationStatement
from esign.foundation.encoding import EncodingError, b64url, from_b64url, from_hex

RECORD_VERSION: Final = 1
"""Version of this record's form; a reader refuses those that it does not know."""

_STATES: Final[Mapping[str, type]] = MappingProxyType(
    {
        "open": OpenAttempt,
        "declared": DeclaredAttempt,
        "signed": SignedAttempt,
        "locked": LockedAttempt,
        "expired": ExpiredAttempt,
        "superseded": SupersededAttempt,
    }
)
_NAMES: Final = {kind: name for name, kind in _STATES.items()}


class AttemptRecordError(CeremonyError):
    """A kept attempt cannot be read: another version, or damaged."""

    code = "ceremony.attempt_record"


def state_of(attempt: Attempt) -> str:
    """Return the state's word: open, declared, signed, locked, expired, superseded."""
    return _NAMES[type(attempt)]


def to_record(attempt: Attempt) -> dict[str, Any]:
    """Return the attempt as a plain mapping that JSON carries. Live states contain the seed: seal it."""
    offer = attempt.offer if isinstance(attempt, DeclaredAttempt) else attempt
    record: dict[str, Any] = {
        "version": RECORD_VERSION,
        "state": state_of(attempt),
        "transcript": b64url(offer.transcript.canonical()),
        "tau": offer.tau.hex(),
        "capsule": _sealed_record(offer.capsule),
        "capsule_key": b64url(offer.capsule_key),
        "escrow": _sealed_record(offer.escrow),
        "wrong_codes": offer.wrong_codes,
    }
    if isinstance(offer, OpenAttempt | SignedAttempt):
        record["passkey"] = None if offer.passkey is None else b64url(offer.passkey)
    if isinstance(offer, OpenAttempt):
        record["seed"] = b64url(offer.seed)
    if isinstance(attempt, DeclaredAttempt | SignedAttempt):
        record["declaration"] = _declaration_record(attempt.declaration)
        record["attributes"] = b64url(attempt.attributes)
    if isinstance(attempt, SignedAttempt):
        record["certificate"] = b64url(attempt.certificate)
        record["signature"] = b64url(attempt.signature)
        record["signed_at"] = attempt.signed_at
    if isinstance(attempt, LockedAttempt | ExpiredAttempt | SupersededAttempt):
        record["ended_at"] = attempt.ended_at
    return record


def from_record(record: Mapping[str, Any]) -> Attempt:
    """Return the attempt that a record was made of.

    Raises:
        AttemptRecordError: Another version, or not a record of :func:`to_record`.
        TranscriptMalformedError: The transcript inside is not one.
    """
    try:
        if record["version"] != RECORD_VERSION:
            raise AttemptRecordError("another version", version=record["version"])
        return _read(record)
    except (KeyError, TypeError, AttributeError, ValueError, EncodingError) as error:
        raise AttemptRecordError("not a record of an attempt") from error


def _read(record: Mapping[str, Any]) -> Attempt:
    state = record["state"]
    transcript = from_b64url(record["transcript"])
    if transcript_hash(transcript).hex() != record["tau"]:
        raise AttemptRecordError("transcript and its hash do not belong together")
    rest: dict[str, Any] = {
        "transcript": Transcript.parse(transcript),
        "tau": from_hex(record["tau"], 32),
        "capsule": _read_sealed(record["capsule"]),
        "capsule_key": from_b64url(record["capsule_key"]),
        "escrow": _read_sealed(record["escrow"]),
        "wrong_codes": int(record["wrong_codes"]),
    }
    if state in ("locked", "expired", "superseded"):
        ended: LockedAttempt | ExpiredAttempt | SupersededAttempt = _STATES[state](
            **rest, ended_at=int(record["ended_at"])
        )
        return ended
    rest["passkey"] = None if record["passkey"] is None else from_b64url(record["passkey"])
    if state == "signed":
        return SignedAttempt(
            **rest,
            declaration=_read_declaration(record["declaration"], rest["tau"]),
            attributes=from_b64url(record["attributes"]),
            certificate=from_b64url(record["certificate"]),
            signature=from_b64url(record["signature"]),
            signed_at=int(record["signed_at"]),
        )
    offer = OpenAttempt(**rest, seed=from_b64url(record["seed"]))
    if state == "open":
        return offer
    if state == "declared":
        return DeclaredAttempt(
            offer=offer,
            declaration=_read_declaration(record["declaration"], offer.tau),
            attributes=from_b64url(record["attributes"]),
        )
    raise AttemptRecordError("unknown state")


def _sealed_record(sealed: Sealed) -> dict[str, str]:
    return {"enc": b64url(sealed.enc), "ct": b64url(sealed.ct)}


def _read_sealed(record: Mapping[str, str]) -> Sealed:
    return Sealed(enc=from_b64url(record["enc"]), ct=from_b64url(record["ct"]))


def _declaration_record(declaration: Declaration) -> dict[str, Any]:
    statement = declaration.user_verification
    return {
        "proof": declaration.proof.hex(),
        "user_verification": None
        if statement is None
        else {
            "authenticator_data": b64url(statement.authenticator_data),
            "client_data": b64url(statement.client_data),
            "signature": b64url(statement.signature),
        },
        "telemetry": dict(declaration.telemetry),
        "clock_skew": declaration.clock_skew,
        "declared_at": declaration.declared_at,
    }


def _read_declaration(record: Mapping[str, Any], tau: bytes) -> Declaration:
    given = record["user_verification"]
    return Declaration(
        tau=tau,
        proof=from_hex(record["proof"], 32),
        user_verification=None
        if given is None
        else UserVerificationStatement(**{name: from_b64url(text) for name, text in given.items()}),
        telemetry=MappingProxyType(dict(record["telemetry"])),
        clock_skew=int(record["clock_skew"]),
        declared_at=int(record["declared_at"]),
    )
