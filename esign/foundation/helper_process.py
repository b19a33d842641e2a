"""A helper process: our own program reads what may be hostile, so that it can spoil nothing but the helper.

It is started by itself, without our environment and our modules, asked over its pipes, and ended when it takes too
long. What is said over the pipes is the affair of whoever holds it.
"""

from __future__ import annotations

import os
import signal
import subprocess  # our own workers, fixed arguments, no shell
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


class HelperProcess:
    """One helper process.

    Args:
        worker: Its program, a file of ours.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(self, worker: Path) -> None:
        self.owner = os.getpid()
        """A process that was forked from this one must not talk to its helper."""
        self.alive = True
        """Whether it is to be asked again."""
        self.late = False
        """Whether it took too long."""
        self._process = subprocess.Popen(  # noqa: S603 - our own worker, fixed arguments, no shell
            [sys.executable, "-I", str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )

    @property
    def running(self) -> bool:
        """Whether the process still runs, and is ours."""
        return self.owner == os.getpid() and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def source(self) -> IO[bytes]:
        """What it reads.

        Raises:
            EOFError: There is no such pipe.
        """
        if self._process.stdin is None:
            raise EOFError
        return self._process.stdin

    @property
    def answers(self) -> IO[bytes]:
        """What it writes.

        Raises:
            EOFError: There is no such pipe.
        """
        if self._process.stdout is None:
            raise EOFError
        return self._process.stdout

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End the helper if what is done here takes longer by the clock on the wall."""
        clock = threading.Timer(seconds, self._run_out)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()

    def break_off(self) -> bool:
        """End a helper that did not answer as it must; returns whether time ran out, by the wall or the processor."""
        self.alive = False
        return self.kill() == -signal.SIGXCPU or self.late

    def kill(self) -> int:
        """End it at once; returns its exit status when it has ended."""
        self._process.kill()
        return self._process.wait()

    def end(self) -> None:
        """End the process, if it is ours; a forked copy only lets go of its pipes."""
        self.alive = False
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        if self.owner != os.getpid():
            return
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()

    def _run_out(self) -> None:
        self.late = True
        self._process.kill()
