"""Evidence records of a hot folder: one timestamp for what was sealed since the last one, again and again.

1. What was sealed and told waits for its record. 2. After so many documents, or so long after the first of them, one
timestamp is asked for, beside the sealing, and the records are written. 3. Until then the journal remembers the
documents, across any end of the program: a list beside it names the batches of which some may have no record, and
whoever watches next with evidence records begins with those.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.seal_works.order import JOURNAL_FOLDER, SealOrder
from esign.seal_works.proof import prove_sealed
from esign.sealing.batches import ItemResult
from esign.sealing.batches.errors import OutputExists, Unexpected
from esign.sealing.batches.proof import BatchProof
from esign.store.database import Database
from esign.store.seal_journal_file import forget_sealed, sealed_of

AFTER = 1_000
"""Documents after which a record is made for each of them."""
WITHIN = 60.0
"""Seconds after which the first one that waits gets its record at the latest."""
PAUSE = 30.0
"""Seconds until a timestamp is asked for again that could not be had."""
_MOST = 50_000
"""Documents of one timestamp; their records are made in memory."""
_LIST = "unproven.json"
_log = logging.getLogger("esign.sealing")
_Waiting = tuple[int, bytes, bytes]
"""Number in the journal (0: of an earlier batch), output name, SHA-256."""
ProofTold = Callable[[BatchProof | EsignError], None]
"""Is given what became of the records of a portion, or why there was no timestamp for it."""


class WatchedProof:
    """Makes the evidence records of what is sealed while folders are watched. One object serves one thread.

    Args:
        order: Timestamp authorities and place of output.
        database: Where the journal is.
        batch: Number of the batch that begins.
        clock: Where time comes from.
        told: Is given what became of each portion.
        after: Documents after which their records are made.
        within: Seconds after which they are made at the latest.
    """

    def __init__(
        self,
        order: SealOrder,
        database: Database,
        batch: int,
        *,
        clock: Clock,
        told: ProofTold,
        after: int = AFTER,
        within: float = WITHIN,
    ) -> None:
        self._order = order
        self._database = database
        self._clock = clock
        self._told = told
        self._after = after
        self._within = within
        self._old = unproven(order.out)
        remember(order.out, (*self._old, batch))
        self._batch = batch
        left = [(0, output, digest) for output, digest in sealed_of(database, self._old)]
        self._waiting: deque[_Waiting] = deque(left)
        self._since = time.monotonic() - (within if left else 0.0)
        self._not_before = 0.0
        self._portion: list[_Waiting] = []
        self._asked: Future[BatchProof] | None = None
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="records")

    @property
    def complete(self) -> bool:
        """Whether everything that was told has its record."""
        return not self._waiting and not self._portion

    def add(self, results: Sequence[ItemResult]) -> None:
        """Take note of what was sealed, in the order of the journal."""
        for result in results:
            if result.sealed:
                if not self._waiting:
                    self._since = time.monotonic()
                self._waiting.append((result.item.number, result.item.output, result.digest_out))

    def look(self, through: int) -> int:
        """Begin or end a portion if it is time; never waits.

        Args:
            through: Number of the document that was told last.

        Returns:
            Up to which number the journal need not remember documents.
        """
        if self._asked is not None and self._asked.done():
            self._end(self._asked)
        now = time.monotonic()
        due = len(self._waiting) >= self._after or now - self._since >= self._within
        if self._asked is None and self._waiting and due and now >= self._not_before:
            self._begin()
        numbers = [number for number, _, _ in (*self._portion[:1], *islice(self._waiting, 1))]
        oldest = min((number for number in numbers), default=through + 1)
        return min(through, oldest - 1) if oldest else 0

    def finish(self) -> bool:
        """Make the records that are left; returns whether everything has one. What has none gets it the next time."""
        with suppress(Exception):
            if self._asked is not None:
                self._asked.exception()  # waits
        while True:
            if self._asked is not None:
                self._end(self._asked)
            if not self._waiting or self._not_before > time.monotonic():
                break
            self._begin()
            assert self._asked is not None  # noqa: S101 - just begun
            self._asked.exception()
        self._hand.shutdown()
        if self.complete:
            forget_sealed(self._database, self._old)
            remember(self._order.out, ())
        return self.complete

    def _begin(self) -> None:
        self._portion = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))]
        self._since = time.monotonic()
        sealed = [(output, digest) for _, output, digest in self._portion]
        self._asked = self._hand.submit(prove_sealed, self._order, sealed, self._clock)

    def _end(self, asked: Future[BatchProof]) -> None:
        self._asked, portion, self._portion = None, self._portion, []
        try:
            proof = asked.result()
        except EsignError as error:
            self._again(portion)
            self._told(error)
            return
        except Exception as error:  # the sealing goes on
            _log.error("records not made", exc_info=error)
            self._again(portion)
            self._told(Unexpected())
            return
        self._again([each for each in portion if _passing(proof.failed.get(each[1]))])
        self._told(proof)
        if self._old and all(number for number, _, _ in islice(self._waiting, 1)):
            forget_sealed(self._database, self._old)
            self._old = ()
            remember(self._order.out, (self._batch,))

    def _again(self, portion: Sequence[_Waiting]) -> None:
        if portion:
            self._waiting.extendleft(reversed(portion))
            self._not_before = time.monotonic() + PAUSE


def _passing(error: EsignError | None) -> bool:
    """Tell whether a record may be made later that could not be made now."""
    return error is not None and not isinstance(error, OutputExists)


def unproven(out: Path) -> tuple[int, ...]:
    """Return the batches of a folder of which some documents may have no evidence record although one was asked for."""
    try:
        listed = json.loads((out / JOURNAL_FOLDER / _LIST).read_text("ascii"))
    except (OSError, ValueError):
        return ()
    return tuple(number for number in listed if isinstance(number, int)) if isinstance(listed, list) else ()


def remember(out: Path, batches: Sequence[int]) -> None:
    """Remember these batches, durably, in place of those that were remembered."""
    folder = out / JOURNAL_FOLDER
    written = folder / f"{_LIST}.new"
    with written.open("w", encoding="ascii") as file:
        json.dump(list(batches), file)
        file.flush()
        os.fsync(file.fileno())
    written.replace(folder / _LIST)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
