"""Why a signature cannot be augmented. Whichever it is: nothing was written."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class PreservationError(EsignError):
    """A signed file cannot be augmented; it stays as it was."""

    code = "preservation"


class FileNotReadable(PreservationError):
    """The file cannot be read as a signed PDF: damaged, encrypted, or it costs more than is spent on a file."""

    code = "preservation.unreadable"


class NothingSigned(PreservationError):
    """There is no signature in the file that could be augmented."""

    code = "preservation.no_signature"


class SignatureNotValid(PreservationError):
    """A signature or timestamp of the file is not valid, or not shown to be; a timestamp would not make it good."""

    code = "preservation.not_valid"
    source = "ETSI EN 319 102-1 clause 5"


class SignatureModified(SignatureNotValid):
    """What was signed was changed, or the file was changed in a way that its signatures do not permit."""

    code = "preservation.not_valid.modified"


class SignatureRevoked(SignatureNotValid):
    """A certificate was revoked before the signature is proven to have existed."""

    code = "preservation.not_valid.revoked"


class SignatureUntrusted(SignatureNotValid):
    """A chain of certificates does not end at a trust anchor."""

    code = "preservation.not_valid.untrusted"


class SignatureExpired(SignatureNotValid):
    """A certificate expired before anything proves that the signature existed; no timestamp of today can help."""

    code = "preservation.not_valid.expired"


class SignatureWeak(SignatureNotValid):
    """An algorithm proves nothing any more, and nothing proves that the signature is older."""

    code = "preservation.not_valid.weak"
    source = "ETSI TS 119 312"


class LevelNotReachable(PreservationError):
    """A signature of the file is of no kind that has levels, or does not reach the one that is wanted."""

    code = "preservation.level"
    source = "ETSI EN 319 142-1 clause 6"


class GraceNotOver(PreservationError):
    """The revocation data about a signer are not from long enough after the signature; try again later."""

    code = "preservation.grace"
    source = "ETSI EN 319 102-1 clause 5.2.5.4"


class NoHashReliable(PreservationError):
    """No hash that timestamps are asked for with proves anything any more."""

    code = "preservation.hash"
    source = "ETSI TS 119 312"


class ResultRefused(PreservationError):
    """What was made does not verify as it must; it was thrown away."""

    code = "preservation.result"
