"""What trusted lists need from outside: where they come from, and where the last good ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """A list that was accepted before.

    Args:
        data: The file as it was received; it is verified again whenever it is used.
        sequence: The highest number of an issue that was ever accepted from this place.
        content_digest: SHA-256 of the signed content of that issue.
        accepted_at: When.
    """

    data: bytes
    sequence: int
    content_digest: bytes
    accepted_at: datetime


class ListSource(Protocol):
    """Where lists come from: a folder, or HTTP with an allow-list."""

    def fetch(self, location: str) -> bytes:
        """Return the list at an address.

        Raises:
            ListUnavailable: It could not be had; nothing else is raised.
        """


class ListCache(Protocol):
    """Keeps the last list that was accepted from each place."""

    def load(self, location: str) -> KeptList | None:
        """Return the kept list; None where there is none or it cannot be read."""

    def save(self, location: str, kept: KeptList) -> None:
        """Keep a list in place of the one before, all or nothing."""
