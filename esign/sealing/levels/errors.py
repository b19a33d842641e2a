"""Why a document gets no timestamp, or does not reach its level. Facts name hosts, states and numbers only."""

from __future__ import annotations

from esign.sealing.errors import SealingError


class SealTimestampError(SealingError):
    """No good timestamp was to be had; the document is set aside, and no seal without a proven time leaves."""

    code = "sealing.timestamp"
    source = "RFC 3161"


class TimestampUnreachable(SealTimestampError):
    """No connection to the timestamp authority could be made, or it broke."""

    code = "sealing.timestamp.unreachable"


class TimestampSilent(SealTimestampError):
    """The timestamp authority did not answer in time."""

    code = "sealing.timestamp.silent"


class TimestampStatus(SealTimestampError):
    """The timestamp authority answered with an HTTP error."""

    code = "sealing.timestamp.status"


class TimestampBusy(SealTimestampError):
    """The timestamp authority asks to come back later (HTTP 429, 503), later than this document waits."""

    code = "sealing.timestamp.busy"


class TimestampTooLarge(SealTimestampError):
    """The answer is larger than any honest one."""

    code = "sealing.timestamp.too_large"


class TimestampGarbled(SealTimestampError):
    """The answer is not what RFC 3161 describes."""

    code = "sealing.timestamp.malformed"


class TimestampDeclined(SealTimestampError):
    """The timestamp authority declined to stamp; the facts name its status and reason."""

    code = "sealing.timestamp.refused"
    source = "RFC 3161 section 2.4.2"


class TimestampOfSomethingElse(SealTimestampError):
    """The token stamps another digest than was asked for."""

    code = "sealing.timestamp.imprint_differs"


class TimestampReplayed(SealTimestampError):
    """The token does not carry the nonce of the request, or the serial number of another token."""

    code = "sealing.timestamp.replayed"


class TimestampTimeWrong(SealTimestampError):
    """The time in the token is far from ours: one of the two clocks is wrong, and neither is believed."""

    code = "sealing.timestamp.time_implausible"


class TimestampPolicyDiffers(SealTimestampError):
    """The token was made under another policy than those that are accepted."""

    code = "sealing.timestamp.policy_differs"


class TimestampSignatureWrong(SealTimestampError):
    """The authority's signature does not hold, or is made with an algorithm that is too weak."""

    code = "sealing.timestamp.signature_invalid"
    source = "RFC 5652 section 5.4"


class TimestampCertificateRefused(SealTimestampError):
    """The certificate that signed is not one for timestamps, was not valid then, or leads to no trusted anchor."""

    code = "sealing.timestamp.certificate"
    source = "RFC 3161 section 2.3; RFC 5280 section 6"


class TimestampUnavailable(SealTimestampError):
    """No timestamp authority is configured, or all of them have been out of order for longer than is waited."""

    code = "sealing.timestamp.unavailable"


class LevelError(SealingError):
    """A sealed document does not reach the level that was asked for."""

    code = "sealing.level"


class RevocationUnknown(LevelError):
    """Whether a certificate is revoked could not be learned."""

    code = "sealing.level.revocation"


class LevelNotReached(LevelError):
    """The revision that would raise the document to its level does not fit or cannot be written."""

    code = "sealing.level.not_reached"
