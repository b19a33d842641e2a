"""The base of what this room refuses."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class SigningError(EsignError):
    """A signature may not be made this way."""

    code = "signing"
