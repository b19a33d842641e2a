"""Ledger heads: the whole ledger so far, timestamped by somebody else."""

from __future__ import annotations

from dataclasses import dataclass

from esign.engine.household import Household
from esign.engine.refusals import LedgerEmpty
from esign.evidence.head import StampedHead
from esign.evidence.kinds import EntryKind
from esign.evidence.ledger import LedgerReport, verify_ledger


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

        Raises:
            EsignError: The timestamp authority did not answer as it must; no local time takes its place.
        """
        house = self.household
        with house.store.reading() as tx:
            head = tx.ledger.head(house.clock.now())
            if head is None:
                raise LedgerEmpty("an empty ledger has no head")
            if (known := tx.ledger.head_covering(head.size)) is not None:
                return known
        token = house.timestamps.stamp(head.digest)
        stamped = StampedHead(head=head.canonical(), token=token.der)
        with house.store.transaction() as tx:
            if (known := tx.ledger.head_covering(head.size)) is not None:
                return known
            tx.ledger.add_head(stamped)
            facts = {"size": head.size, "root": head.root.hex()}
            house.record(tx, EntryKind.HEAD_TIMESTAMPED, None, facts)
        return stamped

    def verify(self) -> LedgerReport:
        """Walk through the whole ledger and say whether it is intact."""
        with self.household.store.reading() as tx:
            return verify_ledger(
                tx.ledger.read(), tx.ledger.heads(), self.household.trust.certificates, tail=tx.ledger.tail()
            )
