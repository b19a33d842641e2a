"""A ledger entry, ``esign-ledger/1``: what happened, in bytes that never change, without personal data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from esign.evidence.errors import EntryError
from esign.evidence.kinds import EntryKind
from esign.foundation.canonical import MAX_SAFE_INTEGER, CanonicalJsonError, canonical, parse_canonical
from esign.foundation.clock import from_rfc3339, rfc3339
from esign.foundation.encoding import EncodingError, from_hex
from esign.proof.chain import entry_hash

VERSION = "esign-ledger/1"
"""The encoding of an entry. Another encoding gets another number; this one stays readable for ever."""

MEMBERS = frozenset({"v", "seq", "at", "kind", "contract", "prev", "facts", "commitments"})

Fact = str | int | bool | None
"""A fact is an identifier, a digest, a code or a count."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_TEXT = re.compile(r"[A-Za-z0-9_.:/+=-]{0,200}\Z")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the ledger.

    Args:
        seq: Place in the ledger, from 0; also the index of its leaf in the Merkle tree.
        at: The engine's clock when it was written (UTC); proven only by the timestamped head that covers it.
        kind: What happened.
        contract: The contract it is about, or None.
        prev: Hash of the entry before (32 bytes; zeros for the first).
        facts: Identifiers, digests, codes, counts. Text is limited to characters that carry no names or addresses.
        commitments: Salted commitments (32 bytes each) to content that is kept elsewhere.
    """

    seq: int
    at: datetime
    kind: EntryKind
    contract: str | None
    prev: bytes
    facts: Mapping[str, Fact]
    commitments: Mapping[str, bytes]

    def __post_init__(self) -> None:
        if isinstance(self.seq, bool) or not 0 <= self.seq <= MAX_SAFE_INTEGER:
            raise EntryError("seq is no place in a ledger")
        if self.at.tzinfo is None:
            raise EntryError("at is no instant", seq=self.seq)
        if self.contract is not None and not _ID.match(self.contract):
            raise EntryError("contract is no identifier", seq=self.seq)
        if len(self.prev) != 32:
            raise EntryError("prev is no hash", seq=self.seq)
        for name, fact in self.facts.items():
            if not _NAME.match(name) or not _is_fact(fact):
                raise EntryError("a fact is an identifier, a digest, a code or a count", seq=self.seq)
        for name, commitment in self.commitments.items():
            if not _NAME.match(name) or len(commitment) != 32:
                raise EntryError("a commitment is 32 bytes under a short name", seq=self.seq)
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        object.__setattr__(self, "kind", EntryKind(self.kind))
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))
        object.__setattr__(self, "commitments", MappingProxyType(dict(self.commitments)))

    def canonical(self) -> bytes:
        """Return the bytes that are hashed and kept."""
        return canonical(
            {
                "v": VERSION,
                "seq": self.seq,
                "at": rfc3339(self.at),
                "kind": str(self.kind),
                "contract": self.contract,
                "prev": self.prev.hex(),
                "facts": self.facts,
                "commitments": {name: commitment.hex() for name, commitment in self.commitments.items()},
            }
        )

    @property
    def hash(self) -> bytes:
        """The hash of the entry (32 bytes): what the next entry names, and the leaf of the Merkle tree."""
        return entry_hash(self.canonical())

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        """Return the entry whose canonical bytes these are.

        Raises:
            EntryError: They are not exactly that.
        """
        try:
            value = parse_canonical(data)
            return _read(cls, value)
        except (CanonicalJsonError, EncodingError, ValueError, TypeError, AttributeError) as error:
            raise EntryError("not an entry of this version") from error


def _read(cls: type[Entry], value: dict[str, Any]) -> Entry:
    if value.keys() != MEMBERS or value["v"] != VERSION:
        raise EntryError("not an entry of this version")
    if type(value["seq"]) is not int or not isinstance(value["facts"], dict):
        raise EntryError("member of another type")
    entry = cls(
        seq=value["seq"],
        at=from_rfc3339(value["at"]),
        kind=EntryKind(value["kind"]),
        contract=value["contract"],
        prev=from_hex(value["prev"], 32),
        facts=value["facts"],
        commitments={name: from_hex(text, 32) for name, text in value["commitments"].items()},
    )
    if rfc3339(entry.at) != value["at"]:
        raise EntryError("at is not in its one form", seq=entry.seq)
    return entry


def _is_fact(fact: object) -> bool:
    if fact is None or isinstance(fact, bool):
        return True
    if isinstance(fact, int):
        return abs(fact) <= MAX_SAFE_INTEGER
    return isinstance(fact, str) and _TEXT.match(fact) is not None
