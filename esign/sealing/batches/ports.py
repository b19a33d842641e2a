"""What a batch needs from outside: a journal, a place for documents, and what else a document goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esign.foundation.errors import EsignError
from esign.sealing.batches.items import Chunk, Counts, Item, ItemResult, NewItem, Promise

Buffer = bytes | memoryview
"""Bytes of a document that nobody else can change."""


class Journal(Protocol):
    """Rows with leases: who holds which document, and what became of it. Each call is one short transaction."""

    def add(self, items: Sequence[NewItem]) -> None:
        """Give documents to the batch."""

    def complete(self) -> None:
        """Say that all documents are given."""

    def claim(self, owner: str, limit: int) -> Chunk:
        """Lease waiting documents, at most so many; an empty chunk if none waits."""

    def renew(self, owner: str) -> datetime:
        """Begin the lease of everything that somebody holds anew; returns when it ends."""

    def promise(self, owner: str, promises: Sequence[Promise]) -> Mapping[int, EsignError]:
        """Record what is about to be given out.

        Returns:
            By the item's number, those that must not be: the name belongs to another document, or the lease is lost.
        """

    def promised(self, output: bytes, digest_in: bytes) -> Mapping[bytes, str]:
        """Return the sealed forms of a document that were promised or given out under a name: digest and level."""

    def finish(self, owner: str, results: Sequence[ItemResult]) -> int:
        """Record results; those whose lease was lost change nothing. Recording again changes nothing.

        Returns:
            How many were recorded.
        """

    def release(self, owner: str) -> int:
        """Give back what somebody who has died held; a document at which processes die is set aside at last."""

    def reap(self) -> int:
        """Give back what is held beyond its lease."""

    def counts(self) -> Counts:
        """Return how far the batch is."""


class Document(Protocol):
    """A document as it was read once: its bytes stay the same whatever happens to the file."""

    @property
    def data(self) -> Buffer:
        """Its bytes."""

    def close(self) -> None:
        """Let it go."""


class Staged(Protocol):
    """A sealed document that is written and not given out yet."""

    @property
    def name(self) -> bytes:
        """The output name."""


class Documents(Protocol):
    """Where documents are read and sealed ones are given out."""

    def read(self, source: bytes, output: bytes) -> Document:
        """Read a document.

        Raises:
            InputError: It cannot be had.
        """

    def stage(self, document: Document, tail: bytes, output: bytes) -> Staged:
        """Write a sealed document where nobody sees it yet.

        Raises:
            OutputError: It cannot be written.
        """

    def settle(self, staged: Sequence[Staged]) -> Mapping[bytes, EsignError]:
        """Bring all to the disk; returns those that failed by output name."""

    def release(self, staged: Staged) -> None:
        """Give a settled document out under its name, at once and as a whole.

        Raises:
            OutputExists: Something has that name.
            OutputError: It cannot be.
        """

    def confirm(self) -> None:
        """Bring the names that were given out to the disk.

        Raises:
            OutputError: The disk failed.
        """

    def digest(self, output: bytes) -> bytes | None:
        """Return the SHA-256 of what has an output name; None: nothing has."""

    def exists(self, output: bytes) -> bool:
        """Return whether something has an output name."""

    def content(self, output: bytes, most: int) -> bytes | None:
        """Return what has an output name, so many bytes at the most; None: nothing has that can be read."""

    def discard(self, staged: Staged) -> None:
        """Let a written document go; also after it was given out, then only what is left of the writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A document that may be sealed.

    Args:
        facts: For the result, such as rules that were broken without being fatal.
        instead: What is sealed in its place, such as the picture of an invoice that is XML; None: itself.
        watched: Whether it must be asked afterwards if sealing left it as it was.
    """

    facts: Mapping[str, object]
    instead: bytes | None = None
    watched: bool = False


class Preparation(Protocol):
    """What happens to a document before it is sealed, and what must still be true afterwards: e-invoices."""

    def admit(self, document: Buffer) -> Admitted:
        """Look at a document.

        Raises:
            SealingError: It is set aside.
        """

    def unchanged(self, document: Buffer, tail: bytes) -> None:
        """Check that sealing left it as it was.

        Raises:
            SealingError: It did not; it is not given out.
        """


class Verdicts(Protocol):
    """The full verdict on some of the sealed documents, in a process that a broken file cannot take with it."""

    def wanted(self, digest_in: bytes) -> bool:
        """Return whether a document belongs to the sample."""

    def check(self, document: Buffer, tail: bytes) -> None:
        """Verify a sealed document.

        Raises:
            SampleNotGood: It must not be given out.
        """


class Steps(Protocol):
    """Is told of each named step as it is done; tests stop the process there."""

    def __call__(self, step: str, item: Item | None = None) -> None:
        """A step was done."""


def no_steps(step: str, item: Item | None = None) -> None:
    """Tell nobody."""
