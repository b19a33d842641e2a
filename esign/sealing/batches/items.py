"""What a batch is made of: a document waiting, the chunk that a worker holds, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

NO_FACTS: Mapping[str, object] = MappingProxyType({})


class ItemState(StrEnum):
    """Where a document stands. Only the last two are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    SEALED = "sealed"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A document that is given to a batch.

    Args:
        source: Where it is read, as bytes: a path as the system writes it, or a key of a store.
        output: The name of the sealed one below the place of output, as bytes, parts divided by ``/``.
        code: Why it cannot be sealed, if that is known already (an unreadable folder); empty: it waits.
        detail: The sentence to that code.
    """

    source: bytes
    output: bytes
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A document that a worker holds.

    Args:
        number: Its place in the journal.
        attempt: From 1; with the owner and the state it is the fence of everything recorded about it.
    """

    number: int
    attempt: int
    source: bytes
    output: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A document that was sealed under an output name before."""

    digest_in: bytes
    digest_out: bytes
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Documents that one worker holds at a time.

    Args:
        owner: Who holds them; no two workers have the same name.
        lease_until: When others may take them over.
        known: By output name, what was sealed under it before.
    """

    owner: str
    items: tuple[Item, ...]
    lease_until: datetime
    known: Mapping[bytes, Known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """That a sealed document will be given out: recorded before it is, so that after a crash it is known as ours."""

    item: Item
    digest_in: bytes
    digest_out: bytes
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What became of a document.

    Args:
        digest_in: SHA-256 of the document; empty if it could not be read.
        digest_out: SHA-256 of the sealed one; empty if there is none.
        code: Why it was set aside; empty when it is sealed.
        detail: One sentence to the code.
        facts: Machine-readable details; nothing of the document's content.
        path: How it was written: ``incremental`` or ``library``; empty if it was not.
        again: It had been sealed before; this time nothing was given out.
        seconds: What it took.
    """

    item: Item
    state: ItemState
    digest_in: bytes = b""
    digest_out: bytes = b""
    level: str = ""
    path: str = ""
    code: str = ""
    detail: str = ""
    facts: Mapping[str, object] = field(default_factory=lambda: NO_FACTS)
    again: bool = False
    seconds: float = 0.0

    @property
    def sealed(self) -> bool:
        """Whether there is a sealed document."""
        return self.state is ItemState.SEALED


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far a batch is.

    Args:
        listed: Documents given so far.
        complete: Whether no more will be given.
    """

    listed: int
    sealed: int
    set_aside: int
    complete: bool

    @property
    def open(self) -> int:
        """Documents that wait or are being worked on."""
        return self.listed - self.sealed - self.set_aside

    @property
    def done(self) -> bool:
        """Whether everything has come to its end."""
        return self.complete and self.open == 0
