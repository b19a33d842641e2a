"""What is kept of accounts: rows, with names, addresses, seeds and password hashes sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from esign.access import ALLOWED, Permission, Role


class AccountState(StrEnum):
    """Where an account stands."""

    INVITED = "invited"
    """Nobody has set it up yet, or it has to be set up anew."""
    ACTIVE = "active"
    LOCKED = "locked"
    """Nobody logs in until an administrator unlocks it."""
    CLOSED = "closed"
    """For ever; its address is free for another account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An account of somebody on a company's side."""

    id: str
    tenant: str
    state: AccountState
    roles: frozenset[Role]
    email_index: bytes | None
    """Keyed index of the address; None once it is closed."""
    created_at: datetime
    changed_at: datetime
    sealed: bytes
    """Sealed :class:`~esign.access.people.Person`."""
    password: bytes | None = None
    """Sealed PHC string."""
    totp: bytes | None = None
    """Sealed seed."""
    totp_step: int = 0
    """The last time step whose code was used."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What all its roles together may do."""
        return frozenset().union(*(ALLOWED[role] for role in self.roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """A one-time link with which an account is set up."""

    token_digest: bytes
    account_id: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRecord:
    """A passkey of an account."""

    id: str
    account_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    created_at: datetime
    used_at: datetime | None = None
    sealed: bytes
    """Sealed name that its owner gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRecord:
    """Who at the company's identity provider has an account."""

    subject_index: bytes
    account_id: str
    linked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A login that lasts; only the digest of its token is kept."""

    token_digest: bytes
    id: str
    account_id: str
    method: str
    """``passkey``, ``password`` or ``provider``."""
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    """When its owner last proved who it is."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRecord:
    """A challenge that was handed out."""

    token_digest: bytes
    kind: str
    expires_at: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleRecord:
    """How often logins failed under a name."""

    name: bytes
    failures: int
    changed_at: datetime
    blocked_until: datetime | None = None
