"""One helper process, as who has documents looked at holds it: asked, waited for so long, ended when it is spoiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from esign.foundation.helper_process import HelperProcess
from esign.sealing.document_errors import DocumentCostly
from esign.sealing.looking.errors import LookUnavailable
from esign.sealing.looking.frames import READY, heard, tell

WORKER = Path(__file__).with_name("worker.py")
STARTING = 30.0
"""Seconds that a helper may take to begin."""
Served = Callable[[dict[str, Any], bytes], Mapping[str, Any]]
"""Answers a helper's own question."""


class Helper(HelperProcess):
    """One helper process.

    Args:
        setup: What it is told first, and the bytes to that.
    """

    def __init__(self, setup: Mapping[str, Any], body: bytes) -> None:
        self._setup = setup, body
        self._began = False
        try:
            super().__init__(WORKER)
        except OSError as error:
            raise LookUnavailable from error

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
                with self.within(seconds):
                    told, found = self._exchange(head, body)
                if "rules" not in told or serve is None:
                    break
                head, body = serve(told, found), b""
            self.alive = not (told.pop("leaves") or self.late)
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
        with self.within(STARTING):
            self._write(*self._setup)
            if self.answers.read(1) != READY:
                raise EOFError
        self._began = True

    def _exchange(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        self._write(head, body)
        return heard(self.answers)  # type: ignore[arg-type]  # a buffered reader of bytes

    def _write(self, head: Mapping[str, Any], body: bytes) -> None:
        tell(self.source, head, body)  # type: ignore[arg-type]  # a buffered writer of bytes

    def _broken(self) -> DocumentCostly | LookUnavailable:
        in_time = not self.break_off()
        if not self._began:
            return LookUnavailable()
        return DocumentCostly(limit="broken" if in_time else "time")
