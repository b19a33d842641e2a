"""Why a ceremony stopped: because the signatory refused, or because the server did."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class SignatoryRefused(Exception):
    """The signatory would not go on; nothing was declared or signed by going on.

    Attributes:
        reason_code: Stable code, the same that the browser agent shows (``agent.…``).
    """

    def __init__(self, reason_code: str, detail: str = "") -> None:
        self.reason_code = reason_code
        super().__init__(f"{reason_code}: {detail}" if detail else reason_code)


class ServerRefused(Exception):
    """The server answered with a problem (RFC 9457).

    Attributes:
        status: HTTP status.
        code: The server's stable code.
        facts: Its facts.
    """

    def __init__(self, status: int, code: str, facts: Mapping[str, object]) -> None:
        self.status = status
        self.code = code
        self.facts: Mapping[str, object] = MappingProxyType(dict(facts))
        super().__init__(f"{status} {code}")


def demand(kept: bool, reason_code: str, detail: str = "") -> None:
    """Refuse for a reason unless the condition is kept."""
    if not kept:
        raise SignatoryRefused(reason_code, detail)
