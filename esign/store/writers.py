"""The queue before SQLite's one write lock: who comes first writes first, and nobody sleeps past a turn.

SQLite itself lets a writer who finds the lock taken sleep, longer each time, and whoever happens to ask at the right
moment gets it: with many writers most of them sleep while the lock is free, and some never get it. Here the threads of
a process stand in a line, and its first one competes with those of the other processes for a lock on a file.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from esign.store.errors import DatabaseUnavailable

_PAUSE = 0.0005
"""Seconds between two looks at the lock of the other processes; a transaction takes a few milliseconds."""


class Writers:
    """The line of one database's writers.

    Args:
        path: File that all processes lock; it stays empty, and the kernel frees the lock of a process that ends.
        patience: Seconds that a writer waits altogether.
    """

    def __init__(self, path: Path, *, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._line = _Line()
        self._file: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this thread's turn, and be the only writer until the end of the block.

        Raises:
            DatabaseUnavailable: It did not come in time; nothing was begun.
        """
        deadline = time.monotonic() + self._patience
        self._line.enter(self._patience)
        try:
            file = self._open()
            _lock(file, deadline)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
        finally:
            self._line.leave()

    def close(self) -> None:
        """Close the file; the next turn opens it again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


class _Line:
    """A lock that goes to the one who has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def enter(self, patience: float) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=patience):
            return
        with self._mutex:
            if called not in self._waiting:
                return  # called at the last moment
            self._waiting.remove(called)
        raise DatabaseUnavailable("too many writers before this one")

    def leave(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def _lock(file: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise DatabaseUnavailable("another process writes") from None
            time.sleep(_PAUSE)
        else:
            return
