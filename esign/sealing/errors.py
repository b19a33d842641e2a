"""What can go wrong when documents are sealed in bulk. No text of a document and no file name stands in an error."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class SealingError(EsignError):
    """A document cannot be sealed."""

    code = "sealing"


class SealKeyError(SealingError):
    """The seal key cannot be used."""

    code = "sealing.key"
