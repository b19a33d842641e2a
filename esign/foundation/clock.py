"""Time comes in through a port, so that every rule can be tested at any instant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class Clock(Protocol):
    """A source of the present instant."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class FixedClock:
    """A clock that stands still until it is set: for tests and for re-computation at a past instant."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant at which this clock stands."""
        return self.at


def seconds(instant: datetime) -> int:
    """Return whole seconds since 1970-01-01T00:00:00Z."""
    return int(instant.timestamp())


def from_seconds(value: int) -> datetime:
    """Return the UTC instant of whole seconds since 1970-01-01T00:00:00Z."""
    return datetime.fromtimestamp(value, UTC)


def rfc3339(instant: datetime) -> str:
    """Return the instant as RFC 3339 text in UTC with microseconds: ``2026-11-22T10:00:00.000000Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_rfc3339(text: str) -> datetime:
    """Return the instant written by :func:`rfc3339`.

    Raises:
        ValueError: The text is not in exactly that form.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an instant in UTC with microseconds")
    return datetime.fromisoformat(text)
