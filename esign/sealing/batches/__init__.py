"""Batches: what happens to documents by the thousand between their folder and the folder of the sealed ones.

What enters: items leased from a journal. What leaves: one result for each, recorded; a sealed document under its name,
whole, or a code. What may be touched here: nothing but the ports (journal, documents, workshop). A document is known by
its digest and its output name: given twice, it is sealed once. Clauses: eIDAS Art. 36; docs/sealing.md.
"""

from esign.sealing.batches.items import (
    Chunk,
    Counts,
    Item,
    ItemResult,
    ItemState,
    Known,
    NewItem,
    Promise,
)
from esign.sealing.batches.line import LEVELS, Line
from esign.sealing.batches.ports import Admitted, Documents, Journal, Preparation, Steps, Verdicts, no_steps

__all__ = [
    "LEVELS",
    "Admitted",
    "Chunk",
    "Counts",
    "Documents",
    "Item",
    "ItemResult",
    "ItemState",
    "Journal",
    "Known",
    "Line",
    "NewItem",
    "Preparation",
    "Promise",
    "Steps",
    "Verdicts",
    "no_steps",
]
