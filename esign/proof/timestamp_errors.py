"""Each way in which a timestamp can be wrong has an error of its own."""

from __future__ import annotations

from esign.proof.errors import ProofError


class TimestampError(ProofError):
    """A timestamp is not good; what it should have proved is not proved."""

    code = "proof.timestamp"
    source = "RFC 3161"


class TimestampMalformed(TimestampError):
    """The reply or token is not what RFC 3161 describes."""

    code = "proof.timestamp.malformed"


class TimestampRefused(TimestampError):
    """The authority declined to stamp; the facts name its status and reason."""

    code = "proof.timestamp.refused"
    source = "RFC 3161 section 2.4.2"


class TimestampImprintDiffers(TimestampError):
    """The token stamps something else."""

    code = "proof.timestamp.imprint_differs"


class TimestampNonceDiffers(TimestampError):
    """The token does not answer this request: perhaps an old one replayed."""

    code = "proof.timestamp.nonce_differs"


class TimestampSignerMissing(TimestampError):
    """The token does not hold exactly one signer with the certificate that signed."""

    code = "proof.timestamp.signer_missing"


class TimestampSigningCertificateDiffers(TimestampError):
    """The signed reference to the signing certificate is missing or names another certificate."""

    code = "proof.timestamp.signing_certificate_differs"
    source = "RFC 3161 section 2.4.2; RFC 5816"


class TimestampSignatureInvalid(TimestampError):
    """The authority's signature does not hold."""

    code = "proof.timestamp.signature_invalid"
    source = "RFC 5652 section 5.4"


class TimestampAlgorithmRefused(TimestampError):
    """The token is signed with an algorithm or a key that is too weak or unknown here."""

    code = "proof.timestamp.algorithm_refused"
    source = "ETSI TS 119 312"


class TimestampKeyUsage(TimestampError):
    """The certificate is not one for timestamps alone."""

    code = "proof.timestamp.key_usage"
    source = "RFC 3161 section 2.3"


class TimestampCertificateNotValid(TimestampError):
    """The authority's certificate was not valid at the time in the token."""

    code = "proof.timestamp.certificate_not_valid"


class TimestampTimeImplausible(TimestampError):
    """The time in the token is far from ours: one of the two clocks is wrong, and neither is believed."""

    code = "proof.timestamp.time_implausible"


class TimestampUntrusted(TimestampError):
    """The authority's certificate does not lead to a trusted anchor."""

    code = "proof.timestamp.untrusted"
