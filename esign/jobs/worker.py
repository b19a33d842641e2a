"""The worker: asks each task again and again whether something is due, and does it.

1. A task whose time has come is called; it does what is due and says whether there was anything.
2. If there was, it is called again at once; if not, after its interval.
3. If it fails, the failure is logged (code and place, no message that could hold personal data), and it is called
   again after a wait that doubles. Other tasks are not held up.
4. A stop ends the loop between two tasks: what was begun is finished, what is leased by others is left alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from esign.foundation.errors import EsignError
from esign.jobs.backoff import Backoff

_log = logging.getLogger("esign.jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that may become due.

    Args:
        name: Stable word for the log.
        run: Does what is due; returns whether (or how much) was done.
        every: Seconds between two questions when nothing is due.
        backoff: Waits after failures.
    """

    name: str
    run: Callable[[], object]
    every: float = 1.0
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(slots=True)
class _Row:
    task: Task
    due: float
    failures: int = 0


class Worker:
    """Runs tasks until it is stopped.

    Args:
        tasks: What may become due, most urgent first.
        now: A clock in seconds that never goes back.
        patience: The longest sleep in seconds, so that a stop is noticed even where waiting cannot be interrupted.
    """

    def __init__(
        self, tasks: Sequence[Task], *, now: Callable[[], float] = time.monotonic, patience: float = 5.0
    ) -> None:
        self._now = now
        self._patience = patience
        self._stopped = threading.Event()
        self._rows = [_Row(task, now()) for task in tasks]

    def stop(self) -> None:
        """Let the loop end after the task that is running; may be called by a signal handler or another thread."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the worker was told to stop."""
        return self._stopped.is_set()

    def run(self) -> None:
        """Work until stopped."""
        _log.info("worker started", extra={"tasks": [row.task.name for row in self._rows]})
        while not self._stopped.is_set():
            self._stopped.wait(min(self.step(), self._patience))
        _log.info("worker stopped")

    def step(self) -> float:
        """Call each task whose time has come, once; returns the seconds until the next one is due."""
        for row in self._rows:
            if self._stopped.is_set():
                break
            if row.due <= self._now():
                self._call(row)
        return max(0.0, min((row.due for row in self._rows), default=self._now() + self._patience) - self._now())

    def _call(self, row: _Row) -> None:
        try:
            done = row.task.run()
        except Exception as error:
            row.failures += 1
            row.due = self._now() + row.task.backoff.wait(row.failures)
            code = error.code if isinstance(error, EsignError) else "internal"
            _log.log(
                logging.WARNING if isinstance(error, EsignError) else logging.ERROR,
                "task failed",
                exc_info=None if isinstance(error, EsignError) else error,
                extra={"task": row.task.name, "code": code, "failures": row.failures},
            )
            return
        if row.failures:
            _log.info("task recovered", extra={"task": row.task.name, "failures": row.failures})
        row.failures = 0
        row.due = self._now() + (0.0 if done else row.task.every)
