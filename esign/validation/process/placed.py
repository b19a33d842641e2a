"""Which validation data stand where in the file, each known by its SHA-256, which is taken once in a run."""

from __future__ import annotations

import hashlib

from esign.validation.process.inputs import Material


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
    """

    def __init__(self, material: Material, fingerprints: Fingerprints) -> None:
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

    def below(self, limit: int) -> list[tuple[str, bytes]]:
        """Return kind and identifier of what ends at or before a byte of the file."""
        return [(self.kinds[identifier], identifier) for identifier, end in self.ends.items() if end <= limit]

    def covered(self, identifier: bytes, limit: int) -> bool:
        """Tell whether a piece stands below a byte of the file; what stands in a signature's CMS is not asked here."""
        return identifier not in self.kinds or 0 < self.ends.get(identifier, 0) <= limit
