"""The Merkle tree of RFC 6962: one root for all entries, short proofs for one of them.

A *node* ``(level, index)`` is the hash of the complete subtree over the ``2**level`` leaves that begin at
``index * 2**level``. Appending needs only the frontier (the peaks of the complete subtrees, at most one a level);
proofs ask for nodes, wherever those are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from esign.foundation.digests import sha256
from esign.proof.errors import ConsistencyError, InclusionError, MerkleError

Node = Callable[[int, int], bytes]
"""Returns the hash of the complete subtree ``(level, index)``."""

EMPTY_ROOT = sha256()
"""Root of the tree without leaves. Source: RFC 6962 section 2.1."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf. Source: RFC 6962 section 2.1."""
    return sha256(b"\x00", data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node. Source: RFC 6962 section 2.1."""
    return sha256(b"\x01", left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of a tree: all that appending needs, O(log n) hashes.

    Args:
        size: Number of leaves.
        peaks: Roots of the complete subtrees from left (largest) to right: one for every bit set in ``size``.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(peak) != 32 for peak in self.peaks):
            raise MerkleError("frontier does not belong to a tree of this size", size=self.size)

    def append(self, data: bytes) -> Frontier:
        """Return the frontier of the tree with one leaf more."""
        return self.grow(data)[0]

    def grow(self, data: bytes) -> tuple[Frontier, tuple[tuple[int, int, bytes], ...]]:
        """Return the frontier with one leaf more, and the nodes ``(level, index, hash)`` that the leaf completed."""
        peaks, node, level, index = list(self.peaks), leaf_hash(data), 0, self.size
        completed = [(0, index, node)]
        while index & 1:
            node, level, index = node_hash(peaks.pop(), node), level + 1, index >> 1
            completed.append((level, index, node))
        return Frontier(size=self.size + 1, peaks=(*peaks, node)), tuple(completed)

    def root(self) -> bytes:
        """Return the root of the tree (32 bytes)."""
        if not self.peaks:
            return EMPTY_ROOT
        *rest, node = self.peaks
        for peak in reversed(rest):
            node = node_hash(peak, node)
        return node


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Shows that a leaf stands at ``index`` of the tree with ``size`` leaves."""

    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyProof:
    """Shows that the tree with ``new`` leaves begins with the very ``old`` leaves of the smaller tree."""

    old: int
    new: int
    path: tuple[bytes, ...]


class MerkleTree:
    """A whole tree in memory, for reports and tests: every complete subtree is hashed once."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = []
        self.frontier = Frontier()
        for leaf in leaves:
            self.append(leaf)

    def append(self, data: bytes) -> None:
        """Append one leaf."""
        self.frontier, completed = self.frontier.grow(data)
        for level, _, node in completed:
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` leaves (all by default)."""
        return root_of(self.node, self.frontier.size if size is None else self._within(size))

    def inclusion(self, index: int, size: int | None = None) -> InclusionProof:
        """Return the proof that leaf ``index`` is in the tree of the first ``size`` leaves (all by default)."""
        return prove_inclusion(self.node, index, self.frontier.size if size is None else self._within(size))

    def consistency(self, old: int, new: int | None = None) -> ConsistencyProof:
        """Return the proof that the tree of the first ``new`` leaves extends that of the first ``old``."""
        return prove_consistency(self.node, old, self.frontier.size if new is None else self._within(new))

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.frontier.size:
            raise MerkleError("the tree is smaller", size=size)
        return size


def root_of(node: Node, size: int) -> bytes:
    """Return the root over the first ``size`` leaves, from nodes of complete subtrees."""
    return _range(node, 0, size) if size else EMPTY_ROOT


def prove_inclusion(node: Node, index: int, size: int) -> InclusionProof:
    """Return the audit path of a leaf. Source: RFC 6962 section 2.1.1.

    Raises:
        MerkleError: There is no such leaf.
    """
    if not 0 <= index < size:
        raise MerkleError("no such leaf", index=index, size=size)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range(node, middle, end))
            end = middle
        else:
            path.append(_range(node, start, middle))
            start = middle
    return InclusionProof(index=index, size=size, path=tuple(reversed(path)))


def prove_consistency(node: Node, old: int, new: int) -> ConsistencyProof:
    """Return the proof that the larger tree extends the smaller one. Source: RFC 6962 section 2.1.2.

    Raises:
        MerkleError: The smaller tree is empty or larger than the other.
    """
    if not 0 < old <= new:
        raise MerkleError("no consistency between trees of these sizes", old=old, new=new)
    path: list[bytes] = []
    start, end, complete = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range(node, middle, end))
            end = middle
        else:
            path.append(_range(node, start, middle))
            start, complete = middle, False
    if not complete:
        path.append(_range(node, start, end))
    return ConsistencyProof(old=old, new=new, path=tuple(reversed(path)))


def check_inclusion(proof: InclusionProof, *, leaf: bytes, root: bytes) -> None:
    """Check that the leaf's data stands where the proof says.

    Raises:
        InclusionError: It does not.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= proof.index < proof.size:
        raise InclusionError("no such leaf", index=proof.index, size=proof.size)
    index, last, node = proof.index, proof.size - 1, leaf_hash(leaf)
    for sibling in proof.path:
        if last == 0:
            raise InclusionError("path is too long", index=proof.index, size=proof.size)
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    if last or node != root:
        raise InclusionError(index=proof.index, size=proof.size)


def check_consistency(proof: ConsistencyProof, *, old_root: bytes, new_root: bytes) -> None:
    """Check that the larger tree is the smaller one with leaves appended.

    Raises:
        ConsistencyError: It is not.

    Source: RFC 9162 section 2.1.4.2.
    """
    refused = ConsistencyError(old=proof.old, new=proof.new)
    if not 0 < proof.old <= proof.new:
        raise refused
    if proof.old == proof.new:
        if proof.path or old_root != new_root:
            raise refused
        return
    path: Sequence[bytes] = proof.path if proof.old & (proof.old - 1) else (old_root, *proof.path)
    if not path:
        raise refused
    index, last = proof.old - 1, proof.new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise refused
        if index & 1 or index == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new_node = node_hash(new_node, sibling)
        index, last = index >> 1, last >> 1
    if last or old_node != old_root or new_node != new_root:
        raise refused


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than ``size`` (> 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(node: Node, start: int, end: int) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range(node, start, middle), _range(node, middle, end))
