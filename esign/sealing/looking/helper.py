"""One helper process, as who has documents looked at holds it: asked, waited for so long, ended when it is spoiled."""

from __future__ import annotations

import os
import signal
import subprocess  # our own worker, fixed arguments, no shell
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from esign.sealing.document_errors import DocumentCostly
from esign.sealing.looking.errors import LookUnavailable
from esign.sealing.looking.frames import READY, heard, tell

WORKER = Path(__file__).with_name("worker.py")
STARTING = 30.0
"""Seconds that a helper may take to begin."""
Served = Callable[[dict[str, Any], bytes], Mapping[str, Any]]
"""Answers a helper's own question."""


class Helper:
    """One helper process.

    Args:
        setup: What it is told first, and the bytes to that.
    """

    def __init__(self, setup: Mapping[str, Any], body: bytes) -> None:
        self.owner = os.getpid()
        """A process that was forked from this one must not talk to its helper."""
        self.alive = True
        self._setup = setup, body
        self._began = self._late = False
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own worker, fixed arguments, no shell
                [sys.executable, "-I", str(WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
            )
        except OSError as error:
            raise LookUnavailable from error

    @property
    def running(self) -> bool:
        """Whether the process still runs, and is ours."""
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(
        self, head: Mapping[str, Any], body: bytes, *, seconds: float, serve: Served | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """Return what the helper says about a document; it may be gone afterwards.

        Args:
            head: What is asked.
            body: The document.
            seconds: How long it may take by the clock on the wall, until it answers or asks something itself.
            serve: Answers what it asks.

        Raises:
            DocumentCostly: It took too long, or broke down.
            LookUnavailable: It could not begin.
        """
        try:
            self._begin()
            while True:
                with self._within(seconds):
                    told, found = self._exchange(head, body)
                if "rules" not in told or serve is None:
                    break
                head, body = serve(told, found), b""
            self.alive = not (told.pop("leaves") or self._late)
            return told, found
        except (OSError, EOFError, ValueError, KeyError):
            raise self._broken() from None
        finally:
            if not self.alive:
                self.end()

    def _begin(self) -> None:
        """Hand over the setup and wait until the helper has shut itself in."""
        if self._began:
            return
        with self._within(STARTING):
            self._write(*self._setup)
            pipe = self._process.stdout
            if pipe is None or pipe.read(1) != READY:
                raise EOFError
        self._began = True

    def _exchange(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        self._write(head, body)
        if self._process.stdout is None:
            raise EOFError
        return heard(self._process.stdout)  # type: ignore[arg-type]  # a buffered reader of bytes

    def _write(self, head: Mapping[str, Any], body: bytes) -> None:
        if self._process.stdin is None:
            raise EOFError
        tell(self._process.stdin, head, body)  # type: ignore[arg-type]  # a buffered writer of bytes

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """End the helper if it takes longer."""
        clock = threading.Timer(seconds, self._run_out)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()

    def _run_out(self) -> None:
        self._late = True
        self._process.kill()

    def _broken(self) -> DocumentCostly | LookUnavailable:
        self.alive = False
        self._process.kill()
        status = self._process.wait()
        if not self._began:
            return LookUnavailable()
        return DocumentCostly(limit="time" if self._late or status == -signal.SIGXCPU else "broken")

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
            self._process.kill()
            self._process.wait()
