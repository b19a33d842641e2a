"""The verdict on a whole ledger: nothing was changed, moved, taken out or added at the wrong place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from esign.evidence.entry import Entry
from esign.evidence.errors import EntryError, EvidenceError, HeadError
from esign.evidence.head import Head, StampedHead
from esign.evidence.kinds import EntryKind
from esign.foundation.errors import EsignError
from esign.proof.chain import GENESIS, entry_hash
from esign.proof.merkle import Frontier
from esign.proof.timestamps import verify_token

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far our clock may run ahead of the timestamp authority before an entry counts as dated in the future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as the store keeps it: the canonical bytes and the columns that repeat what they say."""

    seq: int
    hash: bytes
    prev: bytes
    kind: str
    contract: str | None
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What the walk through a ledger found.

    Args:
        intact: Everything holds.
        entries: Entries that were walked and found good.
        heads: Timestamped heads that were found good.
        first_fault: The first thing that does not hold, in English, without personal data; None if intact.
        code: Stable word for the kind of fault: ``entry.…``, ``head.…`` or ``tail.…``; None if intact.
        proven_at: Instant of the last good head's timestamp: everything it covers existed by then.
        ahead: Entries that are dated later than a timestamp that covers them, and of which the ledger itself says so.
    """

    intact: bool
    entries: int
    heads: int
    first_fault: str | None = None
    code: str | None = None
    proven_at: datetime | None = None
    ahead: int = 0


class _Fault(EvidenceError):
    """Ends the walk."""

    code = "evidence.ledger"

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word


def verify_ledger(
    entries: Iterable[StoredEntry],
    heads: Iterable[StampedHead],
    anchors: Sequence[bytes],
    *,
    tail: Frontier | None = None,
) -> LedgerReport:
    """Walk through a ledger and say whether it is intact.

    1. Every entry stands at its place, is written canonically, and hashes to the hash kept for it.
    2. It names the hash of the entry before it; the columns repeat what it says.
    3. Every head has the root and the last hash of the entries up to its size, and its timestamp is good and trusted.
    4. No entry is dated later than a timestamp that covers it, unless an entry ``clock.corrected`` before the next head
       says that the clock was ahead then.
    5. No head covers entries that are not there; the tail that the store keeps is that of the entries.

    Entries behind the last timestamped head are protected by the chain and the tail alone: who controls the whole store
    can rewrite those. Everything before is fixed by the timestamps.

    Args:
        entries: In order of the store.
        heads: Smallest first.
        anchors: Trusted certificates (DER) for timestamps.
        tail: Size and frontier as the store keeps them, if it does.
    """
    walk = _Walk(heads, tuple(anchors))
    try:
        walk.pass_heads()
        for stored in entries:
            walk.pass_entry(stored)
            walk.pass_heads()
        walk.finish(tail)
    except _Fault as fault:
        return LedgerReport(
            intact=False,
            entries=walk.frontier.size,
            heads=walk.heads,
            first_fault=fault.detail,
            code=fault.word,
            proven_at=walk.proven_at,
            ahead=walk.ahead,
        )
    return LedgerReport(
        intact=True, entries=walk.frontier.size, heads=walk.heads, proven_at=walk.proven_at, ahead=walk.ahead
    )


def dated_ahead(entries: Iterable[Entry], proven_at: datetime) -> tuple[int, int, int] | None:
    """Return first and last place of entries dated after a timestamp over them, and by how many seconds at most.

    None where there are none but such that an entry ``clock.corrected`` among them speaks of.

    Args:
        entries: Those behind the head before, in order.
        proven_at: The timestamp's instant.
    """
    pending = _Pending()
    for entry in entries:
        pending.add(entry)
    wrong = pending.unexplained(proven_at)
    if not wrong:
        return None
    places = [seq for seq, _ in wrong]
    seconds = max((at - proven_at).total_seconds() for _, at in wrong)
    return min(places), max(places), math.ceil(seconds)


class _Pending:
    """The dates of the entries behind the last head, and what ``clock.corrected`` says of them."""

    def __init__(self) -> None:
        self._dates: list[tuple[int, datetime]] = []
        self._explained: list[range] = []

    def add(self, entry: Entry) -> None:
        self._dates.append((entry.seq, entry.at))
        if entry.kind is EntryKind.CLOCK_CORRECTED:
            first, last = entry.facts.get("first"), entry.facts.get("last")
            if isinstance(first, int) and isinstance(last, int) and last < entry.seq:
                self._explained.append(range(first, last + 1))

    def later(self, proven_at: datetime) -> list[tuple[int, datetime]]:
        return [(seq, at) for seq, at in self._dates if at > proven_at + CLOCK_TOLERANCE]

    def latest(self, proven_at: datetime, before: datetime | None) -> datetime | None:
        honest = [at for _, at in self._dates if at <= proven_at + CLOCK_TOLERANCE]
        return max([*honest, *([] if before is None else [before])], default=None)

    def unexplained(self, proven_at: datetime) -> list[tuple[int, datetime]]:
        return [(seq, at) for seq, at in self.later(proven_at) if not any(seq in each for each in self._explained)]


class _Walk:
    def __init__(self, heads: Iterable[StampedHead], anchors: tuple[bytes, ...]) -> None:
        self._coming = iter(heads)
        self._anchors = anchors
        self._last = GENESIS
        self._latest: datetime | None = None
        self._pending = _Pending()
        self.ahead = 0
        self.frontier = Frontier()
        self.heads = 0
        self.proven_at: datetime | None = None
        self._next: tuple[StampedHead, Head] | None = None
        self._smaller = 0
        self._started = False

    def pass_entry(self, stored: StoredEntry) -> None:
        seq = self.frontier.size
        if stored.seq != seq:
            raise _Fault("entry.missing", f"entry {seq} is missing: entry {stored.seq} stands in its place")
        if entry_hash(stored.data) != stored.hash:
            raise _Fault("entry.hash", f"entry {seq}: its bytes do not have the hash that is kept for it")
        try:
            entry = Entry.parse(stored.data)
        except EntryError:
            raise _Fault("entry.format", f"entry {seq}: its bytes are not an entry") from None
        if entry.seq != seq:
            raise _Fault("entry.place", f"entry {seq}: it says that it is entry {entry.seq}")
        if entry.prev != self._last:
            raise _Fault("entry.prev", f"entry {seq}: it does not follow the entry before it")
        if (stored.prev, stored.kind, stored.contract) != (entry.prev, str(entry.kind), entry.contract):
            raise _Fault("entry.columns", f"entry {seq}: the columns beside it say something else than it does")
        self._last = stored.hash
        self._pending.add(entry)
        self.frontier = self.frontier.append(stored.hash)

    def pass_heads(self) -> None:
        if not self._started:
            self._started = True
            self._advance()
        while self._next is not None and self._next[1].size == self.frontier.size:
            self._pass_head(*self._next)
            self._advance()

    def finish(self, tail: Frontier | None) -> None:
        if self._next is not None:
            size = self._next[1].size
            raise _Fault("head.size", f"entries are missing at the end: a head covers {size} of them")
        if tail is not None and tail.size > self.frontier.size:
            raise _Fault("tail.size", f"entries are missing at the end: the tail counts {tail.size} of them")
        if tail is not None and tail != self.frontier:
            raise _Fault("tail.frontier", "the tail that is kept is not that of the entries")

    def _advance(self) -> None:
        stamped = next(self._coming, None)
        if stamped is None:
            self._next = None
            return
        try:
            head = Head.parse(stamped.head)
        except HeadError:
            raise _Fault("head.format", f"head {self.heads}: its bytes are not a head") from None
        if head.size < max(self._smaller, self.frontier.size):
            raise _Fault("head.order", f"head {self.heads}: it covers fewer entries than the head before it")
        self._smaller = head.size
        self._next = (stamped, head)

    def _pass_head(self, stamped: StampedHead, head: Head) -> None:
        if head.root != self.frontier.root():
            raise _Fault("head.root", f"head over {head.size} entries: its root is not that of the entries")
        if head.last != self._last:
            raise _Fault("head.last", f"head over {head.size} entries: its last hash is not that of the last entry")
        try:
            proven_at = verify_token(stamped.token, head.digest, anchors=self._anchors).gen_time
        except EsignError as error:
            raise _Fault("head.timestamp", f"head over {head.size} entries: {error.code}") from None
        before = self._latest is not None and self._latest > proven_at + CLOCK_TOLERANCE
        if before or self._pending.unexplained(proven_at):
            raise _Fault("head.time", f"head over {head.size} entries: an entry is dated after its timestamp")
        self.ahead += len(self._pending.later(proven_at))
        self._latest = self._pending.latest(proven_at, self._latest)
        self._pending = _Pending()
        self.proven_at = proven_at
        self.heads += 1
