"""What the ceremony refuses, one class for each reason; the code is what the agent and the person's page go by."""

from __future__ import annotations

from typing import ClassVar

from esign.foundation.errors import EsignError


class CeremonyError(EsignError):
    """The ceremony refused something."""

    code = "ceremony"
    source: ClassVar[str | None] = "docs/ceremony-spec.md"


class KeyUnusableError(CeremonyError):
    """A public key is not the one DER encoding of a point on P-256."""

    code = "ceremony.key"


class TranscriptMalformedError(CeremonyError):
    """Bytes are not a transcript of this protocol version."""

    code = "ceremony.transcript"


class CapsuleUnopenedError(CeremonyError):
    """A sealed value does not open with this key for this use."""

    code = "ceremony.capsule"


class AnswerMalformedError(CeremonyError):
    """An answer that this server was about to give is not one of this protocol: a fault of ours."""

    code = "ceremony.answer"


# Messages -------------------------------------------------------------------------------------------------------


class MessageError(CeremonyError):
    """A message of the agent was refused before its content was looked at."""

    code = "ceremony.message"


class MessageMalformedError(MessageError):
    """The message is not a signed message of this protocol version."""

    code = "ceremony.message.malformed"


class MessageTooLargeError(MessageError):
    """The message is larger than any honest one."""

    code = "ceremony.message.too_large"


class MessageSignatureError(MessageError):
    """The message is not signed by the device key that it names."""

    code = "ceremony.message.signature"


class MessageWrongTypeError(MessageError):
    """The message is of another type than the address that it was sent to."""

    code = "ceremony.message.wrong_type"


class MessageForeignAudienceError(MessageError):
    """The message was made by an agent of another origin."""

    code = "ceremony.message.foreign_audience"


class MessageForeignInvitationError(MessageError):
    """The message was made for another invitation."""

    code = "ceremony.message.foreign_invitation"


class MessageReplayedError(MessageError):
    """The message's number was used before with another content."""

    code = "ceremony.message.replayed"


class MessageUnknownDeviceError(MessageError):
    """The device key is not bound to this invitation; the agent says hello first."""

    code = "ceremony.message.unknown_device"


# Invitation -----------------------------------------------------------------------------------------------------


class InvitationError(CeremonyError):
    """The invitation does not carry what was asked."""

    code = "ceremony.invitation"


class InvitationUnknownError(InvitationError):
    """There is no such invitation, or no longer; more is not said to whoever holds no valid token."""

    code = "ceremony.invitation.unknown"


class InvitationBoundError(InvitationError):
    """The invitation works on the device that opened it first; another one needs a hand-over, or a new invitation."""

    code = "ceremony.invitation.bound"


class InvitationTooManyDevicesError(InvitationError):
    """As many devices as one invitation may have are bound to it already."""

    code = "ceremony.invitation.too_many_devices"


class InvitationTooManyAttemptsError(InvitationError):
    """As many attempts as one invitation may have were made already."""

    code = "ceremony.invitation.too_many_attempts"


class HandoverError(CeremonyError):
    """The hand-over token does not bind this device."""

    code = "ceremony.handover"


class HandoverExpiredError(HandoverError):
    """The hand-over token's ten minutes are over, or a newer one took its place; the first device makes a new one."""

    code = "ceremony.handover.expired"


class HandoverUsedError(HandoverError):
    """The hand-over token bound another device; the first device makes a new one."""

    code = "ceremony.handover.used"


class HandoverBoundDeviceError(HandoverError):
    """The device is bound by another token of this invitation; it goes on with that one."""

    code = "ceremony.handover.bound_device"


class HandoverDeviceOwnerError(HandoverError):
    """The link is for a device of the company and the agent says that it runs on the signatory's, or the reverse."""

    code = "ceremony.handover.device_owner"


# Intent ---------------------------------------------------------------------------------------------------------


class IntentError(CeremonyError):
    """The declaration of intent was not accepted; nothing was declared."""

    code = "ceremony.intent"


class IntentForeignTranscriptError(IntentError):
    """The message speaks of another transcript than this attempt's."""

    code = "ceremony.intent.foreign_transcript"


class IntentForeignDeviceError(IntentError):
    """The message comes from another device than the one that opened this attempt."""

    code = "ceremony.intent.foreign_device"


class IntentAlreadyDeclaredError(IntentError):
    """In this attempt the intent was declared already."""

    code = "ceremony.intent.already_declared"


class IntentAlreadySignedError(IntentError):
    """This attempt ended with a signature."""

    code = "ceremony.intent.already_signed"


class IntentSupersededError(IntentError):
    """A newer attempt took this one's place."""

    code = "ceremony.intent.superseded"


class IntentExpiredError(IntentError):
    """The attempt's time is over; a new one can be started."""

    code = "ceremony.intent.expired"


class IntentLockedError(IntentError):
    """Too many wrong codes; a new attempt with a new code can be started."""

    code = "ceremony.intent.locked"


class IntentCapsuleNotOpenedError(IntentError):
    """The sender does not show that it opened the capsule; nothing is counted."""

    code = "ceremony.intent.capsule_not_opened"


class IntentWrongCodeError(IntentError):
    """The typed code is not the one in the capsule; it was counted."""

    code = "ceremony.intent.wrong_code"


class IntentOrderLabelError(IntentError):
    """The control that was used did not carry the label that the transcript asks for."""

    code = "ceremony.intent.order_label"
    source = "BGB § 312j (3)"


class IntentOrderSummaryError(IntentError):
    """The summary above the control was not the one that the transcript names."""

    code = "ceremony.intent.order_summary"
    source = "BGB § 312j (2)"


# Signature ------------------------------------------------------------------------------------------------------


class SignatureError(CeremonyError):
    """The signature was not accepted."""

    code = "ceremony.signature"


class SignatureInvalidError(SignatureError):
    """The signature is not one by the certified key over the released attributes."""

    code = "ceremony.signature.invalid"


class SignatureForeignTranscriptError(SignatureError):
    """The message speaks of another transcript than this attempt's."""

    code = "ceremony.signature.foreign_transcript"


class SignatureForeignDeviceError(SignatureError):
    """The message comes from another device than the one that opened this attempt."""

    code = "ceremony.signature.foreign_device"


class SignatureNotDeclaredError(SignatureError):
    """No intent was declared in this attempt, so there is nothing to sign."""

    code = "ceremony.signature.not_declared"


class SignatureAlreadyMadeError(SignatureError):
    """The attempt has its signature already."""

    code = "ceremony.signature.already_made"


class SignatureSupersededError(SignatureError):
    """A newer attempt took this one's place before it was signed."""

    code = "ceremony.signature.superseded"


class SignatureLockedError(SignatureError):
    """The attempt was locked after too many wrong codes; there is nothing to sign."""

    code = "ceremony.signature.locked"


class SignatureExpiredError(SignatureError):
    """The attempt's time was over before it was signed; a new one can be started."""

    code = "ceremony.signature.expired"


# User verification ----------------------------------------------------------------------------------------------


class UserVerificationError(CeremonyError):
    """The passkey's statement "user verified for this transcript" was not accepted."""

    code = "ceremony.user_verification"
    source = "W3C WebAuthn Level 3 section 7.2"


class UserVerificationMissingError(UserVerificationError):
    """The transcript asks for a passkey's statement and there is none."""

    code = "ceremony.user_verification.missing"


class UserVerificationUnexpectedError(UserVerificationError):
    """There is a passkey's statement although the transcript asks for none."""

    code = "ceremony.user_verification.unexpected"


class UserVerificationMalformedError(UserVerificationError):
    """The statement cannot be read."""

    code = "ceremony.user_verification.malformed"


class UserVerificationChallengeError(UserVerificationError):
    """The passkey signed another challenge than this transcript's."""

    code = "ceremony.user_verification.challenge"


class UserVerificationOriginError(UserVerificationError):
    """The passkey was used at another origin, or inside a frame of one."""

    code = "ceremony.user_verification.origin"


class UserVerificationRelyingPartyError(UserVerificationError):
    """The passkey belongs to another relying party."""

    code = "ceremony.user_verification.relying_party"


class UserVerificationNotVerifiedError(UserVerificationError):
    """The authenticator did not verify the user, only presence at best."""

    code = "ceremony.user_verification.not_verified"


class UserVerificationSignatureError(UserVerificationError):
    """The statement is not signed by the passkey that the certificate is bound to."""

    code = "ceremony.user_verification.signature"
