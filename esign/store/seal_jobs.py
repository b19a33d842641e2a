"""Batches of backend systems in the database, and their journals within the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from esign.engine.paging import RowPlace
from esign.engine.sealing.records import SealFile, SealJob, SealState, number_of
from esign.sealing.batches import Counts, ItemResult, ItemState
from esign.store.seal_journal import counts_of, new_batch, result_of, waiting_rows
from esign.store.statements import changed_by, found_by, keys, older, row_of
from esign.store.tables_sealing import seal_file, seal_item, seal_job, seal_output

_JOB, _JOB_NEW, _JOB_CHANGED = found_by(seal_job, "id"), insert(seal_job), changed_by(seal_job, "id")
_NAMED = found_by(seal_file, "job_id", "name_digest")
_AT_ONCE = 1000


class SqlSealJobs:
    """The batches and their documents, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: SealJob) -> None:
        """Keep a new batch."""
        self._connection.execute(_JOB_NEW, row_of(job))

    def get(self, job_id: str) -> SealJob | None:
        """Return a batch."""
        row = self._connection.execute(_JOB, keys(id=job_id)).first()
        return None if row is None else _job(row)

    def update(self, job: SealJob) -> None:
        """Replace a batch."""
        self._connection.execute(_JOB_CHANGED, keys(id=job.id) | row_of(job))

    def of_owner(self, tenant: str, owner: str, *, after: RowPlace | None, limit: int) -> tuple[SealJob, ...]:
        """Return the batches of one owner, newest first, from behind a place."""
        query = select(seal_job).where(seal_job.c.tenant == tenant, seal_job.c.owner == owner)
        if after is not None:
            query = query.where(older(seal_job.c.created_at, seal_job.c.id, after))
        query = query.order_by(seal_job.c.created_at.desc(), seal_job.c.id.desc()).limit(limit)
        return tuple(_job(row) for row in self._connection.execute(query))

    def unfinished(self, tenant: str, owner: str) -> int:
        """Return how many batches of one owner are open or being worked on."""
        query = select(func.count()).where(
            seal_job.c.tenant == tenant,
            seal_job.c.owner == owner,
            seal_job.c.state.in_((SealState.OPEN, SealState.RUNNING)),
        )
        return int(self._connection.execute(query).scalar_one())

    def running(self) -> tuple[SealJob, ...]:
        """Return the batches of everybody that are being worked on, oldest first."""
        query = select(seal_job).where(seal_job.c.state == SealState.RUNNING).order_by(seal_job.c.completed_at)
        return tuple(_job(row) for row in self._connection.execute(query))

    def due(self, now: datetime, limit: int) -> tuple[SealJob, ...]:
        """Return batches whose documents are to be deleted."""
        query = (
            select(seal_job)
            .where(seal_job.c.state.in_((SealState.OPEN, SealState.DONE)), seal_job.c.expires_at <= now)
            .order_by(seal_job.c.expires_at)
            .limit(limit)
        )
        return tuple(_job(row) for row in self._connection.execute(query))

    def add_file(self, file: SealFile) -> None:
        """Keep a document that was handed over."""
        self._connection.execute(insert(seal_file), row_of(file))

    def file_named(self, job_id: str, name_digest: bytes) -> SealFile | None:
        """Return the document of a name."""
        row = self._connection.execute(_NAMED, keys(job_id=job_id, name_digest=name_digest)).first()
        return None if row is None else _file(row)

    def files(self, job_id: str, *, after: int, limit: int) -> tuple[SealFile, ...]:
        """Return documents in the order in which they came."""
        query = select(seal_file).where(seal_file.c.job_id == job_id, seal_file.c.number > after)
        return tuple(_file(row) for row in self._connection.execute(query.order_by(seal_file.c.number).limit(limit)))

    def files_numbered(self, job_id: str, numbers: Sequence[int]) -> dict[int, SealFile]:
        """Return documents by number."""
        query = select(seal_file).where(seal_file.c.job_id == job_id, seal_file.c.number.in_(numbers))
        return {row.number: _file(row) for row in self._connection.execute(query)}

    def leaves(self, job_id: str) -> Iterator[tuple[bytes, bytes]]:
        """Return for each document the digests of its name and of itself."""
        query = select(seal_file.c.name_digest, seal_file.c.digest).where(seal_file.c.job_id == job_id)
        return ((row[0], row[1]) for row in self._connection.execute(query))

    def outputs(self, job_id: str) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Return for each sealed document its output name, the digest of its name and that of its sealed form."""
        named = select(seal_file.c.number, seal_file.c.name_digest).where(seal_file.c.job_id == job_id)
        digests = {row[0]: row[1] for row in self._connection.execute(named)}
        query = (
            select(seal_output.c.output, seal_output.c.digest_out)
            .where(seal_output.c.store == job_id, seal_output.c.sealed_at.is_not(None))
            .order_by(seal_output.c.output)
        )
        return ((row[0], digests[number_of(row[0])], row[1]) for row in self._connection.execute(query))

    def start(self, job: SealJob, now: datetime) -> int:
        """Make the journal of a batch, with all its documents waiting; return its number."""
        journal = new_batch(self._connection, store=job.id, level=job.level, now=now, listed=job.files)
        after = 0
        while found := self.files(job.id, after=after, limit=_AT_ONCE):
            after = found[-1].number
            items = [(file.blob.encode(), file.output) for file in found]
            self._connection.execute(insert(seal_item), waiting_rows(journal, items))
        return journal

    def holders(self, journal: int) -> tuple[str, ...]:
        """Return who holds documents of a journal."""
        query = select(seal_item.c.owner).where(
            seal_item.c.batch_id == journal, seal_item.c.state == ItemState.RUNNING, seal_item.c.owner.is_not(None)
        )
        return tuple(self._connection.execute(query.distinct()).scalars())

    def counts(self, journal: int) -> Counts:
        """Return how far a journal is."""
        return counts_of(self._connection, journal)

    def results(self, journal: int, *, after: int, limit: int) -> tuple[ItemResult, ...]:
        """Return documents of a journal in order, in whatever state."""
        query = select(seal_item).where(seal_item.c.batch_id == journal, seal_item.c.id > after)
        return tuple(result_of(row) for row in self._connection.execute(query.order_by(seal_item.c.id).limit(limit)))

    def result(self, journal: int, output: bytes) -> ItemResult | None:
        """Return what became of one document; the rows of a journal stand in the order of its documents."""
        first = select(func.min(seal_item.c.id)).where(seal_item.c.batch_id == journal).scalar_subquery()
        near = first + (number_of(output) - 1)
        for place in (seal_item.c.id == near, seal_item.c.id > near):  # others' rows may lie between
            query = select(seal_item).where(seal_item.c.batch_id == journal, place, seal_item.c.output == output)
            row = self._connection.execute(query.limit(1)).first()
            if row is not None:
                return result_of(row)
        return None

    def forget(self, job_id: str) -> None:
        """Forget names; digests stay."""
        self._connection.execute(
            update(seal_file).where(seal_file.c.job_id == job_id).values(name=None, name_digest=None)
        )
        self._connection.execute(
            delete(seal_output).where(seal_output.c.store == job_id, seal_output.c.sealed_at.is_(None))
        )


def _job(row: Row[Any]) -> SealJob:
    return SealJob(**{**row._mapping, "state": SealState(row.state)})


def _file(row: Row[Any]) -> SealFile:
    return SealFile(**row._mapping)
