"""Salted commitments: the ledger fixes personal data without holding them.

The ledger keeps only ``H(label || lp(salt) || lp(name) || content)``. Salt and content live sealed beside it and go
with the erasure; without the salt (32 random bytes) nobody can test a guess against the commitment.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from esign.evidence.errors import CommitmentError
from esign.foundation.digests import equal, labelled, length_prefixed

SALT_LENGTH = 32
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens a commitment: its salt and its content."""

    name: str
    salt: bytes = field(repr=False)
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.salt) != SALT_LENGTH:
            raise CommitmentError("salt has another length")

    @classmethod
    def fresh(cls, name: str, content: bytes) -> Opening:
        """Return an opening with a fresh random salt."""
        return cls(name=name, salt=secrets.token_bytes(SALT_LENGTH), content=content)

    @property
    def commitment(self) -> bytes:
        """The commitment (32 bytes)."""
        return commitment(self.name, self.salt, self.content)

    def check(self, expected: bytes) -> None:
        """Check that this opens the commitment.

        Raises:
            CommitmentError: It does not.
        """
        if not equal(self.commitment, expected):
            raise CommitmentError(name=self.name)


def commitment(name: str, salt: bytes, content: bytes) -> bytes:
    """Return the commitment (32 bytes) to a named content."""
    return labelled("commitment", length_prefixed(salt), length_prefixed(name.encode("ascii")), content)
