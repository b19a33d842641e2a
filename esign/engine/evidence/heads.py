"""Ledger heads: the whole ledger so far, timestamped by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.engine.household import Household
from esign.engine.refusals import LedgerClock, LedgerEmpty
from esign.evidence.entry import Entry
from esign.evidence.head import Head, StampedHead
from esign.evidence.kinds import EntryKind
from esign.evidence.ledger import CLOCK_TOLERANCE, LedgerReport, dated_ahead, verify_ledger
from esign.evidence.ports import LedgerStore

_ROUNDS = 3
"""How often a head is asked for anew because the clock was found to have been ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDesk:
    """Keeps the ledger provable."""

    household: Household

    def stamp_due(self) -> bool:
        """Timestamp the ledger's head if entries were added since the last one; tell whether that was done."""
        with self.household.store.reading() as tx:
            tail = tx.ledger.tail()
            covered = tx.ledger.head_covering(tail.size) is not None
            newest = next(tx.ledger.read(tail.size - 1), None) if tail.size else None
            # the entry that says "head timestamped" is no reason to timestamp again
            alone = newest is not None and newest.kind == EntryKind.HEAD_TIMESTAMPED
        if covered or newest is None or alone:
            return False
        self.stamp()
        return True

    def stamp(self) -> StampedHead:
        """Timestamp the ledger's head as it stands now.

        A head that its own timestamp would contradict is never kept. Where entries were dated ahead because the clock
        was, an entry ``clock.corrected`` says which, and the head covers it too.

        Raises:
            EsignError: The timestamp authority did not answer as it must; no local time takes its place.
            LedgerClock: The clocks disagree still; nothing is kept, and the ledger goes on without a head.
        """
        for _ in range(_ROUNDS):
            head, known = self._head()
            if known is not None:
                return known
            token = self.household.timestamps.stamp(head.digest)
            if not self._correct(head, token.gen_time):
                return self._keep(head, token.der)
        raise LedgerClock

    def _head(self) -> tuple[Head, StampedHead | None]:
        with self.household.store.reading() as tx:
            head = tx.ledger.head(self.household.clock.now())
            if head is None:
                raise LedgerEmpty("an empty ledger has no head")
            return head, tx.ledger.head_covering(head.size)

    def _keep(self, head: Head, token: bytes) -> StampedHead:
        stamped = StampedHead(head=head.canonical(), token=token)
        with self.household.store.transaction() as tx:
            if (known := tx.ledger.head_covering(head.size)) is not None:
                return known
            tx.ledger.add_head(stamped)
            facts = {"size": head.size, "root": head.root.hex()}
            self.household.record(tx, EntryKind.HEAD_TIMESTAMPED, None, facts)
        return stamped

    def _correct(self, head: Head, proven_at: datetime) -> bool:
        """Record which of the head's new entries are dated after its timestamp; tell whether there were any."""
        with self.household.store.reading() as tx:
            if not _ahead(tx.ledger, head, proven_at):
                return False
        if self.household.clock.now() > proven_at + CLOCK_TOLERANCE:
            raise LedgerClock  # what would be recorded now would be dated ahead itself
        with self.household.store.transaction() as tx:
            wrong = _ahead(tx.ledger, head, proven_at)
            if wrong is not None:
                first, last, seconds = wrong
                facts = {"first": first, "last": last, "seconds": seconds}
                self.household.record(tx, EntryKind.CLOCK_CORRECTED, None, facts)
        return True

    def verify(self) -> LedgerReport:
        """Walk through the whole ledger and say whether it is intact."""
        with self.household.store.reading() as tx:
            return verify_ledger(
                tx.ledger.read(), tx.ledger.heads(), self.household.trust.certificates, tail=tx.ledger.tail()
            )


def _ahead(ledger: LedgerStore, head: Head, proven_at: datetime) -> tuple[int, int, int] | None:
    """Return what ``clock.corrected`` has to say before such a timestamp over the ledger may be kept.

    Raises:
        LedgerClock: The timestamp is older than the head before: waiting mends it, an entry would not.
    """
    before = ledger.last_head()
    covered = 0
    if before is not None:
        last = Head.parse(before.head)
        if last.at > proven_at + CLOCK_TOLERANCE:
            raise LedgerClock
        covered = last.size
    return dated_ahead((Entry.parse(stored.data) for stored in ledger.read(covered)), proven_at)
