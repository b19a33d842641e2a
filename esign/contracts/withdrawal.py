"""Withdrawal (Widerruf): whether the customer has the right, for how long, and where the function is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What the contract data says about the right of withdrawal."""

    right: bool
    kind: str
    """Kind in ``policies/withdrawal``, such as ``energy`` or ``goods``; ``none`` where there is no right."""
    period_days: int
    function_url: str
    """Where the withdrawal function is (BGB § 356a); empty where there is no right."""
    reason: str
    """Why there is no right; empty where there is one."""
    exception: str = ""
    """Code in ``policies/withdrawal/exceptions.yaml``, where an exception is why."""


def withdrawal(data: Mapping[str, Any]) -> Withdrawal:
    """Return what data that fits the schema says about withdrawal."""
    return Withdrawal(
        right=data["right"],
        kind=data.get("kind", "none"),
        period_days=data.get("period_days", 0),
        function_url=data.get("function_url", ""),
        reason=data.get("reason", ""),
        exception=data.get("exception", ""),
    )
