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
        accepted_at: When it was accepted.
        checked_at: When its place said last that there is nothing newer.
        etag: What the place calls this version (``ETag``); empty where it says nothing.
        modified: When the place says that it was changed (``Last-Modified``); empty where it says nothing.
    """

    data: bytes
    sequence: int
    content_digest: bytes
    accepted_at: datetime
    checked_at: datetime
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A list as its place handed it out; ``etag`` and ``modified`` as in :class:`KeptList`."""

    data: bytes
    etag: str = ""
    modified: str = ""


class ListSource(Protocol):
    """Where lists come from: a folder, or HTTP with an allow-list."""

    def fetch(self, location: str, kept: KeptList | None = None) -> Fetched:
        """Return the list at an address.

        Args:
            location: The address.
            kept: What is here already; a place that says that nothing is newer need not hand it out again.

        Raises:
            ListUnavailable: It could not be had; nothing else is raised.
        """


class ListCache(Protocol):
    """Keeps the last list that was accepted from each place."""

    def load(self, location: str) -> KeptList | None:
        """Return the kept list; None where there is none or it cannot be read."""

    def save(self, location: str, kept: KeptList) -> None:
        """Keep a list in place of the one before, all or nothing."""
