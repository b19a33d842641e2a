"""What the steps of a verification have found out so far, each for the steps behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esign.ceremony import Transcript
from esign.evidence.dossier_parts import Dossier
from esign.evidence.entry import Entry
from esign.identity import CertificateRequest, IdentifiedPerson, ProviderKeys
from esign.pades import SignedAttributes, SignedData


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMessage:
    """A message whose signature holds: its part, the key id of its device, its type and its members."""

    part: str
    device: str
    type: str
    payload: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Findings:
    """Filled step by step; a step only reads what the steps that it comes after have filled."""

    anchors: tuple[bytes, ...]
    at: datetime | None
    parts: dict[str, bytes] = field(default_factory=dict)
    dossier: Dossier = field(init=False)
    dossier_at: datetime | None = None
    transcript: Transcript = field(init=False)
    tau: bytes = field(init=False)
    cms: SignedData = field(init=False)
    attributes: SignedAttributes = field(init=False)
    proven_at: datetime = field(init=False)
    signed_at: datetime | None = None
    request: CertificateRequest = field(init=False)
    provider: ProviderKeys = field(init=False)
    person: IdentifiedPerson = field(init=False)
    messages: tuple[DeviceMessage, ...] = ()
    entries: tuple[Entry, ...] = ()
    level: str | None = None
    signatory: str | None = None
    sandbox: bool = False
    number: int = 1
    """Which of the dossier's signatories the findings are about."""
    several: bool = False
    """Whether the dossier holds further signatories."""
    last: bool = True
    """Whether this signature was the last one that a person made."""
    released: bytes | None = None
    """SHA-256 of the file in which the signature was released first; None: the finished document."""

    @property
    def company_device(self) -> bool:
        """Whether the transcript says that the key was made on a device of the company."""
        return self.transcript.statement.held_by == "signatory-company-device"
