"""Digests over parts of one file: what several signatures cover from its beginning is hashed once."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

_APART = 1 << 16
"""Bytes between two states that are kept for later signatures."""


class FileDigests:
    """Digests over byte ranges of one file.

    A signature covers the file up to its own hole, and the next one that again, and more: the state of the hash is
    kept where a piece that begins with the file ends, and goes on from there.

    Args:
        data: The file.
    """

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._ends: dict[str, list[int]] = {}
        self._states: dict[str, list[Any]] = {}

    def of(self, name: str, pieces: Sequence[tuple[int, int]]) -> bytes:
        """Return the digest over some pieces.

        Args:
            name: Of the hash, such as ``sha256`` or ``sha3-256``.
            pieces: Offset and length of each.

        Raises:
            ValueError: A piece lies outside the file, or the hash is not known.
        """
        if any(start < 0 or size < 0 or start + size > len(self._data) for start, size in pieces):
            raise ValueError("a byte range outside the file")
        shared = 1 if pieces and pieces[0][0] == 0 else 0
        used = self._up_to(name, pieces[0][1]) if shared else _new(name)
        for start, size in pieces[shared:]:
            used.update(self._data[start : start + size])
        digest: bytes = used.digest()
        return digest

    def _up_to(self, name: str, end: int) -> Any:
        """Return the state of a hash over the file up to a byte."""
        ends, states = self._ends.setdefault(name, []), self._states.setdefault(name, [])
        place = bisect_right(ends, end)
        began = ends[place - 1] if place else 0
        used = states[place - 1].copy() if place else _new(name)
        used.update(self._data[began:end])
        if end - began >= _APART:
            ends.insert(place, end)
            states.insert(place, used.copy())
        return used


def _new(name: str) -> Any:
    return hashlib.new(name.replace("sha3-", "sha3_"), usedforsecurity=False)
