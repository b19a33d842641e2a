"""The line: what happens to the documents of a chunk, from reading to the journal.

1. Each document is read, and looked at: is it known, may it be sealed (e-invoices)?
2. The seal is begun: one signature each.
3. From B-T on, all signatures of a portion are timestamped, many at a time.
4. The seal is finished and lengthened to its level, checked anew, some by the full verdict, and written unseen.
5. All that was written is brought to the disk.
6. What will be given out is promised in the journal; what must not be is dropped.
7. Each sealed document gets its name, at once and as a whole; then the names are brought to the disk.
8. The journal records what became of each.

A document that fails anywhere is set aside with its code; the others go on. After a crash at any point the documents of
the chunk wait again, and what had its name already is found by its promise.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.sealing.batches.errors import LeaseEnded, OutputExists, OutputLevelLower, Unexpected
from esign.sealing.batches.items import NO_FACTS, Chunk, Item, ItemResult, ItemState, Known, Promise
from esign.sealing.batches.ports import (
    Buffer,
    Document,
    Documents,
    Journal,
    Preparation,
    Staged,
    Steps,
    Verdicts,
    no_steps,
)
from esign.sealing.batches.standing import still_sealed

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
"""From the lowest to the highest."""

PORTION_BYTES = 32 << 20
"""Documents that are held in memory at a time, all together, unless a single one is longer."""

_log = logging.getLogger("esign.sealing")


class Made(Protocol):
    """A document's sealed form."""

    @property
    def tail(self) -> bytes:
        """What is appended to it."""

    @property
    def path(self) -> str:
        """How it was written: ``incremental`` or ``library``."""

    @property
    def hashed(self) -> hashlib._Hash:
        """SHA-256 that was fed the document when its seal was checked."""


class Workshop(Protocol):
    """Seals the documents of a portion; for each its sealed form, or why there is none."""

    def seal(self, items: Sequence[Item], documents: Sequence[Buffer]) -> Iterable[Made | EsignError]:
        """Seal documents, in their order, each checked anew before it is handed back."""


@dataclass(slots=True)
class _Work:
    """A document on its way."""

    item: Item
    began: float
    document: Document | None = None
    digest_in: bytes = b""
    digest_out: bytes = b""
    path: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    watched: bool = False
    staged: Staged | None = None
    result: ItemResult | None = None


@dataclass(slots=True)
class _Lease:
    """Until when a chunk is held; begun anew while there is work on it."""

    journal: Journal
    clock: Clock
    owner: str
    until: datetime
    length: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.length = self.until - self.clock.now()

    def keep(self) -> None:
        """Begin the lease anew when a third of it has gone."""
        if self.until - self.clock.now() < self.length * 2 / 3:
            self.until = self.journal.renew(self.owner)


@dataclass(slots=True, kw_only=True)
class Line:
    """Seals chunks of a batch. One object serves one thread.

    Args:
        journal: Records what is promised and what became of each.
        documents: Where documents are read and given out.
        workshop: Seals.
        level: The level that all are to reach.
        clock: Tells whether a lease still holds.
        preparation: What documents go through before; None: nothing.
        verdicts: The sample; None: none.
        steps: Is told of each step.
        portion: Bytes of documents that are held at a time.
    """

    journal: Journal
    documents: Documents
    workshop: Workshop
    level: str
    clock: Clock
    preparation: Preparation | None = None
    verdicts: Verdicts | None = None
    steps: Steps = no_steps
    portion: int = PORTION_BYTES

    def run(self, chunk: Chunk) -> Sequence[ItemResult]:
        """Seal what a chunk holds, and record it; returns what became of each."""
        self.steps("claimed")
        works = [_Work(item, 0.0) for item in chunk.items]
        lease = _Lease(self.journal, self.clock, chunk.owner, chunk.lease_until)
        try:
            for portion in self._portions(works, chunk.known, lease):
                self._seal(portion)
                for work in portion:
                    _close(work)
                lease.keep()
            self._give_out(chunk, works, lease)
        finally:
            for work in works:
                _close(work)
                if work.staged is not None:
                    self.documents.discard(work.staged)
        results = [self._result(work) for work in works]
        self.journal.finish(chunk.owner, [work.result for work in works if work.result is not None])
        if any(work.result is None for work in works):
            self.journal.release(chunk.owner)  # what nobody has taken over waits again
        self.steps("recorded")
        return results

    def _portions(self, works: Sequence[_Work], known: Mapping[bytes, Known], lease: _Lease) -> Iterator[list[_Work]]:
        portion: list[_Work] = []
        size = 0
        for work in works:
            lease.keep()  # looking at some documents takes seconds
            work.began = time.perf_counter()
            if not self._guarded(work, self._read, known):
                _close(work)
                continue
            portion.append(work)
            size += len(_data(work))
            if size >= self.portion:
                yield portion
                portion, size = [], 0
        if portion:
            yield portion

    def _read(self, work: _Work, known: Mapping[bytes, Known]) -> None:
        item = work.item
        work.document = self.documents.read(item.source, item.output)
        data = work.document.data
        self.steps("read", item)
        before = known.get(item.output)
        if before is not None:
            work.digest_in = hashlib.sha256(data).digest()
            work.result = self._again(work, before)
        elif self.preparation is not None:
            try:
                admitted = self.preparation.admit(data)
            except EsignError:
                work.digest_in = hashlib.sha256(data).digest()
                raise
            work.facts, work.watched = admitted.facts, admitted.watched
            if admitted.instead is not None:
                work.digest_in = hashlib.sha256(data).digest()
                work.document.close()
                work.document = _Made(admitted.instead, getattr(work.document, "mode", 0o644))
            self.steps("admitted", item)

    def _again(self, work: _Work, before: Known) -> ItemResult:
        if before.digest_in != work.digest_in:
            raise OutputExists("another document was sealed under that name")
        lengthened = still_sealed(self.documents, work.item.output, before.digest_out)
        if LEVELS.index(before.level) < LEVELS.index(self.level):
            raise OutputLevelLower(level=before.level)
        return ItemResult(
            item=work.item,
            state=ItemState.SEALED,
            digest_in=before.digest_in,
            digest_out=before.digest_out,
            level=before.level,
            facts={"lengthened": True} if lengthened else NO_FACTS,
            again=True,
            seconds=time.perf_counter() - work.began,
        )

    def _seal(self, portion: Sequence[_Work]) -> None:
        made = self.workshop.seal([work.item for work in portion], [_data(work) for work in portion])
        sealed = []
        for work, form in zip(portion, made, strict=True):
            if isinstance(form, EsignError):
                work.digest_in = work.digest_in or hashlib.sha256(_data(work)).digest()
                work.result = self._set_aside(work, form)
            elif self._guarded(work, self._check, form):
                sealed.append((work, form.tail))
        for work, tail in sealed:
            self._guarded(work, self._write, tail)

    def _check(self, work: _Work, form: Made) -> None:
        data, tail = _data(work), form.tail
        running = form.hashed.copy()
        work.digest_in = work.digest_in or running.digest()
        running.update(tail)
        work.digest_out, work.path = running.digest(), form.path
        self.steps("sealed", work.item)
        if self.preparation is not None and work.watched:
            self.preparation.unchanged(data, tail)
        if self.verdicts is not None and self.verdicts.wanted(work.digest_in):
            self.verdicts.check(data, tail)
        self.steps("checked", work.item)

    def _write(self, work: _Work, tail: bytes) -> None:
        assert work.document is not None  # noqa: S101 - read before
        work.staged = self.documents.stage(work.document, tail, work.item.output)
        self.steps("written", work.item)

    def _give_out(self, chunk: Chunk, works: Sequence[_Work], lease: _Lease) -> None:
        written = [work for work in works if work.staged is not None]
        if not written:
            return
        failed = self.documents.settle([work.staged for work in written if work.staged is not None])
        for work in written:
            if (error := failed.get(work.item.output)) is not None:
                work.result = self._set_aside(work, error)
        self.steps("settled")
        written = [work for work in written if work.result is None]
        lease.keep()
        refused = self.journal.promise(
            chunk.owner,
            [
                Promise(item=work.item, digest_in=work.digest_in, digest_out=work.digest_out, level=self.level)
                for work in written
            ],
        )
        self.steps("promised")
        for work in written:
            if (error := refused.get(work.item.number)) is not None:
                work.digest_out = b""  # nothing was promised
                work.result = self._set_aside(work, error)
            elif self.clock.now() < lease.until:
                self._guarded(work, self._release)
        self.documents.confirm()
        self.steps("confirmed")

    def _release(self, work: _Work) -> None:
        assert work.staged is not None  # noqa: S101 - only written ones come here
        level, again = self.level, False
        try:
            self.documents.release(work.staged)
        except OutputExists:
            there = self.documents.digest(work.item.output)
            before = None if there is None else self.journal.promised(work.item.output, work.digest_in).get(there)
            if there is None or before is None:
                raise
            # An earlier attempt came through, or the same document was given twice.
            if LEVELS.index(before) < LEVELS.index(level):
                work.digest_out = b""  # the promise of what stands there is not taken back
                raise OutputLevelLower(level=before) from None
            work.digest_out, level, again = there, before, True
        work.result = ItemResult(
            item=work.item,
            state=ItemState.SEALED,
            digest_in=work.digest_in,
            digest_out=work.digest_out,
            level=level,
            path=work.path,
            facts=work.facts,
            again=again,
            seconds=time.perf_counter() - work.began,
        )
        self.steps("named", work.item)

    def _guarded(self, work: _Work, act: Callable[..., None], *more: object) -> bool:
        """Do something to a document; returns whether it goes on."""
        try:
            act(work, *more)
        except EsignError as error:
            work.result = self._set_aside(work, error)
        except Exception as error:  # one document never stops the others
            _log.error("document not sealed", exc_info=error, extra={"item": work.item.number})
            work.result = self._set_aside(work, Unexpected())
        return work.result is None

    def _set_aside(self, work: _Work, error: EsignError) -> ItemResult:
        return ItemResult(
            item=work.item,
            state=ItemState.SET_ASIDE,
            digest_in=work.digest_in,
            digest_out=work.digest_out,
            code=error.code,
            detail=error.detail,
            facts=error.facts,
            seconds=time.perf_counter() - work.began,
        )

    def _result(self, work: _Work) -> ItemResult:
        if work.result is None:  # the lease ended on the way: whoever took it over records it
            return self._set_aside(work, LeaseEnded())
        return work.result


@dataclass(slots=True)
class _Made:
    """A document that was made here, in place of the one that was read."""

    data: Buffer
    mode: int
    """Who may read it, as of the one that was read."""

    def close(self) -> None:
        """Nothing has to be let go."""


def _data(work: _Work) -> Buffer:
    assert work.document is not None  # noqa: S101 - read before
    return work.document.data


def _close(work: _Work) -> None:
    if work.document is not None:
        work.document.close()
        work.document = None
