"""A worker of batches in a shared journal: it holds the key, takes chunks of any batch of its place, seals them.

Either Celery tells it that a batch has documents waiting, or it looks into the journal itself.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING

from esign.foundation.clock import SystemClock
from esign.foundation.errors import EsignError
from esign.jobs.seal_loop import SealLoop
from esign.jobs.seal_processes import STOP_SECONDS, SealProcesses, end_with_parent
from esign.seal_works.order import SealOrder
from esign.seal_works.recipe import SealRecipe, opened_journal
from esign.sealing.batches.errors import BatchElsewhere
from esign.store.database import Database
from esign.store.seal_journal import SqlSealJournal, level_of_batch, open_batches

if TYPE_CHECKING:
    from esign.jobs.seal_celery import CeleryDispatcher

_LOOK = 1.0
"""Seconds between two looks into the journal."""
_REAP = 15.0
"""Seconds between two looks for leases that have ended."""
_log = logging.getLogger("esign.sealing")


@dataclass(frozen=True, slots=True)
class SharedBench:
    """Opens everything for a batch, in the process that seals it (:data:`esign.jobs.seal_celery.Bench`).

    Args:
        order: With the key, the place of output and the journal; level and batch come from the journal.
    """

    order: SealOrder

    @contextmanager
    def __call__(self, batch: int, name: str) -> Iterator[Sequence[SealLoop]]:
        """Open everything, and close it in the end.

        Raises:
            BatchElsewhere: The journal knows no such batch for this place of output.
        """
        with opened_journal(self.order) as database:
            level = level_of_batch(database, self.order.store, batch)
        if level is None:
            raise BatchElsewhere(batch=batch)
        with SealRecipe(for_batch(self.order, batch, level, threads=1))(name) as loops:
            yield loops


def for_batch(order: SealOrder, batch: int, level: str, *, threads: int = 0) -> SealOrder:
    """Return the order of a worker for one batch."""
    return replace(order, batch=batch, level=level, threads=threads)


def serve_by_celery(order: SealOrder, broker: str, *, processes: int, stop: threading.Event) -> None:
    """Seal what Celery tells of, until stopped.

    Celery's worker is a process of its own, and it is watched: after a broker came back it sometimes is connected and
    takes nothing more. Where documents wait and nothing was recorded for the length of two leases, a new one is
    started; what the old one held comes back when its lease ends.
    """
    with opened_journal(order) as database, ExitStack() as stack:
        from esign.jobs.seal_celery import CeleryDispatcher

        dispatcher = CeleryDispatcher(broker=broker)
        stack.callback(dispatcher.close)
        while not stop.is_set():
            worker = multiprocessing.get_context("spawn").Process(target=_celery, args=(order, broker, processes))
            worker.start()
            try:
                _watch(order, database, dispatcher, worker, stop)
            finally:
                _end(worker)


def _watch(
    order: SealOrder, database: Database, dispatcher: CeleryDispatcher, worker: SpawnProcess, stop: threading.Event
) -> None:
    """Return when a worker has died, has taken nothing for too long, or is to stop."""
    lease = order.lease.total_seconds()
    finished, moved, looked = -1, time.monotonic(), time.monotonic()
    while worker.exitcode is None and not stop.wait(_LOOK):
        now = time.monotonic()
        try:
            batches = open_batches(database, order.store)
            journals = [SqlSealJournal(database, each, clock=SystemClock(), lease=order.lease) for each, _ in batches]
            counts = [journal.counts() for journal in journals]
            done = sum(each.sealed + each.set_aside for each in counts)
            if not batches or done != finished:
                finished, moved = done, now
            elif now - moved > 2 * lease:
                _log.warning("a worker took nothing although documents wait; a new one is started")
                return
            elif now - looked > lease / 2:
                looked = now
                for journal, each in zip(journals, counts, strict=True):
                    journal.reap()
                    dispatcher.wake(journal.batch, -(-each.open // order.chunk))
        except EsignError as error:
            _log.warning("journal or broker are away", extra={"code": error.code})
            moved = now


def _celery(order: SealOrder, broker: str, processes: int) -> None:
    from esign.jobs.seal_celery import serve_celery

    os.setsid()  # what it starts is ended with it
    end_with_parent()
    serve_celery(broker, SharedBench(order), processes=processes)


def _end(worker: SpawnProcess) -> None:
    """End a worker after its chunks, and whatever it started."""
    worker.terminate()
    worker.join(STOP_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        if worker.pid is not None:
            os.killpg(worker.pid, signal.SIGKILL)
    worker.join(5.0)


def serve_by_looking(order: SealOrder, *, processes: int, stop: threading.Event) -> None:
    """Seal what stands in the journal, batch after batch, until stopped."""
    with opened_journal(order) as database:
        while not stop.is_set():
            try:
                _round(order, open_batches(database, order.store), database, processes, stop)
            except EsignError as error:
                _log.warning("no work on the journal now", extra={"code": error.code})
            stop.wait(_LOOK)


def _round(
    order: SealOrder, batches: Sequence[tuple[int, str]], database: Database, processes: int, stop: threading.Event
) -> None:
    for batch, level in batches:
        wanted = for_batch(order, batch, level)
        journal = SqlSealJournal(database, batch, clock=SystemClock(), lease=order.lease)
        workers = SealProcesses(recipe=SealRecipe(wanted), journal=journal, count=processes, threads=wanted.threads)
        workers.start()
        reaped = 0.0
        try:
            while not stop.wait(_LOOK) and not (counts := journal.counts()).done:
                workers.look()
                reaped += _LOOK
                if reaped >= _REAP:
                    journal.reap()
                    reaped = 0.0
                if not counts.complete and not counts.open:
                    break  # its lister may be gone; it is looked at again as soon as something waits
        finally:
            workers.stop()
        if stop.is_set():
            return
