"""What can go wrong around looking at documents; what is wrong with a document is an error of the document."""

from __future__ import annotations

from esign.sealing.errors import SealingError


class LookUnavailable(SealingError):
    """No helper process could begin to look at the document; it was not looked at, and not sealed."""

    code = "sealing.look_unavailable"
