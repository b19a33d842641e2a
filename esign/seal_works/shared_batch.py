"""A batch that workers anywhere seal: it is listed, its workers are woken, and what became of each is told.

The journal is a database that all reach (PostgreSQL); documents and sealed ones lie where all reach them, in object
storage or in a shared folder. The key is with the workers; whoever lists a batch needs none.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from esign.foundation.clock import Clock, SystemClock
from esign.foundation.errors import EsignError
from esign.seal_works.order import SealOrder
from esign.seal_works.proof import prove
from esign.seal_works.recipe import opened_journal
from esign.seal_works.telling import Telling, Told
from esign.sealing.batches import Counts, NewItem
from esign.sealing.batches.errors import BatchWaiting
from esign.sealing.batches.proof import BatchProof
from esign.store.seal_journal import SqlSealJournal
from esign.store.seal_objects import ObjectDocuments, is_objects

_LISTED_AT_ONCE = 500
_QUIET = 5.0
"""Seconds without anything recorded after which workers are woken again."""
_log = logging.getLogger("esign.sealing")


class Dispatcher(Protocol):
    """Wakes workers."""

    def wake(self, batch: int, chunks: int) -> None:
        """Ask workers to take so many chunks of a batch.

        Raises:
            BatchBrokerAway: They cannot be asked now.
        """


@dataclass(slots=True, kw_only=True)
class SharedBatch:
    """A batch in a shared journal.

    Args:
        order: Where it is given out, at which level, and which journal.
        dispatcher: Wakes workers; None: workers look by themselves.
        clock: Where time comes from.
        patience: Seconds without anything recorded after which it is given up (what is listed stays listed); None:
            never.
    """

    order: SealOrder
    dispatcher: Dispatcher | None = None
    clock: Clock = field(default_factory=SystemClock)
    patience: float | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _journal: SqlSealJournal | None = None

    def __enter__(self) -> SharedBatch:
        """Begin the batch.

        Raises:
            DatabaseError: The journal cannot be opened.
        """
        try:
            database = self._stack.enter_context(opened_journal(self.order))
            begun = SqlSealJournal.begin(database, store=self.order.store, level=self.order.level, clock=self.clock)
            self._journal = SqlSealJournal(database, begun.batch, clock=self.clock, lease=self.order.lease)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def journal(self) -> SqlSealJournal:
        """The journal of this batch."""
        if self._journal is None:
            raise RuntimeError("the batch has not begun")
        return self._journal

    def run(
        self,
        items: Iterable[NewItem],
        *,
        told: Told,
        stop: threading.Event,
        every: float = 0.2,
    ) -> Counts:
        """List all items and wait until workers have sealed them.

        Args:
            items: Documents.
            told: Is given results in the order of the documents, and how far it is.
            stop: Ends the waiting; workers go on with what is listed.
            every: Seconds between two looks.

        Raises:
            BatchWaiting: Nothing was recorded for longer than ``patience``.
        """
        journal, given = self.journal, iter(items)
        telling = Telling(journal)
        while not stop.is_set() and (block := list(islice(given, _LISTED_AT_ONCE))):
            journal.add(block)
            self._wake(len(block))
            telling.tell(told)
        journal.complete()
        counts, moved = telling.tell(told), time.monotonic()
        woken, done = moved, counts.sealed + counts.set_aside
        while not counts.done and not stop.is_set():
            stop.wait(every)
            counts, now = telling.tell(told), time.monotonic()
            if counts.sealed + counts.set_aside != done:
                done, moved, woken = counts.sealed + counts.set_aside, now, now
            elif now - woken > _QUIET:
                journal.reap()
                self._wake(counts.open)
                woken = now
            if self.patience is not None and now - moved > self.patience:
                raise BatchWaiting(open=counts.open)
        return counts

    def prove(self) -> BatchProof:
        """Write an evidence record beside every sealed document of this batch that has none; one timestamp for all.

        Raises:
            EsignError: No timestamp could be had; then no record is written.
        """
        return prove(self.order, self.journal, self.clock)

    def _wake(self, documents: int) -> None:
        if self.dispatcher is None or not documents:
            return
        try:
            self.dispatcher.wake(self.journal.batch, -(-documents // self.order.chunk))
        except EsignError as error:  # the documents are listed; workers are woken again when nothing moves
            _log.warning("workers not woken", extra={"code": error.code})


def celery_dispatcher(broker: str, stack: ExitStack) -> Dispatcher:
    """Return what wakes workers through Celery.

    Args:
        broker: URL.
        stack: Closes it.
    """
    from esign.jobs.seal_celery import CeleryDispatcher

    dispatcher = CeleryDispatcher(broker=broker)
    stack.callback(dispatcher.close)
    return dispatcher


def items_below(address: str, order: SealOrder) -> Iterator[NewItem] | None:
    """Return the documents below an address of object storage, named by what stands behind it; None for a path."""
    if not is_objects(address):
        return None
    return _items_below(address.rstrip("/"), order)


def _items_below(address: str, order: SealOrder) -> Iterator[NewItem]:
    objects = ObjectDocuments(address)
    try:
        for found in objects.below(address):
            if order.place and (found == order.place or found.startswith(order.place + "/")):
                continue  # what is sealed already
            name = found.removeprefix(address).lstrip("/") or found.rpartition("/")[2]
            yield NewItem(source=found.encode(), output=name.encode())
    except EsignError as error:
        yield NewItem(source=address.encode(), output=b"", code=error.code, detail=error.detail)
    finally:
        objects.close()
