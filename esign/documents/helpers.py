"""How many helper processes work at a time: foreign files must not take all threads, processors and memory.

Each process of the server lets few helpers run and few requests wait for one; everybody else is told to come again.
So a company that uploads without end holds up other uploads and pictures, and nothing else.
"""

from __future__ import annotations

import subprocess  # our own workers, fixed arguments, no shell
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from esign.documents.errors import HelpersBusy

RUNNING = 3
"""Helpers of one process of the server that run at a time."""
WAITING = 3
"""Requests that wait for one; with those that run fewer than the threads of a process (``esign.cli.server``)."""
PATIENCE = 8.0
"""Seconds that a request waits."""
AGAIN = 3
"""Seconds after which somebody who was sent away may come again."""


class Bench:
    """Lets few run, few wait, and sends everybody else away.

    Args:
        running: How many at a time.
        waiting: How many may wait.
        patience: Seconds that one waits.
    """

    def __init__(self, running: int = RUNNING, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._places = threading.BoundedSemaphore(running + waiting)
        self._running = threading.BoundedSemaphore(running)
        self._patience = patience

    @contextmanager
    def place(self) -> Iterator[float]:
        """Take a place; what is given is how long it took to get it, in seconds.

        Raises:
            HelpersBusy: Too many are at it, or it took too long.
        """
        if not self._places.acquire(blocking=False):
            raise HelpersBusy(again=AGAIN)
        try:
            begun = time.monotonic()
            if not self._running.acquire(timeout=self._patience):
                raise HelpersBusy(again=AGAIN)
            try:
                yield time.monotonic() - begun
            finally:
                self._running.release()
        finally:
            self._places.release()


BENCH = Bench()
"""That of this process."""


def run(command: Sequence[str], data: bytes, *, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Let a helper read something, in an empty environment.

    Args:
        command: The helper, our own.
        data: Its standard input.
        seconds: How long it may take by the clock on the wall.

    Raises:
        HelpersBusy: Too many are at work already.
        subprocess.TimeoutExpired: It took too long and was ended.
    """
    with BENCH.place():
        return subprocess.run(  # noqa: S603 - our own worker, fixed arguments, no shell
            list(command), input=data, capture_output=True, timeout=seconds, check=False, env={}
        )
