"""Processes that seal: started, watched, replaced when they die, ended between two chunks.

1. Processes come from a fork server that has read the program once. Each makes its lines by a recipe that it is handed,
   and works with several threads: while one waits for the disk, another one seals.
2. A process that dies gives back what it held (this process sees to that); it is replaced.
3. SIGTERM ends a process after its chunks. Should this process die, the fork server ends, and then the kernel sends
   that signal.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from esign.foundation.errors import EsignError
from esign.jobs.seal_loop import SealLoop
from esign.sealing.batches import Journal
from esign.sealing.batches.errors import BatchWorkersEnded

STOP_SECONDS = 60.0
"""How long a chunk may take after a stop; then its process is killed, and the documents wait for the next time."""
MOST_DEATHS = 12
"""Deaths without anything recorded in between after which nobody is started any more."""
_PR_SET_PDEATHSIG = 1

Recipe = Callable[[str], AbstractContextManager[Sequence[SealLoop]]]
"""Makes the loops of a process; told the name under which they lease. It is pickled: no keys, no handles."""

_log = logging.getLogger("esign.jobs")


@dataclass(slots=True)
class _Running:
    process: BaseProcess
    owners: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class SealProcesses:
    """The processes of one batch.

    Args:
        recipe: Makes the loops of a process.
        journal: Where what dead processes held is given back.
        count: How many work at a time.
        threads: Loops of each.
    """

    recipe: Recipe
    journal: Journal
    count: int
    threads: int
    _running: list[_Running] = field(default_factory=list)
    _started: int = 0
    _deaths: int = 0
    _finished: int = 0
    _prefix: str = field(default_factory=lambda: f"{os.getpid()}-{time.time_ns() & 0xFFFFFFFF:08x}")

    def start(self, most: int | None = None) -> None:
        """Start all that are missing, or some of them."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([type(self.recipe).__module__])
        wanted = min(self.count, len(self._running) + (self.count if most is None else most))
        while len(self._running) < wanted:
            self._started += 1
            name = f"{self._prefix}-{self._started}"
            process = context.Process(target=_work, args=(self.recipe, name), name=f"seal-{self._started}")
            process.start()
            self._running.append(_Running(process, tuple(owner(name, each) for each in range(self.threads))))

    def look(self) -> None:
        """Replace processes that have died while documents are left.

        Raises:
            BatchWorkersEnded: They die again and again, and nothing gets done.
        """
        gone = [each for each in self._running if each.process.exitcode is not None]
        for each in gone:
            self._running.remove(each)
            for name in each.owners:
                self.journal.release(name)
        if not gone:
            return
        counts = self.journal.counts()
        died = sum(1 for each in gone if each.process.exitcode)
        if counts.done or (not died and self._running):
            return  # who ends well has found nothing to do
        finished = counts.sealed + counts.set_aside
        self._deaths = self._deaths + died if finished == self._finished else died
        self._finished = finished
        if self._deaths >= MOST_DEATHS:
            raise BatchWorkersEnded(deaths=self._deaths)
        _log.warning("worker processes ended", extra={"exits": [each.process.exitcode for each in gone]})
        self.start(max(died, 1))

    def stop(self) -> None:
        """End all after the chunks that they hold."""
        for each in self._running:
            if each.process.exitcode is None:
                each.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for each in self._running:
            each.process.join(max(0.1, until - time.monotonic()))
            if each.process.exitcode is None:
                each.process.kill()
                each.process.join()
            for name in each.owners:
                self.journal.release(name)
        self._running.clear()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that run."""
        return tuple(each.process.pid for each in self._running if each.process.pid is not None)


def owner(name: str, thread: int) -> str:
    """Return the name under which a thread of a process leases."""
    return f"{name}.{thread}"


def run_loops(loops: Sequence[SealLoop], stop: threading.Event) -> bool:
    """Run loops in threads until all have ended; returns whether all ended well."""
    ends = [False] * len(loops)

    def run(number: int) -> None:
        ends[number] = loops[number].run(stop)

    threads = [
        threading.Thread(target=run, args=(number,), name=f"seal-{number}", daemon=True) for number in range(len(loops))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.5)  # signals are handled between
    return all(ends)


def end_with_parent() -> None:
    """Let the kernel end this process, in order, when the one that started it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _stop_after(sentinel: int, stop: threading.Event) -> None:
    """Stop when the process above has ended, however it did."""
    wait([sentinel])
    stop.set()


def _work(recipe: Recipe, name: str) -> None:
    """Be one process."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the one above ends us in order
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    end_with_parent()
    above = multiprocessing.parent_process()
    if above is None or not above.is_alive():  # it ended before the kernel knew what to do
        return
    # The kernel tells of the fork server's death, which lives as long as one of us does: ask for the one above it too.
    threading.Thread(target=_stop_after, args=(above.sentinel, stop), name="above", daemon=True).start()
    try:
        with recipe(name) as loops:
            well = run_loops(loops, stop)
    except Exception as error:
        code = error.code if isinstance(error, EsignError) else "internal"
        _log.error("worker process failed", exc_info=error, extra={"code": code})
        well = False
    sys.exit(0 if well else 1)
