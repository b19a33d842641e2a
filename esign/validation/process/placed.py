"""Which validation data stand where in the file, each known by its SHA-256, which is taken once in a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from esign.validation.process.inputs import Material
from esign.validation.process.signed import Signed


class Fingerprints(dict[bytes, bytes]):
    """SHA-256 by bytes; lives as long as one run."""

    def __missing__(self, der: bytes) -> bytes:
        found = self[der] = hashlib.sha256(der).digest()
        return found


class Placed:
    """Validation data beside the signatures.

    Args:
        material: As it was given.
        fingerprints: Of the run.
        signed: Signatures and timestamps: revocation data stand in them as well.
    """

    def __init__(self, material: Material, fingerprints: Fingerprints, signed: Iterable[Signed] = ()) -> None:
        self.fingerprints = fingerprints
        self.ends: dict[bytes, int] = {}
        """Where each piece ends in the file, by SHA-256."""
        self.kinds: dict[bytes, str] = {}
        """What each piece is, by SHA-256."""
        for kind, values in (
            ("certificate", material.certificates),
            ("crl", material.crls),
            ("ocsp", material.ocsp_responses),
        ):
            for der in values:
                identifier = fingerprints[der]
                self.kinds[identifier] = kind
                end = material.positions.get(der, 0)
                if end > 0:
                    self.ends[identifier] = end
        self._carried: dict[bytes, int] = {}
        for item in signed:
            for der in item.revocation_data:
                identifier = fingerprints[der]
                self._carried[identifier] = min(item.stands_until, self._carried.get(identifier, item.stands_until))

    def below(self, limit: int) -> list[tuple[str, bytes]]:
        """Return kind and identifier of what ends at or before a byte of the file."""
        return [(self.kinds[identifier], identifier) for identifier, end in self.ends.items() if end <= limit]

    def in_file(self, identifier: bytes) -> bool:
        """Tell whether revocation data stand in the file, and were not handed over beside it."""
        return identifier in self.ends or identifier in self._carried

    def covered(self, identifier: bytes, limit: int) -> bool:
        """Tell whether revocation data stand below a byte of the file; what a timestamp there holds is not below it."""
        end, carried = self.ends.get(identifier), self._carried.get(identifier)
        return (end is not None and end <= limit) or (carried is not None and carried < limit)
