"""What becomes of documents that no process can seal because the key cannot be opened: each has its line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from esign.foundation.clock import Clock
from esign.jobs.seal_loop import SealLoop
from esign.jobs.seal_processes import owner
from esign.seal_works.order import SealOrder, close_key
from esign.seal_works.recipe import opened_documents
from esign.sealing import SealKeyError
from esign.sealing.batches import Item, Journal, Line
from esign.sealing.batches.ports import Buffer


def key_fault(order: SealOrder, clock: Clock) -> SealKeyError | None:
    """Return why the key of an order cannot be opened now; None: it can."""
    try:
        close_key(order.open_key(clock))
    except SealKeyError as error:
        return error
    return None


@contextmanager
def refusing(order: SealOrder, journal: Journal, clock: Clock, fault: SealKeyError) -> Iterator[SealLoop]:
    """Return a loop that seals nothing: a document that was sealed before is told as such, all others are set aside.

    Args:
        order: What was to be done.
        journal: Of the batch.
        clock: Where time comes from.
        fault: Why the key cannot be used.
    """
    documents = opened_documents(order)
    try:
        line = Line(journal=journal, documents=documents, workshop=_Shut(fault), level=order.level, clock=clock)
        yield SealLoop(journal=journal, line=line, owner=owner(f"{os.getpid()}-shut", 0), chunk=order.chunk)
    finally:
        documents.close()


@dataclass(frozen=True, slots=True)
class _Shut:
    """A workshop without a key."""

    fault: SealKeyError

    def seal(self, items: Sequence[Item], documents: Sequence[Buffer]) -> Sequence[SealKeyError]:
        """Say of each document why it is not sealed."""
        return [self.fault] * len(documents)
