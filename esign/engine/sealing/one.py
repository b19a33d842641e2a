"""One document is sealed while somebody waits for it; nothing of it is kept but digests in the ledger."""

from __future__ import annotations

from esign.access import Actor
from esign.documents.helpers import BENCH
from esign.engine.household import Household
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.sealing.batches import Item
from esign.sealing.batches.line import Made

_ONLY = Item(number=0, attempt=1, source=b"", output=b"")


def seal_one(house: Household, actor: Actor, document: bytes, level: str) -> bytes:
    """Return a document sealed.

    The ledger says before that the key may be used for this document, and afterwards what became of it.

    Raises:
        NoSealDevice: No seal is configured.
        SealingError: It cannot be sealed.
        HelpersBusy: Too many documents are being looked at right now; it may come again.
    """
    workshop, preparation = house.seal_bench.workshop(level), house.seal_bench.preparation(level)
    facts: dict[str, object] = {"document": sha256(document).hex(), "level": level}
    with house.store.transaction() as tx:
        house.record(tx, EntryKind.SEAL_PERMITTED, None, facts, by=actor)
    try:
        with BENCH.place():
            admitted = preparation.admit(document)
        whole = document if admitted.instead is None else admitted.instead
        (made,) = workshop.seal([_ONLY], [whole])
        tail = _tail(made)
        if admitted.watched:
            preparation.unchanged(whole, tail)
    except EsignError as refusal:
        with house.store.transaction() as tx:
            house.record(tx, EntryKind.SEAL_DOCUMENT, None, {**facts, "code": refusal.code}, by=actor)
        raise
    sealed = whole + tail
    with house.store.transaction() as tx:
        house.record(tx, EntryKind.SEAL_DOCUMENT, None, {**facts, "sealed": sha256(sealed).hex()}, by=actor)
    return sealed


def _tail(made: Made | EsignError) -> bytes:
    if isinstance(made, EsignError):
        raise made
    return made.tail
