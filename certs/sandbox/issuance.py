"""What the authorities have issued and revoked: two append-only lists without personal data."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from certs.sandbox.errors import NotIssued
from certs.sandbox.files import JsonLines
from esign.foundation.clock import from_rfc3339, rfc3339
from esign.foundation.digests import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A certificate that was revoked."""

    authority: str
    serial: int
    at: datetime
    reason: x509.ReasonFlags


class IssuanceLog:
    """Which authority issued which serial number, when, over which request. Names stand in it as digests only."""

    def __init__(self, folder: Path) -> None:
        self._lines = JsonLines(folder / "issued.jsonl")
        self._index: dict[int, str] = {}
        self._indexed = 0
        self._lock = threading.Lock()

    def record(self, authority: str, certificate: x509.Certificate, *, at: datetime, request: bytes = b"") -> None:
        """Note an issued certificate.

        Args:
            authority: Name of the authority.
            certificate: What was issued.
            at: When.
            request: The certificate signing request (DER); empty for the sandbox's own certificates.
        """
        self._lines.append(
            {
                "authority": authority,
                "serial": f"{certificate.serial_number:x}",
                "subject": sha256(certificate.subject.public_bytes()).hex(),
                "at": rfc3339(at),
                "request": sha256(request).hex() if request else "",
            }
        )

    def entries(self) -> tuple[Mapping[str, Any], ...]:
        """Return every entry, oldest first."""
        return self._lines.rows()

    def authority_of(self, serial: int) -> str:
        """Return the name of the authority that issued a serial number.

        Raises:
            NotIssued: None did.
        """
        rows = self._lines.rows()
        with self._lock:
            self._index.update((int(row["serial"], 16), row["authority"]) for row in rows[self._indexed :])
            self._indexed = max(self._indexed, len(rows))
            if serial not in self._index:
                raise NotIssued(serial=f"{serial:x}")
            return self._index[serial]


class RevocationList:
    """The revoked certificates of every authority."""

    def __init__(self, folder: Path) -> None:
        self._lines = JsonLines(folder / "revoked.jsonl")

    def add(self, revocation: Revocation) -> None:
        """Note a revocation; a serial number that is revoked already keeps its first entry."""
        if self.find(revocation.authority, revocation.serial) is None:
            self._lines.append(
                {
                    "authority": revocation.authority,
                    "serial": f"{revocation.serial:x}",
                    "at": rfc3339(revocation.at),
                    "reason": revocation.reason.value,
                }
            )

    def of(self, authority: str) -> tuple[Revocation, ...]:
        """Return the revocations of an authority, oldest first."""
        return tuple(_revocation(row) for row in self._lines.rows() if row["authority"] == authority)

    def find(self, authority: str, serial: int) -> Revocation | None:
        """Return the revocation of a serial number, or None."""
        return next((item for item in self.of(authority) if item.serial == serial), None)


def _revocation(row: Mapping[str, Any]) -> Revocation:
    return Revocation(
        authority=row["authority"],
        serial=int(row["serial"], 16),
        at=from_rfc3339(row["at"]),
        reason=x509.ReasonFlags(row["reason"]),
    )
