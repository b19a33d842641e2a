"""Slow work beside the worker's own: in a thread of its own, never twice at a time; no other task waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from esign.foundation.errors import EsignError

_log = logging.getLogger("esign.jobs")


@dataclass(slots=True)
class Beside:
    """Work that may take minutes and may be cut off at any time: what it writes is whole or not there.

    Args:
        name: Stable word for the log.
        work: What is done.
    """

    name: str
    work: Callable[[], object]
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> bool:
        """Begin the work unless it is being done; return whether there is more to do at once: never."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._do, name=self.name, daemon=True)
                self._thread.start()
        return False

    def wait(self, seconds: float) -> None:
        """Wait until the work is done, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _do(self) -> None:
        try:
            self.work()
        except Exception as error:
            code = error.code if isinstance(error, EsignError) else "internal"
            _log.warning("task failed", exc_info=error, extra={"task": self.name, "code": code})
