"""Judging an intent and a signature against the attempt that they are for.

Intent, in this order (docs/ceremony-spec.md section 6):

1. It is for this attempt, from the device that opened it, and the attempt is open.
2. The attempt's time is not over.
3. ``have`` shows that the capsule was opened. Without it nothing is counted.
4. ``proof`` is over the right code. A wrong one is counted; the fifth locks the attempt.
5. Label of the control and summary above it are those of the transcript.
6. The passkey verified the user for this transcript, where the transcript asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esign.ceremony.attempt import (
    Attempt,
    Declaration,
    DeclaredAttempt,
    ExpiredAttempt,
    LockedAttempt,
    OpenAttempt,
    SignedAttempt,
    SupersededAttempt,
    is_over,
    lock,
)
from esign.ceremony.capsule import derive_secrets, proof_of_intent, proof_of_opening
from esign.ceremony.errors import (
    CeremonyError,
    IntentAlreadyDeclaredError,
    IntentAlreadySignedError,
    IntentCapsuleNotOpenedError,
    IntentExpiredError,
    IntentForeignDeviceError,
    IntentForeignTranscriptError,
    IntentLockedError,
    IntentOrderLabelError,
    IntentOrderSummaryError,
    IntentSupersededError,
    IntentWrongCodeError,
    SignatureAlreadyMadeError,
    SignatureExpiredError,
    SignatureForeignDeviceError,
    SignatureForeignTranscriptError,
    SignatureInvalidError,
    SignatureLockedError,
    SignatureNotDeclaredError,
    SignatureSupersededError,
    UserVerificationMissingError,
    UserVerificationUnexpectedError,
)
from esign.ceremony.messages import Message
from esign.ceremony.user_verification import UserVerificationStatement, verify_user
from esign.foundation.clock import seconds
from esign.foundation.digests import equal, sha256
from esign.foundation.encoding import from_b64url

_INTENT_REFUSALS: Final[Mapping[type, type[CeremonyError]]] = {
    DeclaredAttempt: IntentAlreadyDeclaredError,
    SignedAttempt: IntentAlreadySignedError,
    LockedAttempt: IntentLockedError,
    ExpiredAttempt: IntentExpiredError,
    SupersededAttempt: IntentSupersededError,
}

_SIGNATURE_REFUSALS: Final[Mapping[type, type[CeremonyError]]] = {
    OpenAttempt: SignatureNotDeclaredError,
    SignedAttempt: SignatureAlreadyMadeError,
    LockedAttempt: SignatureLockedError,
    ExpiredAttempt: SignatureExpiredError,
    SupersededAttempt: SignatureSupersededError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The intent is good; ``declare`` takes it up."""

    declaration: Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCode:
    """The code was wrong and is counted: keep ``attempt``, then raise the refusal."""

    attempt: OpenAttempt
    left: int

    def refusal(self) -> IntentWrongCodeError:
        """Return the error to answer with, once the counted attempt is kept."""
        return IntentWrongCodeError(left=self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """The code was wrong once too often: keep ``attempt``, then raise the refusal."""

    attempt: LockedAttempt

    def refusal(self) -> IntentLockedError:
        """Return the error to answer with, once the locked attempt is kept."""
        return IntentLockedError()


def judge_intent(attempt: Attempt, message: Message, now: datetime) -> Declared | WrongCode | Locked:
    """Judge a declaration of intent; the attempt itself is not changed.

    Args:
        attempt: The attempt as it is kept.
        message: An ``intent`` that was read by ``read_message``.
        now: The present instant.

    Raises:
        IntentError: Refused; nothing is counted. The class says why.
        UserVerificationError: The passkey's statement is missing, superfluous or not good; nothing is counted.
    """
    payload = message.payload
    if payload["transcript"] != attempt.tau.hex():
        raise IntentForeignTranscriptError
    if message.device_key_id != attempt.transcript.signatory.device_key.hex():
        raise IntentForeignDeviceError
    if not isinstance(attempt, OpenAttempt):
        raise _INTENT_REFUSALS[type(attempt)]
    if is_over(attempt, now):
        raise IntentExpiredError
    secrets = derive_secrets(attempt.seed)
    if not equal(bytes.fromhex(payload["have"]), proof_of_opening(secrets.nonce, attempt.tau)):
        raise IntentCapsuleNotOpenedError
    proof = bytes.fromhex(payload["proof"])
    if not equal(proof, proof_of_intent(secrets.nonce, attempt.tau, secrets.code)):
        counted = replace(attempt, wrong_codes=attempt.wrong_codes + 1)
        if counted.tries_left > 0:
            return WrongCode(attempt=counted, left=counted.tries_left)
        return Locked(attempt=lock(counted, now))
    if payload["order"]["label"] != attempt.transcript.order.label:
        raise IntentOrderLabelError
    if payload["order"]["summary"] != attempt.transcript.order.summary.hex():
        raise IntentOrderSummaryError
    return Declared(
        declaration=Declaration(
            tau=attempt.tau,
            proof=proof,
            user_verification=_user_verification(attempt, payload),
            telemetry=payload["telemetry"],
            clock_skew=payload["clock_skew"],
            declared_at=seconds(now),
        )
    )


def judge_signature(attempt: Attempt, message: Message, now: datetime, *, certificate: bytes) -> bytes:
    """Return the DER signature value of a signature that the certified key made over the released attributes.

    Args:
        attempt: The attempt as it is kept.
        message: A ``signature`` that was read by ``read_message``.
        now: The present instant.
        certificate: DER certificate of the signatory.

    Raises:
        SignatureError: Refused; the class says why. The attempt itself is not changed.
    """
    payload = message.payload
    if payload["transcript"] != attempt.tau.hex():
        raise SignatureForeignTranscriptError
    if message.device_key_id != attempt.transcript.signatory.device_key.hex():
        raise SignatureForeignDeviceError
    if not isinstance(attempt, DeclaredAttempt):
        raise _SIGNATURE_REFUSALS[type(attempt)]
    if is_over(attempt, now):
        raise SignatureExpiredError
    if attempt.transcript.signatory.certificate != sha256(certificate):
        raise SignatureInvalidError("not the certificate that the transcript names")
    return verify_signature(attempt.attributes, from_b64url(payload["signature"]), certificate)


def verify_signature(attributes: bytes, signature: bytes, certificate: bytes) -> bytes:
    """Return the DER form of an ECDSA signature r||s (64 bytes) by the certified P-256 key over the attributes.

    Raises:
        SignatureInvalidError: It is not one.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureInvalidError("the certificate cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SignatureInvalidError("the certified key is not of P-256")
    if len(signature) != 64:
        raise SignatureInvalidError("not r||s of P-256")
    encoded = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        key.verify(encoded, attributes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureInvalidError from error
    return encoded


def _user_verification(attempt: OpenAttempt, payload: Mapping[str, Any]) -> UserVerificationStatement | None:
    given = payload.get("user_verification")
    if attempt.transcript.user_verification == "none":
        if given is not None:
            raise UserVerificationUnexpectedError
        return None
    if given is None or attempt.passkey is None:
        raise UserVerificationMissingError
    statement = UserVerificationStatement(
        authenticator_data=from_b64url(given["authenticator_data"]),
        client_data=from_b64url(given["client_data"]),
        signature=from_b64url(given["signature"]),
    )
    verify_user(statement, tau=attempt.tau, audience=attempt.transcript.audience, passkey=attempt.passkey)
    return statement
