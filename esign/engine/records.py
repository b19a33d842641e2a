"""What the engine keeps between two messages: rows, each with its personal content sealed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from esign.policy import LegalLevel


class ContractState(StrEnum):
    """Where a contract stands on the walk."""

    DRAWN_UP = "drawn_up"
    INVITED = "invited"
    PARTLY_SIGNED = "partly_signed"
    ORDERED = "ordered"
    """Everybody has signed, and that is an offer: the company has to accept it."""
    PENDING = "pending"
    """Everybody has signed, and the contract has no effect until somebody approves it."""
    CONCLUDED = "concluded"
    FAILED = "failed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class InvitationState(StrEnum):
    """Where an invitation stands; the words are those of the protocol (docs/ceremony-spec.md, ``hello``)."""

    WAITING = "waiting"
    OPEN = "open"
    SIGNED = "signed"
    CLOSED = "closed"
    REVOKED = "revoked"
    """Another invitation took its place; its tokens are as unknown as a guess. Never told to an agent."""


class AttemptState(StrEnum):
    """Where an attempt stands."""

    OPEN = "open"
    DECLARED = "declared"
    CONCLUDING = "concluding"
    SIGNED = "signed"
    LOCKED = "locked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    FAILED = "failed"

    @property
    def live(self) -> bool:
        """Whether the attempt can still end with a signature."""
        return self in (AttemptState.OPEN, AttemptState.DECLARED, AttemptState.CONCLUDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRecord:
    """A contract. Title, company and reference name no person; everything that does is in ``sealed``."""

    id: str
    tenant: str
    """The company whose contract it is."""
    template: str
    reference: str
    title: str
    company: str
    level: LegalLevel
    policy: str
    """Name of the signature policy."""
    state: ContractState
    created_at: datetime
    concluded_at: datetime | None = None
    valid_days: int | None = None
    """Life of each invitation in days; None: as the installation is set."""
    valid_until: str | None = None
    """Last local day on which it can be signed (ISO): the contract's own, or the offer's; None: neither."""
    reminder_days: str | None = None
    """Days before the end on which parties are reminded, divided by commas; None: as the installation is set."""
    sealed: bytes
    """Sealed :class:`~esign.engine.contents.ContractContents`."""

    @property
    def file_name(self) -> str:
        """Name of the document's file: the reference, with a hyphen for what cannot stand in a file's name."""
        return f"{re.sub('[^A-Za-z0-9 ._-]+', '-', self.reference)}.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRecord:
    """The invitation of one party to one contract; only the digest of its token is kept."""

    id: str
    contract_id: str
    party: str = "signatory-1"
    """Whom it invites: ``signatory-1``, ``signatory-2``, …"""
    token_digest: bytes
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    attempts: int = 0
    reminded: int = 0
    """How many reminders were sent."""
    remind_at: datetime | None = None
    """When the next reminder is due; at the end: none is; None: an invitation from before this was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A device key that is bound to an invitation."""

    invitation_id: str
    key_id: str
    """Hexadecimal SHA-256 of the SubjectPublicKeyInfo."""
    public_key: bytes
    bound_at: datetime
    token_digest: bytes
    """Of the token that bound it: the invitation's, or a hand-over token. It works with that one alone."""


COMPANY = "company"
"""Made a hand-over token for the own device of a person who is present; stands in the place of a device's key id."""
COMPANY_DEVICE = "company-device"
"""Made a hand-over token for a device of the company, handed to a person who is present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRecord:
    """A hand-over token: another bearer token of an invitation, for exactly one further device."""

    token_digest: bytes
    invitation_id: str
    made_by: str
    """Key id of the device that asked for it, or one of the two words above."""
    created_at: datetime
    expires_at: datetime
    """Until when it may bind a device; what is bound stays bound."""
    device_key_id: str | None = None
    """The device that it bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRecord:
    """One enrolment of one device: from the nonce that was handed out to the certificate."""

    id: str
    invitation_id: str
    device_key_id: str
    nonce: bytes
    expires_at: datetime
    certificate_id: str | None = None
    """Hexadecimal SHA-256 of the certificate, once it was issued."""
    certificate_until: datetime | None = None
    sealed: bytes | None = None
    """Sealed :class:`~esign.engine.contents.EnrolmentContents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt at the ceremony; tau is its name."""

    tau: str
    """Hexadecimal transcript hash."""
    invitation_id: str
    number: int
    device_key_id: str
    certificate_id: str
    """Hexadecimal SHA-256 of the signatory's certificate; empty at the simple level."""
    state: AttemptState
    opened_at: datetime
    expires_at: datetime
    wrong_codes: int = 0
    concluding_until: datetime | None = None
    """While somebody is concluding the attempt: until when nobody else may."""
    sealed: bytes
    """Sealed :class:`~esign.engine.contents.AttemptContents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message that was received, and the answer that it gets whenever it comes again."""

    invitation_id: str
    jti: str
    type: str
    device_key_id: str
    """Empty where nobody could verify the message."""
    digest: bytes
    """SHA-256 of the message's bytes."""
    received_at: datetime
    sealed_message: bytes
    status: int | None = None
    """None while there is no answer yet."""
    sealed_answer: bytes | None = None
