"""What the company's side refuses."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class AccessError(EsignError):
    """Somebody on the company's side may not do this."""

    code = "access"


class AccessDenied(AccessError):
    """The account or key has no permission for this."""

    code = "access.denied"
