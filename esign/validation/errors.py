"""What this room raises; what it says about a document is never raised but returned as findings."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class ValidationError(EsignError):
    """A question about a document could not be asked as it was put."""

    code = "validation"


class TrustAnchorError(ValidationError):
    """A trust anchor is not a certificate."""

    code = "validation.trust_anchor"
