"""What a worker does for batches: leases documents, seals them, proves and ends the batch, forgets what is over.

Any number of workers may do so: what one of them holds is leased in the batch's journal, and what one of them died with
waits again when its lease ends. A batch ends in one transaction with its entry in the ledger, which webhooks are told.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from esign.access import Actor, system
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.sealing.names import root
from esign.engine.sealing.records import SealJob, SealState
from esign.evidence.kinds import EntryKind
from esign.foundation.errors import EsignError
from esign.sealing.batches import Documents, Item, Journal, Line
from esign.sealing.batches.line import Made, Workshop
from esign.sealing.batches.ports import Buffer
from esign.sealing.batches.proof import prove_batch
from esign.sealing.errors import SealKeyError
from esign.sealing.key_errors import SealKeyExpired, SealKeyRevoked

CHUNK = 64
"""Documents that are leased, brought to the disk and recorded together."""
_HOLDER = "company"
_PAUSE = 30.0
"""Seconds after which a batch is looked at again whose key or timestamp could not be had."""
_HOST, _BEGUN = socket.gethostname()[:20], secrets.token_hex(5)
_later: dict[str, float] = {}

_log = logging.getLogger("esign.engine.sealing")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRuns:
    """Works on batches that are complete."""

    household: Household

    def seal_due(self) -> int:
        """Seal the next documents of all batches that are being worked on (a worker calls this); return how many."""
        with self.household.store.reading() as tx:
            running = tx.seals.running()
        return sum(self._advance(job) for job in running if _later.get(job.id, 0.0) <= time.monotonic())

    def forget_due(self) -> int:
        """Delete the documents of batches whose time is over; return how many batches were."""
        house = self.household
        with house.store.reading() as tx:
            due = tx.seals.due(house.clock.now(), 20)
        for job in due:
            with house.store.transaction() as tx:
                current = tx.seals.get(job.id)
                if current is None or current.state in (SealState.RUNNING, SealState.DELETED):
                    continue
                self._forget(tx, current)
            house.seal_files.forget(job.id)
        return len(due)

    def _advance(self, job: SealJob) -> int:
        """Seal a chunk of a batch, or end it; what cannot be had now (key, timestamp) is asked for again later."""
        house = self.household
        assert job.journal is not None  # noqa: S101 - every batch that is worked on has one
        journal = house.seal_bench.journal(job.journal)
        journal.reap()
        chunk = journal.claim(_owner(), CHUNK)
        try:
            if chunk.items:
                workshop = self._workshop(job.level)
                with self._documents(job) as documents:
                    line = Line(
                        journal=journal,
                        documents=documents,
                        workshop=workshop,
                        level=job.level,
                        clock=house.clock,
                        preparation=house.seal_bench.preparation(job.level),
                        steps=house.seal_steps,
                    )
                    return len(line.run(chunk))
            if journal.counts().done:
                self._end(job)
                return 1
            return self._free(job, journal)
        except EsignError as error:
            journal.release(chunk.owner)
            _later[job.id] = time.monotonic() + _PAUSE
            _log.warning("a batch waits", extra={"batch": job.id, "code": error.code})
        except Exception:
            journal.release(chunk.owner)
            raise
        return 0

    def _free(self, job: SealJob, journal: Journal) -> int:
        """Give back what processes of this machine held that have ended; of other machines', leases end."""
        assert job.journal is not None  # noqa: S101 - looked at before
        with self.household.store.reading() as tx:
            holders = tx.seals.holders(job.journal)
        return sum(journal.release(holder) for holder in holders if _has_ended(holder))

    def _workshop(self, level: str) -> Workshop:
        try:
            return self.household.seal_bench.workshop(level)
        except (SealKeyExpired, SealKeyRevoked) as error:  # waiting mends neither
            return _Refusing(error)

    def _end(self, job: SealJob) -> None:
        house = self.household
        if job.evidence_record:
            with house.store.reading() as tx:
                sealed = [(output, digest) for output, _, digest in tx.seals.outputs(job.id)]
            with self._documents(job) as documents:
                proof = prove_batch(sealed, documents=documents, timestamps=house.timestamps)
            if proof.failed:
                raise next(iter(proof.failed.values()))
        with house.store.transaction() as tx:
            current = tx.seals.get(job.id)
            if current is None or current.state is not SealState.RUNNING or current.journal is None:
                return  # another worker was faster
            tx.seals.update(replace(current, state=SealState.DONE, finished_at=house.clock.now()))
            counts = tx.seals.counts(current.journal)
            facts = {
                "seal_batch": job.id,
                "sealed": counts.sealed,
                "set_aside": counts.set_aside,
                "root": root((named, digest) for _, named, digest in tx.seals.outputs(job.id)),
            }
            house.record(tx, EntryKind.SEAL_BATCH_FINISHED, None, facts, by=system(job.tenant))
        house.seal_files.forget_inputs(job.id)

    def _forget(self, tx: Transaction, job: SealJob, *, by: Actor | None = None) -> None:
        """Forget what a batch says; its files are deleted after the transaction."""
        tx.seals.forget(job.id)
        tx.seals.update(replace(job, state=SealState.DELETED))
        tx.safe.destroy(job.id, _HOLDER)
        facts = {"seal_batch": job.id, "documents": job.files}
        self.household.record(tx, EntryKind.SEAL_BATCH_DELETED, None, facts, by=by or system(job.tenant))

    def _documents(self, job: SealJob) -> AbstractContextManager[Documents]:
        with self.household.store.reading() as tx:
            key = tx.safe.held(job.id)
        return self.household.seal_files.documents(job.id, key)


@dataclass(frozen=True, slots=True)
class _Refusing:
    """A workshop whose key may not be used any more: every document is set aside, with that code."""

    error: SealKeyError

    def seal(self, items: Sequence[Item], documents: Sequence[Buffer]) -> Iterator[Made | EsignError]:
        """Refuse each."""
        return (self.error for _ in items)


def _owner() -> str:
    """Return a name that no other process and no other thread has."""
    return f"{_HOST}-{os.getpid()}-{_BEGUN}-{threading.get_native_id()}"


def _has_ended(owner: str) -> bool:
    """Return whether whoever has this name was a process of this machine that has ended.

    A mistake costs work and nothing else: whoever records something proves that it still holds the document.
    """
    host, process, begun, _ = owner.rsplit("-", 3)
    if host != _HOST or begun == _BEGUN:
        return False
    if int(process) == os.getpid():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False
