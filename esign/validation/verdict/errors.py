"""Why there is no verdict on a file at all. These stand in the verdict as its ``error``; they are raised nowhere."""

from __future__ import annotations

from esign.validation.errors import ValidationError


class FormatFailure(ValidationError):
    """The file cannot be read as a PDF, or reading it broke down."""

    code = "validation.format_failure"
    source = "ISO 32000-2 clause 7"


class FileEncrypted(ValidationError):
    """The file is encrypted: without its password nothing in it can be verified."""

    code = "validation.encrypted"
    source = "ISO 32000-2 clause 7.6"


class LimitExceeded(ValidationError):
    """Verifying the file would cost more time or memory than is allowed."""

    code = "validation.limit_exceeded"
