"""A document and what was appended to it, read as one without being put together in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Joined:
    """Bytes of which slices are taken.

    Args:
        document: The first part, however large.
        tail: The second part.
    """

    __slots__ = ("_cut", "_document", "_tail")

    def __init__(self, document: Buffer, tail: bytes) -> None:
        self._document = memoryview(document).cast("B")
        self._tail = tail
        self._cut = self._document.nbytes

    def __len__(self) -> int:
        return self._cut + len(self._tail)

    def __getitem__(self, part: slice) -> bytes:
        start, end, _ = part.indices(len(self))
        cut = self._cut
        if start >= cut:
            return self._tail[start - cut : end - cut]
        if end <= cut:
            return bytes(self._document[start:end])
        return bytes(self._document[start:cut]) + self._tail[: end - cut]
