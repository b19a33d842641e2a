"""The proof of a batch, with the timestamp authorities and the place of output of its order."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

from esign.foundation.clock import Clock
from esign.gateways.timestamp_lines import bulk_timestamps
from esign.seal_works.order import SealOrder
from esign.seal_works.recipe import opened_documents
from esign.sealing.batches.proof import BatchProof, prove_batch
from esign.store.seal_journal import SqlSealJournal


def prove(order: SealOrder, journal: SqlSealJournal, clock: Clock) -> BatchProof:
    """Write an evidence record beside every sealed document of a batch that has none; one timestamp for all.

    Raises:
        EsignError: No timestamp could be had; then no record is written.
    """
    return prove_sealed(order, journal.sealed(), clock)


def prove_sealed(order: SealOrder, sealed: Iterable[tuple[bytes, bytes]], clock: Clock) -> BatchProof:
    """Write an evidence record beside each of some sealed documents that has none; one timestamp for all.

    Args:
        order: Timestamp authorities and place of output.
        sealed: Output name and SHA-256 of each.
        clock: Where time comes from.

    Raises:
        EsignError: No timestamp could be had; then no record is written.
    """
    with ExitStack() as stack:
        documents = opened_documents(order)
        stack.callback(documents.close)
        stamps = stack.enter_context(bulk_timestamps(order.tsa_urls, anchors=order.anchors, clock=clock))
        return prove_batch(sealed, documents=documents, timestamps=stamps)
