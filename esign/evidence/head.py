"""A ledger head, ``esign-ledger-head/1``: the whole ledger so far in one root, ready to be timestamped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from esign.evidence.errors import HeadError
from esign.foundation.canonical import MAX_SAFE_INTEGER, CanonicalJsonError, canonical, parse_canonical
from esign.foundation.clock import from_rfc3339, rfc3339
from esign.foundation.digests import labelled
from esign.foundation.encoding import EncodingError, from_hex

VERSION = "esign-ledger-head/1"
"""The encoding of a head."""

MEMBERS = frozenset({"v", "size", "root", "last", "at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The state of the ledger after ``size`` entries.

    Args:
        size: Number of entries.
        root: Root of the Merkle tree over the entries' hashes (32 bytes).
        last: Hash of the last entry (32 bytes).
        at: The engine's clock; the proven instant is the timestamp's.
    """

    size: int
    root: bytes
    last: bytes
    at: datetime

    def __post_init__(self) -> None:
        if isinstance(self.size, bool) or not 0 < self.size <= MAX_SAFE_INTEGER:
            raise HeadError("a head covers at least one entry")
        if len(self.root) != 32 or len(self.last) != 32 or self.at.tzinfo is None:
            raise HeadError("root, last or at of another form", size=self.size)
        object.__setattr__(self, "at", self.at.astimezone(UTC))

    def canonical(self) -> bytes:
        """Return the bytes that are timestamped."""
        return canonical(
            {
                "v": VERSION,
                "size": self.size,
                "root": self.root.hex(),
                "last": self.last.hex(),
                "at": rfc3339(self.at),
            }
        )

    @property
    def digest(self) -> bytes:
        """The imprint (SHA-256, 32 bytes) that the timestamp authority gets."""
        return labelled("ledger-head", self.canonical())

    @classmethod
    def parse(cls, data: bytes) -> Head:
        """Return the head whose canonical bytes these are.

        Raises:
            HeadError: They are not exactly that.
        """
        try:
            value = parse_canonical(data)
            if value.keys() != MEMBERS or value["v"] != VERSION or type(value["size"]) is not int:
                raise HeadError("not a head of this version")
            head = cls(
                size=value["size"],
                root=from_hex(value["root"], 32),
                last=from_hex(value["last"], 32),
                at=from_rfc3339(value["at"]),
            )
        except (CanonicalJsonError, EncodingError, ValueError, TypeError) as error:
            raise HeadError("not a head of this version") from error
        if rfc3339(head.at) != value["at"]:
            raise HeadError("at is not in its one form")
        return head


@dataclass(frozen=True, slots=True, kw_only=True)
class StampedHead:
    """A head with its timestamp.

    Args:
        head: Canonical bytes of the head.
        token: RFC 3161 timestamp token (DER) over the head's digest.
    """

    head: bytes
    token: bytes
