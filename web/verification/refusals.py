"""Why files are not verified. Nothing of them is named."""

from __future__ import annotations

from web.errors import WebError


class VerificationRefused(WebError):
    """A file was not verified."""

    code = "web.verification"


class VerificationBusy(VerificationRefused):
    """Too many files are being verified right now; nothing was looked into."""

    code = "web.verification.busy"
    source = "RFC 9110 section 15.6.4"


class VerificationTooOften(VerificationRefused):
    """Too many files came from one address."""

    code = "web.verification.too_often"
    source = "RFC 6585 section 4"


class VerificationTooLarge(VerificationRefused):
    """The files together are larger than what is looked into."""

    code = "web.verification.too_large"
    source = "RFC 9110 section 15.5.14"


class NoFileSent(VerificationRefused):
    """No file was chosen."""

    code = "web.verification.no_file"


class TooManyFiles(VerificationRefused):
    """More files were sent than one answer holds."""

    code = "web.verification.too_many_files"
