"""What the engine keeps for backend systems: API keys, answers that are given again, webhooks, journeys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRecord:
    """An API key; of the key itself only the digest is kept."""

    id: str
    tenant: str
    digest: bytes
    """Labelled SHA-256 of the whole key."""
    prefix: str
    """The first characters, by which people recognise the key."""
    name: str
    """The company's own word for it; names no person."""
    scopes: str
    """Permissions, divided by blanks."""
    created_by: str
    """Who made it: account, key or ``system``."""
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used: str | None = None
    """Local day (ISO) of the last use; the hour is nobody's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer that is given again to the same request."""

    fingerprint: str
    """Hexadecimal digest of the asker and of all that gives the request its meaning: method, address, headers, body."""
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class WebhookState(StrEnum):
    """Whether a webhook is told anything."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecret:
    """A secret that signs what a webhook is told."""

    secret: str
    until: datetime | None = None
    """Until when it signs beside its successor; None: it is the present one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRecord:
    """Somebody who is told of events."""

    id: str
    tenant: str
    url: str
    kinds: tuple[str, ...]
    """Kinds of events; empty: all."""
    secrets: tuple[WebhookSecret, ...]
    """The present one first."""
    notify: str = ""
    """E-mail address that is told when the webhook is disabled; may be empty."""
    state: WebhookState = WebhookState.ACTIVE
    created_at: datetime
    from_seq: int
    """First ledger entry that is told."""
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    told_at: datetime | None = None
    """When the address in ``notify`` was told."""

    def signing(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at an instant."""
        return tuple(item.secret for item in self.secrets if item.until is None or item.until > now)

    def wants(self, kind: str) -> bool:
        """Tell whether events of a kind are told."""
        return self.state is WebhookState.ACTIVE and (not self.kinds or kind in self.kinds)

    def active_again(self) -> WebhookRecord:
        """Return the record without any failure."""
        return replace(self, state=WebhookState.ACTIVE, failing_since=None, disabled_at=None, told_at=None)


class DeliveryState(StrEnum):
    """Where a delivery to a webhook stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """One event on its way to one webhook."""

    id: str
    number: int
    """Grows with each delivery; orders the log."""
    webhook_id: str
    event_id: str
    kind: str
    contract_id: str | None
    party: str | None
    occurred_at: datetime
    state: DeliveryState
    queued_at: datetime
    due_at: datetime
    attempts: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    case_id: str | None = None
    bulk_id: str | None = None
    batch_id: str | None = None
    declaration_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAttempt:
    """One try to deliver."""

    delivery_id: str
    number: int
    at: datetime
    status: int | None
    """HTTP status of the answer, if there was one."""
    code: str | None
    """Stable code of the failure, if it failed."""
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """An origin to which customers may be sent back."""

    id: str
    tenant: str
    origin: str
    created_at: datetime
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRecord:
    """An invitation whose link the company itself hands on, and the address to which it leads back."""

    id: str
    """Stands in the address of the way back; knows nothing but the state."""
    invitation_id: str
    contract_id: str
    return_id: str
    created_at: datetime
    sealed: bytes
    """The address, sealed under the contract's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFilter:
    """Which contracts are asked for; None: whatever."""

    state: str | None = None
    template: str | None = None
    reference: str | None = None
    created_from: datetime | None = None
    """Instant, inclusive."""
    created_before: datetime | None = None
    """Instant, exclusive."""
