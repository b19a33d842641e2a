"""What the use cases for backend systems need from outside, in their own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esign.engine.api.records import (
    ApiKeyRecord,
    ContractFilter,
    JourneyRecord,
    KeptAnswer,
    ReturnAddress,
    WebhookAttempt,
    WebhookDelivery,
    WebhookRecord,
)
from esign.engine.paging import RowPlace
from esign.engine.records import ContractRecord
from esign.evidence.entry import Entry


class ApiKeys(Protocol):
    """The API keys."""

    def add(self, record: ApiKeyRecord) -> None:
        """Keep a new key."""

    def get(self, key_id: str) -> ApiKeyRecord | None:
        """Return a key."""

    def by_digest(self, digest: bytes) -> ApiKeyRecord | None:
        """Return the key of a digest."""

    def of_tenant(self, tenant: str) -> tuple[ApiKeyRecord, ...]:
        """Return a tenant's keys, newest first."""

    def update(self, record: ApiKeyRecord) -> None:
        """Replace a key."""


class Answers(Protocol):
    """Answers that are given again; sealed where they are kept."""

    def get(self, key_id: str, digest: bytes, now: datetime) -> KeptAnswer | None:
        """Return the answer to a request of a key, while it is kept."""

    def put(self, key_id: str, digest: bytes, answer: KeptAnswer, expires_at: datetime) -> None:
        """Keep an answer; one whose time is over gives way."""

    def forget(self, now: datetime) -> int:
        """Delete the answers whose time is over; return how many."""


class Webhooks(Protocol):
    """Webhooks and what they are told."""

    def add(self, record: WebhookRecord) -> None:
        """Keep a new webhook."""

    def get(self, webhook_id: str) -> WebhookRecord | None:
        """Return a webhook."""

    def of_tenant(self, tenant: str) -> tuple[WebhookRecord, ...]:
        """Return a tenant's webhooks, oldest first."""

    def active(self) -> tuple[WebhookRecord, ...]:
        """Return everybody's webhooks that are told something."""

    def untold(self) -> tuple[WebhookRecord, ...]:
        """Return disabled webhooks of which nobody was told yet."""

    def update(self, record: WebhookRecord) -> None:
        """Replace a webhook."""

    def remove(self, webhook_id: str) -> None:
        """Delete a webhook with its log."""

    def position(self) -> int:
        """Return the first ledger entry that was not looked at yet."""

    def move(self, seq: int) -> None:
        """Note how far the ledger was looked at."""

    def queue(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """Queue a delivery; returns it with its number."""

    def delivery(self, delivery_id: str) -> WebhookDelivery | None:
        """Return a delivery."""

    def deliveries(self, webhook_id: str, *, after: int | None, limit: int) -> tuple[WebhookDelivery, ...]:
        """Return a webhook's deliveries, newest first, from behind a number."""

    def attempts(self, delivery_id: str) -> tuple[WebhookAttempt, ...]:
        """Return how the tries of a delivery ended, oldest first."""

    def due(self, now: datetime, limit: int) -> tuple[WebhookDelivery, ...]:
        """Return what is due, or whose lease has run out, the longest due first."""

    def lease(self, delivery: WebhookDelivery, owner: str, now: datetime) -> WebhookDelivery:
        """Lease a delivery to a worker."""

    def settle(self, delivery: WebhookDelivery, attempt: WebhookAttempt, **values: object) -> None:
        """Record how a leased try ended.

        Raises:
            EsignError: The lease was lost to somebody else: let the transaction fail with it.
        """

    def revive(self, delivery_id: str, now: datetime) -> None:
        """Let a delivery that has ended begin again."""

    def give_up(self, webhook_id: str, now: datetime) -> int:
        """Give up whatever waits for a webhook; return how much that was."""

    def forget(self, before: datetime) -> int:
        """Delete the log of what ended before an instant; return how many deliveries went."""


class Pages(Protocol):
    """Pages of contracts and events."""

    def contracts(
        self, tenant: str, wanted: ContractFilter, *, after: RowPlace | None, limit: int
    ) -> tuple[ContractRecord, ...]:
        """Return a tenant's contracts, newest first, from behind a place."""

    def events(
        self, tenant: str, *, contract_id: str | None, kinds: tuple[str, ...], start: int, limit: int
    ) -> tuple[Entry, ...]:
        """Return the ledger's entries about a tenant's contracts, oldest first, from a place in the ledger on."""


class Journeys(Protocol):
    """Links that the company hands on itself, and where they may lead back to."""

    def add_address(self, record: ReturnAddress) -> None:
        """Keep a new origin."""

    def address(self, return_id: str) -> ReturnAddress | None:
        """Return an origin."""

    def addresses(self, tenant: str) -> tuple[ReturnAddress, ...]:
        """Return a tenant's origins."""

    def remove_address(self, return_id: str) -> None:
        """Forget an origin: nobody is sent there any more."""

    def add(self, record: JourneyRecord) -> None:
        """Keep a new journey."""

    def get(self, journey_id: str) -> JourneyRecord | None:
        """Return a journey."""

    def of_invitation(self, invitation_id: str) -> JourneyRecord | None:
        """Return the journey of an invitation."""


class WebhookCaller(Protocol):
    """Hands something to an address that a stranger chose."""

    def check(self, url: str) -> None:
        """Refuse an address that can never be called.

        Raises:
            EsignError: Not https (unless configured), with a user name, or no address at all.
        """

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Hand something over and return the HTTP status of the answer.

        Raises:
            EsignError: There was no answer in time, or the address leads where nobody may call.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a wish to take one token out of a bucket."""

    allowed: bool
    limit: int
    """Tokens of a full bucket."""
    remaining: int
    reset: int
    """Seconds until the bucket is full again; where nothing was left, until there is a token."""


class Rates(Protocol):
    """Token buckets that the processes of a machine share."""

    def take(self, bucket: str, *, capacity: int, per_second: float) -> Taken:
        """Take one token out of a bucket that is filled steadily."""
