"""A batch from files to a folder: takes the folder, lists, lets processes seal, tells what became of each."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from esign.foundation.clock import Clock, SystemClock
from esign.jobs.seal_processes import SealProcesses, run_loops
from esign.seal_works.locks import hold
from esign.seal_works.order import JOURNAL_FOLDER, SealOrder
from esign.seal_works.proof import prove
from esign.seal_works.recipe import SealRecipe, opened_journal
from esign.seal_works.refusing import key_fault, refusing
from esign.seal_works.telling import Telling, Told
from esign.seal_works.watched_proof import ProofTold, WatchedProof, unproven
from esign.sealing import SealKeyError
from esign.sealing.batches import Counts, NewItem
from esign.sealing.batches.errors import BatchWorkersEnded, OutputNameUnusable
from esign.sealing.batches.proof import BatchProof
from esign.store.database import Database
from esign.store.seal_folder import FolderDocuments
from esign.store.seal_journal import SqlSealJournal
from esign.store.seal_journal_file import forget_batches, settle_promises

STORE = "folder"
"""Name of the one place of output of a folder's journal."""
_LISTED_AT_ONCE = 500


@dataclass(slots=True, kw_only=True)
class FolderBatch:
    """A batch from files to a folder; one at a time in a folder.

    Args:
        order: What is to be done.
        clock: Where time comes from.
        prepare: What each process does first, such as choosing where its log goes.
    """

    order: SealOrder
    clock: Clock = field(default_factory=SystemClock)
    prepare: Callable[[], None] | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _journal: SqlSealJournal | None = None
    _telling: Telling | None = None
    _database: Database | None = None

    def __enter__(self) -> FolderBatch:
        """Take the folder, look what became of the last batch, and begin.

        Raises:
            BatchRunning: Another program seals into this folder.
            BatchJournalNewer: A newer version wrote its journal.
            OutputNameUnusable: A link leads to another journal.
        """
        try:
            folder = self.order.out / JOURNAL_FOLDER
            if folder.is_symlink():
                raise OutputNameUnusable("a link has the name of the journal's folder")
            folder.mkdir(parents=True, exist_ok=True)
            hold(self._stack, folder / "lock", fcntl.LOCK_EX)
            # Processes of a batch that was killed end after their chunk; nobody begins before.
            with ExitStack() as orphans:
                hold(orphans, folder / "workers.lock", fcntl.LOCK_EX, patience=60.0)
                documents = FolderDocuments(os.fsencode(self.order.out))
                documents.sweep()
                database = self._stack.enter_context(opened_journal(self.order))
                settle_promises(database, STORE, documents.digest, self.clock)
                forget_batches(database, STORE, keep=unproven(self.order.out))
            self._database = database
            self._journal = SqlSealJournal.begin(database, store=STORE, level=self.order.level, clock=self.clock)
            self.order = replace(self.order, batch=self._journal.batch)
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
        jobs: int,
        told: Told,
        stop: threading.Event,
        every: float = 0.2,
    ) -> Counts:
        """Seal all items; where no process can open the key any more, what is left is set aside with the reason.

        Args:
            items: Documents; they are listed while the first ones are being sealed.
            jobs: Processes; 0: threads of this one.
            told: Is given results in the order of the documents, and how far it is.
            stop: Ends it after the chunks under way.
            every: Seconds between two looks.

        Raises:
            BatchWorkersEnded: The processes die again and again.
        """
        blocks = _blocks(iter(items))
        first = next(blocks, [])
        self.journal.add(first)
        wanted = jobs if len(first) == _LISTED_AT_ONCE else min(jobs, max(1, -(-len(first) // self.order.chunk)))
        with self._listing(blocks, stop):
            try:
                with self._workers(wanted, stop, forever=False) as look:
                    while not (counts := self._tell(told)).done and not stop.is_set():
                        stop.wait(every if counts.open > 2 * self.order.chunk else min(every, 0.02))
                        look()
            except (BatchWorkersEnded, SealKeyError):
                fault = key_fault(self.order, self.clock)
                if fault is None:
                    raise
                self._refuse(fault, told, stop)
        return self._tell(told)

    def _refuse(self, fault: SealKeyError, told: Told, stop: threading.Event) -> None:
        """Let each document that is left have its line, although the key cannot be opened."""
        with refusing(self.order, self.journal, self.clock, fault) as loop:
            while not self._tell(told).done and not stop.is_set():
                if not loop.once():
                    stop.wait(0.02)

    def watch(
        self,
        blocks: Iterable[Sequence[NewItem]],
        *,
        jobs: int,
        told: Told,
        stop: threading.Event,
        every: float = 0.2,
        records: WatchedProof | None = None,
    ) -> Counts:
        """Seal what comes until stopped; documents that were told are forgotten, what was sealed stays known.

        Args:
            blocks: Documents as they come; ends when stopped.
            jobs: Processes; 0: threads of this one.
            told: Is given results in the order of the documents, and how far it is.
            stop: Ends it after the chunks under way.
            every: Seconds between two looks.
            records: Makes evidence records of what was told; nothing is forgotten that has none.

        Raises:
            BatchWorkersEnded: The processes die again and again.
        """
        forgotten = 0
        with self._listing(iter(blocks), stop), self._workers(jobs, stop, forever=True) as look:
            while not stop.wait(every):
                self._tell(told)
                shown = self._telling.shown if self._telling is not None else 0
                through = shown if records is None else records.look(shown)
                if through > forgotten:
                    self.journal.forget(through)
                    forgotten = through
                look()
        return self._tell(told)

    @contextmanager
    def _listing(self, blocks: Iterator[Sequence[NewItem]], stop: threading.Event) -> Iterator[None]:
        """Give documents to the journal in a thread of its own; an error of it is raised in the end."""
        errors: list[BaseException] = []

        def add() -> None:
            try:
                for block in blocks:
                    self.journal.add(block)
                    if stop.is_set():
                        return
                self.journal.complete()
            except BaseException as error:
                errors.append(error)
                stop.set()

        thread = threading.Thread(target=add, name="listing", daemon=True)
        thread.start()
        yield
        thread.join(2.0 if stop.is_set() else None)  # a list that nobody ends is not waited for
        if errors:
            raise errors[0]

    def watched_proof(self, *, told: ProofTold, after: int, within: float) -> WatchedProof:
        """Return what makes the evidence records of this batch while it goes on.

        Args:
            told: Is given what became of each portion of records.
            after: Documents after which their records are made.
            within: Seconds after which they are made at the latest.
        """
        if self._database is None:
            raise RuntimeError("the batch has not begun")
        return WatchedProof(
            self.order, self._database, self.journal.batch, clock=self.clock, told=told, after=after, within=within
        )

    def prove(self) -> BatchProof:
        """Write an evidence record beside every sealed document of this batch that has none; one timestamp for all.

        Raises:
            EsignError: No timestamp could be had; then no record is written.
        """
        return prove(self.order, self.journal, self.clock)

    @contextmanager
    def _workers(self, jobs: int, stop: threading.Event, *, forever: bool) -> Iterator[Callable[[], None]]:
        recipe = SealRecipe(self.order, forever, self.prepare)
        if jobs:
            processes = SealProcesses(recipe=recipe, journal=self.journal, count=jobs, threads=self.order.threads)
            processes.start()
            try:
                yield processes.look
            finally:
                processes.stop()
            return
        ended = threading.Event()
        with recipe(f"{os.getpid()}") as loops:
            thread = threading.Thread(target=run_loops, args=(loops, ended), name="sealing")
            thread.start()
            try:
                yield lambda: None
            finally:
                ended.set()
                thread.join()

    def _tell(self, told: Told) -> Counts:
        if self._telling is None:
            self._telling = Telling(self.journal)
        return self._telling.tell(told)


def _blocks(items: Iterator[NewItem]) -> Iterator[Sequence[NewItem]]:
    while block := list(islice(items, _LISTED_AT_ONCE)):
        yield block
