"""What a trusted list says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from esign.validation.trusted_lists.criteria import Qualification
from esign.validation.trusted_lists.digital_identity import DigitalIdentity


class ListKind(StrEnum):
    """The kinds of lists. Source: ETSI TS 119 612 clause 5.3.3."""

    NATIONAL = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric"
    LIST_OF_LISTS = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPointer:
    """Where another list is, and who may sign it. Source: ETSI TS 119 612 clause 5.3.13.

    ``kind``, ``territory`` and ``media_type`` are as stated, empty where not stated; ``signers`` are certificates, DER.
    """

    location: str
    kind: str
    territory: str
    media_type: str
    signers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePeriod:
    """What was true of a service from ``begins`` to ``ends`` (exclusive; None: still is).

    Args:
        kind: Service type, a URI (clause 5.5.1).
        status: Status, a URI (clause 5.5.4).
        name: The service's name in English where there is one. Public data.
        identity: How the service is recognised (clause 5.5.3).
        additional: URIs of ``additionalServiceInformation`` (clause 5.5.9.4).
        qualifications: Qualifiers and the certificates that they are for (clause 5.5.9.2).
        taken_over_by: The provider that took the service over, empty where none did (clause 5.5.9.3).
        expired_certificates_from: Revocation information of certificates that expired since then is kept (5.5.9.1).
        not_understood: Critical extensions that this software does not understand; what they say could change all.
    """

    kind: str
    status: str
    name: str
    identity: DigitalIdentity
    begins: datetime
    ends: datetime | None
    additional: tuple[str, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    taken_over_by: str = ""
    expired_certificates_from: datetime | None = None
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A trust service with its history, newest period first; ``issue`` is the list's number and day."""

    territory: str
    provider: str
    periods: tuple[ServicePeriod, ...]
    issue: str = ""

    def at(self, instant: datetime) -> ServicePeriod | None:
        """Return what was true at an instant; None before the service was listed."""
        return next((period for period in self.periods if period.begins <= instant), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedList:
    """One list, read from what its signature covers.

    Args:
        version: 5 or 6.
        sequence: Number of the issue (clause 5.3.2).
        next_update: Until when another issue must have come; None: the list is closed (clause 5.3.15).
        digest: SHA-256 of the signed content.
        signer: The certificate that signed it, DER.
        information: Addresses of the scheme; in the list of the lists the pivots stand here (clause 5.3.7).
    """

    version: int
    sequence: int
    kind: ListKind
    territory: str
    operator: str
    issued_at: datetime
    next_update: datetime | None
    information: tuple[str, ...]
    pointers: tuple[ListPointer, ...]
    services: tuple[Service, ...]
    digest: bytes
    signer: bytes

    def stale(self, at: datetime) -> bool:
        """Tell whether another issue should have come by then; a closed list says nothing new and never will."""
        return self.next_update is not None and at >= self.next_update
