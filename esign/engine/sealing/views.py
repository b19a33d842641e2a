"""Batches and their documents as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from esign.engine.ports import Transaction
from esign.engine.sealing.records import SealFile, SealJob
from esign.sealing.batches import Counts, ItemResult

NAME = "name"
"""Under this word a document's name is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealBatchView:
    """A batch as it is shown."""

    id: str
    state: str
    level: str
    evidence_record: bool
    documents: int
    sealed: int
    set_aside: int
    created_at: datetime
    completed_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealBatchPage:
    """A page of batches, newest first."""

    batches: tuple[SealBatchView, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealResultView:
    """What became of a document.

    Args:
        name: Its name; None: the batch is deleted.
        state: ``waiting``, ``running``, ``sealed`` or ``set_aside``.
        code: Why it was set aside.
        facts: Machine-readable details, nothing of the document's content.
    """

    name: str | None
    state: str
    digest_in: bytes
    digest_out: bytes | None
    level: str | None
    code: str | None
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealResultPage:
    """A page of results, in the order in which the documents came."""

    results: tuple[SealResultView, ...]
    next: str | None


def batch_view(tx: Transaction, job: SealJob) -> SealBatchView:
    """Return a batch as it is shown."""
    counts = Counts(listed=0, sealed=0, set_aside=0, complete=False)
    if job.journal is not None:
        counts = tx.seals.counts(job.journal)
    return SealBatchView(
        id=job.id,
        state=job.state.value,
        level=job.level,
        evidence_record=job.evidence_record,
        documents=job.files,
        sealed=counts.sealed,
        set_aside=counts.set_aside,
        created_at=job.created_at,
        completed_at=job.completed_at,
        finished_at=job.finished_at,
        expires_at=job.expires_at,
    )


def result_view(tx: Transaction, file: SealFile, result: ItemResult | None) -> SealResultView:
    """Return a document as it is shown."""
    name = None if file.name is None else tx.safe.open(file.job_id, NAME, file.name).decode()
    return SealResultView(
        name=name,
        state="waiting" if result is None else result.state.value,
        digest_in=file.digest,
        digest_out=result.digest_out or None if result is not None else None,
        level=result.level or None if result is not None else None,
        code=result.code or None if result is not None else None,
        facts=result.facts if result is not None else {},
    )
