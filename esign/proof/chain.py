"""The hash chain: every entry names the hash of the entry before it, so none can be changed or taken out unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from esign.foundation.digests import labelled
from esign.proof.errors import ChainError

GENESIS = bytes(32)
"""What the first entry names as the hash of the entry before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry as the chain sees it: its own hash, and the hash that it names as the one before."""

    hash: bytes
    prev: bytes


def entry_hash(data: bytes) -> bytes:
    """Return the hash (32 bytes) of an entry's canonical bytes, which contain the hash of the entry before."""
    return labelled("ledger-entry", data)


def check_chain(links: Iterable[Link], *, before: bytes = GENESIS) -> bytes:
    """Return the hash of the last link, having walked all of them.

    Args:
        links: The entries in order.
        before: Hash of the entry before the first of them.

    Raises:
        ChainError: A link names another hash than that of the link before; ``facts["position"]`` counts from 0.
    """
    last = before
    for position, link in enumerate(links):
        if link.prev != last:
            raise ChainError("a link does not follow the link before it", position=position)
        last = link.hash
    return last
