"""Backend systems have documents sealed: one at once, or a batch that they hand over document by document.

A batch is handed over while it is open; nothing is sealed. ``complete`` records in the ledger how many documents it has
and the root over them: only then a worker uses the key. Documents and names lie sealed under a key of the batch; they
are deleted after a while, or when whoever opened the batch says so, and only digests stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from esign.access import Actor, Permission
from esign.engine.paging import cursor, page_by_time, place
from esign.engine.ports import Transaction
from esign.engine.sealing.errors import (
    SealBatchEmpty,
    SealBatchFull,
    SealBatchGone,
    SealBatchState,
    SealBatchUnknown,
    SealDocumentNotSealed,
    SealDocumentUnknown,
    TooManySealBatches,
)
from esign.engine.sealing.names import checked_name, name_digest, root
from esign.engine.sealing.one import seal_one
from esign.engine.sealing.records import SealFile, SealJob, SealState, number_of
from esign.engine.sealing.runs import SealRuns
from esign.engine.sealing.views import (
    NAME,
    SealBatchPage,
    SealBatchView,
    SealResultPage,
    SealResultView,
    batch_view,
    result_view,
)
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.identifiers import new_id
from esign.sealing.batches.errors import OutputExists
from esign.sealing.batches.proof import RECORD
from esign.signing import NoSealDevice

MOST_DOCUMENTS = 100_000
"""Of one batch."""
HOLDER = "company"
_BATCHES, _RESULTS = "seal-batches", "seal-results"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingDesk(SealRuns):
    """Seals for backend systems. Somebody else's batch is as unknown as one that does not exist."""

    def seal(self, actor: Actor, document: bytes, *, level: str) -> bytes:
        """Return a document sealed; nothing of it is kept.

        Args:
            actor: Who asks.
            document: A PDF, or an e-invoice that is XML, which becomes a PDF.
            level: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA``.

        Raises:
            AccessDenied: The actor may not.
            NoSealDevice: No seal is configured.
            SealingError: It cannot be sealed; the code says why.
        """
        actor.require(Permission.SEALS_WRITE)
        return seal_one(self.household, actor, document, level)

    def open_batch(self, actor: Actor, *, level: str, evidence_record: bool = False) -> SealBatchView:
        """Open a batch.

        Args:
            actor: To whom it belongs.
            level: The level of all its seals.
            evidence_record: Whether one timestamp is to prove all of them, with a record beside each.

        Raises:
            AccessDenied: The actor may not.
            NoSealDevice: No seal is configured.
            TooManySealBatches: As many of the actor's are open or being worked on as may be.
        """
        actor.require(Permission.SEALS_WRITE)
        house = self.household
        if not house.settings.seal_uri:
            raise NoSealDevice
        now = house.clock.now()
        with house.store.transaction() as tx:
            most = house.settings.seal_open_batches
            if tx.seals.unfinished(actor.tenant, actor.name) >= most:
                raise TooManySealBatches(most=most)
            job = SealJob(
                id=new_id(),
                tenant=actor.tenant,
                owner=actor.name,
                level=level,
                evidence_record=evidence_record,
                state=SealState.OPEN,
                created_at=now,
                expires_at=now + timedelta(days=house.settings.seal_batch_days),
            )
            tx.safe.new_key(job.id, (HOLDER,))
            tx.seals.add(job)
            return batch_view(tx, job)

    def add(self, actor: Actor, job_id: str, name: str, document: bytes) -> tuple[SealResultView, bool]:
        """Hand a document over; doing it twice changes nothing.

        Returns:
            The document, and whether it is new.

        Raises:
            AccessDenied: The actor may not.
            SealNameRefused: The name is none.
            SealBatchUnknown: There is no such batch.
            SealBatchState: It is complete.
            OutputExists: Another document of that name was handed over.
            SealBatchFull: There are as many as there may be.
        """
        actor.require(Permission.SEALS_WRITE)
        house, name = self.household, checked_name(name)
        named, digest = name_digest(name), sha256(document)
        with house.store.reading() as tx:
            job = self._get(tx, actor, job_id)
            if (known := self._known(tx, job, named, digest)) is not None:
                return result_view(tx, known, None), False
            key = tx.safe.held(job.id)
        blob = house.seal_files.keep(job.id, document, key)
        with house.store.transaction() as tx:
            job = self._get(tx, actor, job_id)
            if (known := self._known(tx, job, named, digest)) is not None:  # another request was faster
                return result_view(tx, known, None), False
            file = SealFile(
                job_id=job.id,
                number=job.files + 1,
                name_digest=named,
                name=key.seal(NAME, name.encode()),
                digest=digest,
                size=len(document),
                blob=blob,
            )
            tx.seals.add_file(file)
            tx.seals.update(replace(job, files=file.number))
            return result_view(tx, file, None), True

    def complete(self, actor: Actor, job_id: str) -> SealBatchView:
        """Say that all documents are handed over: now they are sealed. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not.
            SealBatchUnknown: There is no such batch.
            SealBatchEmpty: There is nothing in it.
            SealBatchState: It is deleted.
        """
        actor.require(Permission.SEALS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            job = self._get(tx, actor, job_id)
            if job.state in (SealState.RUNNING, SealState.DONE):
                return batch_view(tx, job)
            _require(job, SealState.OPEN)
            if not job.files:
                raise SealBatchEmpty
            now = house.clock.now()
            job = replace(job, state=SealState.RUNNING, completed_at=now, journal=tx.seals.start(job, now))
            tx.seals.update(job)
            facts = {
                "seal_batch": job.id,
                "documents": job.files,
                "level": job.level,
                "root": root(tx.seals.leaves(job.id)),
            }
            house.record(tx, EntryKind.SEAL_BATCH_PERMITTED, None, facts, by=actor)
            return batch_view(tx, job)

    def view(self, actor: Actor, job_id: str) -> SealBatchView:
        """Return a batch.

        Raises:
            AccessDenied: The actor may not see it.
            SealBatchUnknown: There is no such batch.
        """
        actor.require(Permission.SEALS_READ)
        with self.household.store.reading() as tx:
            return batch_view(tx, self._get(tx, actor, job_id))

    def batches(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> SealBatchPage:
        """Return a page of the actor's batches, newest first.

        Raises:
            AccessDenied: The actor may not see them.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.SEALS_READ)
        context = (_BATCHES, actor.tenant, actor.name)
        with self.household.store.reading() as tx:
            rows = partial(tx.seals.of_owner, actor.tenant, actor.name)
            found, more = page_by_time(rows, tx.vault, context, after=after, limit=limit)
            return SealBatchPage(batches=tuple(batch_view(tx, job) for job in found), next=more)

    def results(self, actor: Actor, job_id: str, *, after: str | None = None, limit: int = 50) -> SealResultPage:
        """Return a page of what became of the documents, in the order in which they came.

        Raises:
            AccessDenied: The actor may not see it.
            SealBatchUnknown: There is no such batch.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.SEALS_READ)
        with self.household.store.reading() as tx:
            job = self._get(tx, actor, job_id)
            context = (_RESULTS, actor.tenant, job.id, "open" if job.journal is None else "closed")
            begin = place(tx.vault, after, *context) if after else 0
            behind = begin if isinstance(begin, int) else 0
            if job.journal is None:
                files = tx.seals.files(job.id, after=behind, limit=limit + 1)
                last = files[limit - 1].number if len(files) > limit else 0
                shown = tuple(result_view(tx, file, None) for file in files[:limit])
            else:
                items = tx.seals.results(job.journal, after=behind, limit=limit + 1)
                last = items[limit - 1].item.number if len(items) > limit else 0
                numbers = [number_of(each.item.output) for each in items[:limit]]
                files_of = tx.seals.files_numbered(job.id, numbers)
                shown = tuple(
                    result_view(tx, files_of[number], item) for number, item in zip(numbers, items, strict=False)
                )
            return SealResultPage(results=shown, next=cursor(tx.vault, last, *context) if last else None)

    def document(self, actor: Actor, job_id: str, name: str) -> bytes:
        """Return a sealed document.

        Raises:
            AccessDenied: The actor may not have it.
            SealBatchUnknown: There is no such batch.
            SealBatchGone: Its documents were deleted.
            SealDocumentUnknown: There is none of this name.
            SealDocumentNotSealed: It waits still, or was set aside.
        """
        return self._given_out(actor, job_id, name, b"")

    def evidence_record(self, actor: Actor, job_id: str, name: str) -> bytes:
        """Return the evidence record of a sealed document (RFC 4998, DER).

        Raises:
            AccessDenied: The actor may not have it.
            SealBatchUnknown: There is no such batch.
            SealBatchGone: Its documents were deleted.
            SealDocumentUnknown: There is none of this name, or no record was asked for.
            SealDocumentNotSealed: It waits still, or was set aside; or the batch has not come to its end.
        """
        return self._given_out(actor, job_id, name, RECORD)

    def delete(self, actor: Actor, job_id: str) -> None:
        """Delete the documents of a batch and their names; only digests stay. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not.
            SealBatchUnknown: There is no such batch.
            SealBatchState: It is being worked on.
        """
        actor.require(Permission.SEALS_WRITE)
        with self.household.store.transaction() as tx:
            job = self._get(tx, actor, job_id)
            if job.state is SealState.DELETED:
                return
            _require(job, SealState.OPEN, SealState.DONE)
            self._forget(tx, job, by=actor)
        self.household.seal_files.forget(job_id)

    def _given_out(self, actor: Actor, job_id: str, name: str, kind: bytes) -> bytes:
        actor.require(Permission.SEALS_READ)
        named = name_digest(checked_name(name))
        with self.household.store.reading() as tx:
            job = self._get(tx, actor, job_id)
            if job.state is SealState.DELETED:
                raise SealBatchGone
            file = tx.seals.file_named(job.id, named)
            if file is None or (kind and not job.evidence_record):
                raise SealDocumentUnknown
            result = None if job.journal is None else tx.seals.result(job.journal, file.output)
            if result is None or not result.sealed:
                state, code = ("waiting", "") if result is None else (result.state.value, result.code)
                raise SealDocumentNotSealed(state=state, code=code)
            key = tx.safe.held(job.id)
        found = self.household.seal_files.read(job.id, file.output + kind, key)
        if found is None:
            raise SealDocumentNotSealed(state=job.state.value, code="")
        return found

    def _known(self, tx: Transaction, job: SealJob, named: bytes, digest: bytes) -> SealFile | None:
        """Return the document if it was handed over before; refuse another one of its name, and what comes late."""
        known = tx.seals.file_named(job.id, named) if job.state is not SealState.DELETED else None
        if known is not None:
            if known.digest != digest:
                raise OutputExists("another document of that name was handed over")
            return known
        _require(job, SealState.OPEN)
        if job.files >= MOST_DOCUMENTS:
            raise SealBatchFull(most=MOST_DOCUMENTS)
        return None

    def _get(self, tx: Transaction, actor: Actor, job_id: str) -> SealJob:
        job = tx.seals.get(job_id)
        if job is None or (job.tenant, job.owner) != (actor.tenant, actor.name):
            raise SealBatchUnknown
        return job


def _require(job: SealJob, *states: SealState) -> None:
    if job.state not in states:
        raise SealBatchState(state=job.state.value)
