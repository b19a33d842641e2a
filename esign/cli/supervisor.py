"""Several processes that live and die together.

1. Children start one after the other; each must accept connections at its port before the next one starts.
2. A child that ends by itself ends everything (``demo``) or is started again with growing waits (``serve``).
3. Ctrl-C, SIGTERM and SIGHUP stop all children: SIGTERM first, SIGKILL for what has not ended in time.
4. Should this process be killed outright, the kernel ends the children (``follow_parent``).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from esign.cli.errors import ProcessEnded, ProcessNotReady
from esign.cli.ports import answers

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
SETTLED_SECONDS = 60.0
"""A child that ran this long and then ended is started again at once."""

_PR_SET_PDEATHSIG = 1
_SUPERVISOR = "ESIGN_SUPERVISOR"
"""Environment variable by which a child knows who started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to run.

    Args:
        name: Its name in messages.
        arguments: Arguments of ``esign``.
        ports: It is ready when all of them accept connections.
    """

    name: str
    arguments: tuple[str, ...]
    ports: tuple[int, ...] = ()

    @property
    def command(self) -> list[str]:
        """The whole command line."""
        return [sys.executable, "-m", "esign.cli", *self.arguments]


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    since: float
    failures: int = 0
    again_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Keeps children running until it is told to stop."""

    restart: bool = False
    """Whether a child that ended is started again; otherwise everything ends with it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the children, beside those of this process."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: list[_Running] = field(default_factory=list)

    def run(self, children: Sequence[Child], *, ready: Callable[[], None] = lambda: None) -> None:
        """Start the children, say that everything is ready, and wait for the end.

        Raises:
            ProcessNotReady: A child did not become ready in time; the others were stopped.
            ProcessEnded: A child ended by itself; the others were stopped.
        """
        with self._signals():
            try:
                for child in children:
                    self._start(child)
                if not self._stop.is_set():
                    ready()
                while not self._stop.wait(0.25):
                    self._look()
            finally:
                self.stop_children()

    def stop(self) -> None:
        """Let :meth:`run` end."""
        self._stop.set()

    def stop_children(self) -> None:
        """Stop the children, the last one first."""
        for running in reversed(self._running):
            if running.process.poll() is None:
                running.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for running in reversed(self._running):
            try:
                running.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()
        self._running.clear()

    def _start(self, child: Child) -> None:
        if self._stop.is_set():
            return
        process = _spawn(child, self.environment)
        self._running.append(_Running(child, process, time.monotonic()))
        deadline = time.monotonic() + READY_SECONDS
        while not all(answers(port) for port in child.ports):
            if process.poll() is not None:
                raise ProcessEnded(f"{child.name} ended before it was ready", status=process.returncode)
            if time.monotonic() > deadline:
                raise ProcessNotReady(f"{child.name} is not ready after {READY_SECONDS:.0f} seconds")
            if self._stop.wait(0.1):
                return

    def _look(self) -> None:
        for running in self._running:
            status = running.process.poll()
            if status is None:
                continue
            if not self.restart:
                raise ProcessEnded(f"{running.child.name} ended by itself", status=status)
            now = time.monotonic()
            if running.again_at is None:
                running.failures = 0 if now - running.since > SETTLED_SECONDS else running.failures + 1
                running.again_at = now + min(30.0, 0.5 * 2.0 ** min(running.failures, 10))
            elif now >= running.again_at:
                running.process, running.since, running.again_at = _spawn(running.child, self.environment), now, None

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        def end(number: int, frame: FrameType | None) -> None:
            self._stop.set()

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def follow_parent() -> None:
    """End this process when the supervisor that started it ends (Linux); called by a child as its first act."""
    supervisor = os.environ.get(_SUPERVISOR)
    if supervisor is None or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(supervisor):  # it ended before the kernel knew what to do
        sys.exit(0)


def _spawn(child: Child, more: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches this process alone, which then stops the children in order.
    environment = {**os.environ, **more, _SUPERVISOR: str(os.getpid())}
    return subprocess.Popen(  # noqa: S603 - our own program
        child.command, stdin=subprocess.DEVNULL, start_new_session=True, env=environment
    )
