"""What sealing for backend systems needs from outside, in its own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from esign.engine.paging import RowPlace
from esign.engine.sealing.records import SealFile, SealJob
from esign.evidence.ports import HeldKey
from esign.sealing.batches import Counts, Documents, ItemResult, Journal, Preparation
from esign.sealing.batches.line import Workshop


class SealJobs(Protocol):
    """The batches and their documents, bound to the caller's transaction."""

    def add(self, job: SealJob) -> None:
        """Keep a new batch."""

    def get(self, job_id: str) -> SealJob | None:
        """Return a batch."""

    def update(self, job: SealJob) -> None:
        """Replace a batch."""

    def of_owner(self, tenant: str, owner: str, *, after: RowPlace | None, limit: int) -> tuple[SealJob, ...]:
        """Return the batches of one owner, newest first, from behind a place."""

    def unfinished(self, tenant: str, owner: str) -> int:
        """Return how many batches of one owner are open or being worked on."""

    def running(self) -> tuple[SealJob, ...]:
        """Return the batches of everybody that are being worked on, oldest first."""

    def due(self, now: datetime, limit: int) -> tuple[SealJob, ...]:
        """Return batches whose documents are to be deleted."""

    def add_file(self, file: SealFile) -> None:
        """Keep a document that was handed over."""

    def file_named(self, job_id: str, name_digest: bytes) -> SealFile | None:
        """Return the document of a name."""

    def files(self, job_id: str, *, after: int, limit: int) -> tuple[SealFile, ...]:
        """Return documents in the order in which they came."""

    def leaves(self, job_id: str) -> Iterable[tuple[bytes, bytes]]:
        """Return for each document the digests of its name and of itself."""

    def outputs(self, job_id: str) -> Iterable[tuple[bytes, bytes, bytes]]:
        """Return for each sealed document its output name, the digest of its name and that of its sealed form."""

    def start(self, job: SealJob, now: datetime) -> int:
        """Make the journal of a batch, with all its documents waiting; return its number."""

    def holders(self, journal: int) -> tuple[str, ...]:
        """Return who holds documents of a journal."""

    def counts(self, journal: int) -> Counts:
        """Return how far a journal is."""

    def results(self, journal: int, *, after: int, limit: int) -> tuple[ItemResult, ...]:
        """Return documents of a journal in order, in whatever state."""

    def result(self, journal: int, output: bytes) -> ItemResult | None:
        """Return what became of one document."""

    def files_numbered(self, job_id: str, numbers: Sequence[int]) -> dict[int, SealFile]:
        """Return documents by number."""

    def forget(self, job_id: str) -> None:
        """Forget names; digests stay."""


class SealFiles(Protocol):
    """Where the documents of batches lie, sealed at rest under the key of their batch."""

    def keep(self, job_id: str, data: bytes, key: HeldKey) -> str:
        """Keep a document that was handed over, durably; return the name of its sealed bytes."""

    def documents(self, job_id: str, key: HeldKey) -> AbstractContextManager[Documents]:
        """Open the place where documents are read and sealed ones are given out; for one thread."""

    def read(self, job_id: str, output: bytes, key: HeldKey) -> bytes | None:
        """Return what was given out under a name; None: nothing was."""

    def check(self) -> None:
        """Look whether the place can be reached.

        Raises:
            EsignError: It cannot.
        """

    def forget_inputs(self, job_id: str) -> None:
        """Delete what was handed over."""

    def forget(self, job_id: str) -> None:
        """Delete all documents of a batch."""


class SealBench(Protocol):
    """The installation's seal with everything around it, opened when it is first needed. Thread-safe."""

    def workshop(self, level: str) -> Workshop:
        """Return what seals at a level.

        Raises:
            NoSealDevice: No seal is configured.
            SealKeyError: The key cannot be opened.
        """

    def preparation(self, level: str) -> Preparation:
        """Return what looks at documents with limits before they are sealed to a level.

        Raises:
            NoSealDevice: No seal is configured.
            SealKeyError: The key cannot be opened.
        """

    def journal(self, number: int) -> Journal:
        """Return the journal of a batch."""
