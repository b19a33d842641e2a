"""Tells what became of documents, in the order in which they were given, and how far a batch is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from esign.sealing.batches import Counts, ItemResult
from esign.store.seal_journal import SqlSealJournal

Told = Callable[[Sequence[ItemResult], Counts], None]
"""Is given results in the order of the documents, and how far it is."""
_AT_ONCE = 500


@dataclass(slots=True)
class Telling:
    """Knows what was told already.

    Args:
        journal: Of the batch.
        shown: Number of the document that was told last.
    """

    journal: SqlSealJournal
    shown: int = 0

    def tell(self, told: Told) -> Counts:
        """Tell what is new, and is on the disk; returns how far it is."""
        counts = self.journal.counts()
        while True:
            lines = self.journal.lines(self.shown, _AT_ONCE)
            if lines:
                self.journal.settle()
                self.shown = lines[-1].item.number
            told(lines, counts)
            if len(lines) < _AT_ONCE:
                return counts
