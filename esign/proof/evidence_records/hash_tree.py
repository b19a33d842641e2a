"""The hash tree of an evidence record: one root over many digests, and for each of them the few hashes up to it.

Siblings are sorted before they are hashed together, so that a reduced tree needs no word about left and right. A node
without a sibling goes up as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from esign.proof.errors import MerkleError
from esign.proof.evidence_records.errors import EvidenceRecordOfAnother

ReducedTree = tuple[tuple[bytes, ...], ...]
"""Lists of hashes from the leaf up: the first holds the document's own digest and its sibling's."""


class HashTree:
    """A tree over the digests of documents, all levels in memory: 64 bytes a document.

    Args:
        digests: Of the documents; 32 bytes each (SHA-256). The same digest may occur twice.

    Raises:
        MerkleError: There is no digest, or one of another length.

    Source: RFC 4998 section 4.2.
    """

    def __init__(self, digests: Iterable[bytes]) -> None:
        level = list(digests)
        if not level or any(len(digest) != 32 for digest in level):
            raise MerkleError("a hash tree stands over one or more SHA-256 digests")
        self._levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            above = [group_hash(pair, hashlib.sha256) for pair in pairs]
            if len(level) % 2:
                above.append(level[-1])
            self._levels.append(above)
            level = above

    @property
    def root(self) -> bytes:
        """The hash at the top."""
        return self._levels[-1][0]

    def reduced(self, index: int) -> ReducedTree:
        """Return the hashes that lead from one digest to the root; nothing where the tree has but one.

        Raises:
            MerkleError: There is no such digest.
        """
        if not 0 <= index < len(self._levels[0]):
            raise MerkleError("no such leaf", index=index, size=len(self._levels[0]))
        lists: list[tuple[bytes, ...]] = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                lists.append((level[sibling],) if lists else tuple(sorted((level[index], level[sibling]))))
            index >>= 1
        return tuple(lists)


def group_hash(hashes: Sequence[bytes], function: Callable[[bytes], hashlib._Hash]) -> bytes:
    """Return the hash over hashes in binary ascending order."""
    return function(b"".join(sorted(hashes))).digest()


def root_of(reduced: Sequence[Sequence[bytes]], digest: bytes, name: str) -> bytes:
    """Return the root to which a reduced tree leads from a document's digest.

    Args:
        reduced: Lists of hashes; none: the digest itself is the root.
        digest: Of the document.
        name: Of the hash function, for ``hashlib``.

    Raises:
        EvidenceRecordOfAnother: The digest does not stand in the first list.

    Source: RFC 4998 section 4.3.
    """
    if not reduced:
        return digest
    if digest not in reduced[0]:
        raise EvidenceRecordOfAnother
    hashed = digest
    for number, hashes in enumerate(reduced):
        group = list(hashes) if number == 0 else [*hashes, hashed]
        hashed = group[0] if len(group) == 1 else group_hash(group, lambda data: hashlib.new(name, data))
    return hashed
