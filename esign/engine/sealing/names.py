"""Names of documents, and what the ledger says of many of them: one root."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from esign.engine.sealing.errors import SealNameRefused
from esign.foundation.digests import sha256
from esign.proof.merkle import Frontier

LONGEST = 200
"""Characters of a name."""
_REFUSED = frozenset("/\\\ufffd")
"""Parts of paths; and what stands where bytes were no text."""


def checked_name(name: str) -> str:
    """Return a name in its one form (NFC).

    Raises:
        SealNameRefused: It is none.
    """
    name = unicodedata.normalize("NFC", name)
    if not 1 <= len(name) <= LONGEST or not name.isprintable() or name.startswith(".") or _REFUSED & set(name):
        raise SealNameRefused
    return name


def name_digest(name: str) -> bytes:
    """Return the SHA-256 of a name."""
    return sha256(name.encode("utf-8"))


def root(leaves: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the root of the Merkle tree (RFC 6962) over the sorted pairs of digests: of a name, and of a document."""
    frontier = Frontier()
    for leaf in sorted(first + second for first, second in leaves):
        frontier = frontier.append(leaf)
    return frontier.root().hex()
