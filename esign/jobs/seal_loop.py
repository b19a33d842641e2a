"""One thread of sealing: claims a chunk, runs it down the line, and again, until nothing is left."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from esign.foundation.errors import EsignError
from esign.jobs.backoff import Backoff
from esign.sealing.batches import Journal, Line

CHUNK = 200
"""Documents that are leased, brought to the disk and recorded together."""
CHUNK_WAITING = 100
"""The same where others are waited for: a token, a remote service, timestamps; a chunk is to end within seconds."""
PAUSE = 0.05
"""Seconds between two looks for more documents while some are still being given."""
MOST_FAILURES = 5
"""Failures of a whole chunk in a row after which this thread gives up; what it held waits for another one."""

_log = logging.getLogger("esign.jobs")


@dataclass(slots=True, kw_only=True)
class SealLoop:
    """Seals until the batch is done, or until it is stopped between two chunks.

    Args:
        journal: The batch.
        line: What happens to a chunk.
        owner: A name that nobody else has.
        chunk: Documents at a time.
        forever: Whether it goes on waiting for documents when none is left.
    """

    journal: Journal
    line: Line
    owner: str
    chunk: int = CHUNK
    forever: bool = False
    backoff: Backoff = field(default_factory=lambda: Backoff(first=0.2, limit=5.0))

    def run(self, stop: threading.Event) -> bool:
        """Work; returns whether it ended well: nothing left, or stopped."""
        failures = 0
        while not stop.is_set():
            try:
                if not self.once():
                    if not self.forever and self.journal.counts().complete:
                        return True
                    stop.wait(PAUSE)
                failures = 0
            except Exception as error:
                failures += 1
                code = error.code if isinstance(error, EsignError) else "internal"
                _log.error("chunk failed", exc_info=error, extra={"code": code, "failures": failures})
                if not self.give_back() or failures >= MOST_FAILURES:
                    return False
                stop.wait(self.backoff.wait(failures))
        return True

    def once(self) -> int:
        """Seal one chunk; returns how many documents it had, 0 if none waits.

        Raises:
            EsignError: The journal cannot be reached; what is leased comes back when the lease ends.
        """
        chunk = self.journal.claim(self.owner, self.chunk)
        if chunk.items:
            self.line.run(chunk)
        return len(chunk.items)

    def give_back(self) -> bool:
        """Give back what is leased; returns whether the journal took it."""
        try:
            self.journal.release(self.owner)
        except Exception as error:
            _log.error("chunk not given back", exc_info=error)
            return False
        return True
