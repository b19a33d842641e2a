"""Proofs of existence: since when each object is known to have existed.

Source: ETSI EN 319 102-1 clause 5.6.2.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from esign.validation.process.result import ProofOfExistence


class ProofsOfExistence:
    """The proofs of one run. Every object exists at the time of the validation.

    Args:
        at: The current time.
    """

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._found: dict[bytes, ProofOfExistence] = {}

    def add(self, kind: str, identifier: bytes, at: datetime, by: bytes) -> None:
        """Note that an object existed at an instant, if that is earlier than what is known."""
        if at < self.lowest(identifier):
            self._found[identifier] = ProofOfExistence(kind=kind, object=identifier, at=at, by=by)

    def lowest(self, identifier: bytes) -> datetime:
        """Return the earliest instant at which an object is known to have existed."""
        known = self._found.get(identifier)
        return known.at if known is not None else self._at

    def of(self, identifiers: Iterable[bytes]) -> tuple[ProofOfExistence, ...]:
        """Return the proofs for some objects."""
        return tuple(self._found[i] for i in dict.fromkeys(identifiers) if i in self._found)
