"""Webhooks, and what they are told, in the database: leased as in the outbox."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from esign.engine.api.records import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookRecord,
    WebhookSecret,
    WebhookState,
)
from esign.evidence.ports import Vault
from esign.foundation.clock import from_rfc3339, rfc3339
from esign.store.errors import LeaseLost
from esign.store.statements import found_by, keys, row_of
from esign.store.tables_api import webhook, webhook_attempt, webhook_delivery, webhook_position

LEASE = timedelta(minutes=2)
"""How long a worker may take before another one takes over; a try is given up long before."""

_PURPOSE = "webhook"
_ONE = found_by(webhook, "id")
_OF_TENANT = found_by(webhook, "tenant").order_by(webhook.c.created_at, webhook.c.id)
_DELIVERY = found_by(webhook_delivery, "id")
_NUMBER = select(func.coalesce(func.max(webhook_delivery.c.number), 0))


class SqlWebhooks:
    """The webhooks, within the transaction of the connection."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add(self, record: WebhookRecord) -> None:
        """Keep a new webhook."""
        self._connection.execute(insert(webhook).values(id=record.id, tenant=record.tenant, **self._row(record)))

    def get(self, webhook_id: str) -> WebhookRecord | None:
        """Return a webhook."""
        row = self._connection.execute(_ONE, keys(id=webhook_id)).first()
        return None if row is None else self._record(row)

    def of_tenant(self, tenant: str) -> tuple[WebhookRecord, ...]:
        """Return a tenant's webhooks, oldest first."""
        return tuple(self._record(row) for row in self._connection.execute(_OF_TENANT, keys(tenant=tenant)))

    def active(self) -> tuple[WebhookRecord, ...]:
        """Return everybody's webhooks that are told something."""
        rows = self._connection.execute(select(webhook).where(webhook.c.state == WebhookState.ACTIVE))
        return tuple(self._record(row) for row in rows)

    def untold(self) -> tuple[WebhookRecord, ...]:
        """Return disabled webhooks of which nobody was told yet."""
        missing = and_(webhook.c.state == WebhookState.DISABLED, webhook.c.told_at.is_(None))
        rows = self._connection.execute(select(webhook).where(missing, webhook.c.disabled_at.is_not(None)))
        return tuple(self._record(row) for row in rows)

    def update(self, record: WebhookRecord) -> None:
        """Replace a webhook."""
        self._connection.execute(update(webhook).where(webhook.c.id == record.id).values(**self._row(record)))

    def remove(self, webhook_id: str) -> None:
        """Delete a webhook with its log."""
        own = select(webhook_delivery.c.id).where(webhook_delivery.c.webhook_id == webhook_id)
        self._connection.execute(delete(webhook_attempt).where(webhook_attempt.c.delivery_id.in_(own)))
        self._connection.execute(delete(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id))
        self._connection.execute(delete(webhook).where(webhook.c.id == webhook_id))

    def position(self) -> int:
        """Return the first ledger entry that was not looked at yet."""
        return self._connection.execute(select(webhook_position.c.seq)).scalar_one_or_none() or 0

    def move(self, seq: int) -> None:
        """Note how far the ledger was looked at."""
        moved = self._connection.execute(update(webhook_position).values(seq=seq)).rowcount
        if not moved:
            self._connection.execute(insert(webhook_position).values(id=1, seq=seq))

    def queue(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """Queue a delivery; returns it with its number."""
        number = self._connection.execute(_NUMBER).scalar_one() + 1
        row = {**row_of(delivery), "number": number}
        self._connection.execute(insert(webhook_delivery).values(**row))
        return _delivery(row)

    def delivery(self, delivery_id: str) -> WebhookDelivery | None:
        """Return a delivery."""
        row = self._connection.execute(_DELIVERY, keys(id=delivery_id)).first()
        return None if row is None else _delivery(row._mapping)

    def deliveries(self, webhook_id: str, *, after: int | None, limit: int) -> tuple[WebhookDelivery, ...]:
        """Return a webhook's deliveries, newest first, from behind a number."""
        query = select(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id)
        if after is not None:
            query = query.where(webhook_delivery.c.number < after)
        rows = self._connection.execute(query.order_by(webhook_delivery.c.number.desc()).limit(limit))
        return tuple(_delivery(row._mapping) for row in rows)

    def attempts(self, delivery_id: str) -> tuple[WebhookAttempt, ...]:
        """Return how the tries of a delivery ended, oldest first."""
        rows = self._connection.execute(
            select(webhook_attempt)
            .where(webhook_attempt.c.delivery_id == delivery_id)
            .order_by(webhook_attempt.c.number)
        )
        return tuple(WebhookAttempt(**row._mapping) for row in rows)

    def due(self, now: datetime, limit: int) -> tuple[WebhookDelivery, ...]:
        """Return what is due, or whose lease has run out, the longest due first."""
        waiting = and_(webhook_delivery.c.state == DeliveryState.WAITING, webhook_delivery.c.due_at <= now)
        rows = self._connection.execute(
            select(webhook_delivery)
            .where(or_(waiting, _lost(now)))
            .order_by(webhook_delivery.c.due_at, webhook_delivery.c.number)
            .limit(limit)
        )
        return tuple(_delivery(row._mapping) for row in rows)

    def lease(self, delivery: WebhookDelivery, owner: str, now: datetime) -> WebhookDelivery:
        """Lease a delivery to a worker."""
        changed = {
            "state": DeliveryState.RUNNING,
            "owner": owner,
            "lease_until": now + LEASE,
            "attempts": delivery.attempts + 1,
        }
        self._connection.execute(update(webhook_delivery).where(webhook_delivery.c.id == delivery.id).values(**changed))
        return _delivery({**row_of(delivery), **changed})

    def settle(self, delivery: WebhookDelivery, attempt: WebhookAttempt, **values: object) -> None:
        """Record how a leased try ended.

        Args:
            delivery: As it was leased.
            attempt: The line of the log.
            values: ``state``, and ``due_at`` or ``finished_at``.

        Raises:
            LeaseLost: Somebody else has taken it over: let this transaction fail with it.
        """
        settled = self._connection.execute(
            update(webhook_delivery)
            .where(
                webhook_delivery.c.id == delivery.id,
                webhook_delivery.c.state == DeliveryState.RUNNING,
                webhook_delivery.c.owner == delivery.owner,
                webhook_delivery.c.attempts == delivery.attempts,
            )
            .values(owner=None, lease_until=None, **values)
        )
        if settled.rowcount != 1:
            raise LeaseLost(work=delivery.id)
        self._connection.execute(insert(webhook_attempt).values(**row_of(attempt)))

    def revive(self, delivery_id: str, now: datetime) -> None:
        """Let a delivery that has ended begin again."""
        self._connection.execute(
            update(webhook_delivery)
            .where(webhook_delivery.c.id == delivery_id)
            .values(state=DeliveryState.WAITING, due_at=now, queued_at=now, finished_at=None)
        )

    def give_up(self, webhook_id: str, now: datetime) -> int:
        """Give up whatever waits for a webhook; return how much that was."""
        return self._connection.execute(
            update(webhook_delivery)
            .where(webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.state == DeliveryState.WAITING)
            .values(state=DeliveryState.DEAD, finished_at=now)
        ).rowcount

    def forget(self, before: datetime) -> int:
        """Delete the log of what ended before an instant; return how many deliveries went."""
        over = webhook_delivery.c.finished_at < before
        old = select(webhook_delivery.c.id).where(over)
        self._connection.execute(delete(webhook_attempt).where(webhook_attempt.c.delivery_id.in_(old)))
        return self._connection.execute(delete(webhook_delivery).where(over)).rowcount

    def _row(self, record: WebhookRecord) -> dict[str, object]:
        content = {
            "url": record.url,
            "notify": record.notify,
            "secrets": [[item.secret, item.until and rfc3339(item.until)] for item in record.secrets],
        }
        return {
            "kinds": " ".join(record.kinds),
            "state": record.state,
            "created_at": record.created_at,
            "from_seq": record.from_seq,
            "failing_since": record.failing_since,
            "disabled_at": record.disabled_at,
            "told_at": record.told_at,
            "sealed": self._vault.seal(_PURPOSE, json.dumps(content).encode(), record.id, record.tenant),
        }

    def _record(self, row: Row[Any]) -> WebhookRecord:
        content = json.loads(self._vault.open(_PURPOSE, row.sealed, row.id, row.tenant))
        return WebhookRecord(
            id=row.id,
            tenant=row.tenant,
            url=content["url"],
            notify=content["notify"],
            secrets=tuple(
                WebhookSecret(secret=secret, until=from_rfc3339(until) if until else None)
                for secret, until in content["secrets"]
            ),
            kinds=tuple(row.kinds.split()),
            state=WebhookState(row.state),
            created_at=row.created_at,
            from_seq=row.from_seq,
            failing_since=row.failing_since,
            disabled_at=row.disabled_at,
            told_at=row.told_at,
        )


def _lost(now: datetime) -> ColumnElement[bool]:
    return and_(webhook_delivery.c.state == DeliveryState.RUNNING, webhook_delivery.c.lease_until <= now)


def _delivery(values: Any) -> WebhookDelivery:
    return WebhookDelivery(**{**values, "state": DeliveryState(values["state"])})
