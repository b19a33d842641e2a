"""What is kept of batches of backend systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SealState(StrEnum):
    """Where a batch stands."""

    OPEN = "open"
    """Documents are being handed over; the key is not used."""
    RUNNING = "running"
    DONE = "done"
    DELETED = "deleted"
    """Only digests are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealJob:
    """A batch.

    Args:
        owner: Who opened it, as the ledger names who acts.
        journal: Number of its journal, once it is complete.
        files: Documents handed over.
    """

    id: str
    tenant: str
    owner: str
    level: str
    evidence_record: bool
    state: SealState
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None = None
    finished_at: datetime | None = None
    journal: int | None = None
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFile:
    """A document that was handed over.

    Args:
        number: From 1, in the order in which they came.
        name_digest: SHA-256 of the name (UTF-8, NFC); None once the batch is deleted.
        name: The name, sealed under the batch's key; None once the batch is deleted.
        digest: SHA-256 of the document.
        blob: Where its sealed bytes lie.
    """

    job_id: str
    number: int
    name_digest: bytes | None
    name: bytes | None
    digest: bytes
    size: int
    blob: str

    @property
    def output(self) -> bytes:
        """The name under which the sealed document is kept; it says nothing about the document."""
        return output_of(self.number)


def output_of(number: int) -> bytes:
    """Return the name under which a document's sealed form is kept, 1000 in a folder."""
    return b"%03d/%06d" % divmod(number, 1000)


def number_of(output: bytes) -> int:
    """Return the number of the document that is kept under a name."""
    folder, _, rest = output.partition(b"/")
    return int(folder) * 1000 + int(rest)
