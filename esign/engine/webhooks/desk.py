"""Webhooks: who is told of which events, with which secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from esign.access import Actor, Permission
from esign.engine.api.errors import (
    DeliveryUnderWay,
    TooManyWebhooks,
    WebhookDeliveryUnknown,
    WebhookInactive,
    WebhookRefused,
    WebhookUnknown,
)
from esign.engine.api.events import EVENT_KINDS, TEST
from esign.engine.api.records import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookRecord,
    WebhookSecret,
    WebhookState,
)
from esign.engine.household import Household
from esign.engine.own import own
from esign.engine.paging import page
from esign.engine.ports import Transaction
from esign.engine.webhooks.message import new_secret
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id

MOST = 20
"""Webhooks of a tenant."""

OVERLAP = timedelta(hours=24)
"""How long a replaced secret still signs beside its successor."""

_EMAIL = re.compile(r"[^@\s<>\"\x00-\x1f]{1,64}@[^@\s<>\"\x00-\x1f]+[.][^@\s<>\"\x00-\x1f]{2,}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """What may be shown of a webhook: everything but its secrets."""

    id: str
    url: str
    kinds: tuple[str, ...]
    notify: str
    state: str
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWebhook:
    """A webhook with a new secret; only here stands the secret itself."""

    view: WebhookView
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """A line of the delivery log, with how each try ended."""

    delivery: WebhookDelivery
    attempts: tuple[WebhookAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """A page of the delivery log, newest first."""

    deliveries: tuple[DeliveryView, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDesk:
    """Keeps webhooks. Another tenant's webhook is as unknown as one that does not exist."""

    household: Household

    def create(self, actor: Actor, *, url: str, kinds: Iterable[str] = (), notify: str = "") -> MadeWebhook:
        """Make a webhook; it is told what happens from now on.

        Args:
            actor: Who makes it.
            url: Where events are sent.
            kinds: Kinds of events (:data:`~esign.engine.api.events.EVENT_KINDS`); none: all.
            notify: E-mail address that is told when the webhook is disabled.

        Raises:
            AccessDenied: The actor may not.
            ConfirmationNeeded: An account's person did not prove just now who it is.
            WebhookRefused: The address, a kind or the e-mail address is none, or there are too many.
        """
        self._allowed(actor)
        secret = new_secret()
        with self.household.store.transaction() as tx:
            if len(tx.webhooks.of_tenant(actor.tenant)) >= MOST:
                raise TooManyWebhooks(most=MOST)
            record = WebhookRecord(
                id=new_id(),
                tenant=actor.tenant,
                url=self._url(url),
                kinds=_kinds(kinds),
                secrets=(WebhookSecret(secret=secret),),
                notify=_notify(notify),
                created_at=self.household.clock.now(),
                from_seq=tx.ledger.tail().size,
            )
            tx.webhooks.add(record)
            self._record(tx, actor, EntryKind.WEBHOOK_MADE, record)
        return MadeWebhook(view=_view(record), secret=secret)

    def list(self, actor: Actor) -> tuple[WebhookView, ...]:
        """Return the tenant's webhooks, oldest first.

        Raises:
            AccessDenied: The actor may not see them.
        """
        actor.require(Permission.WEBHOOKS_READ)
        with self.household.store.reading() as tx:
            return tuple(_view(record) for record in tx.webhooks.of_tenant(actor.tenant))

    def view(self, actor: Actor, webhook_id: str) -> WebhookView:
        """Return a webhook.

        Raises:
            AccessDenied: The actor may not see it.
            WebhookUnknown: There is none of this name.
        """
        actor.require(Permission.WEBHOOKS_READ)
        with self.household.store.reading() as tx:
            return _view(_get(tx, actor, webhook_id))

    def change(
        self,
        actor: Actor,
        webhook_id: str,
        *,
        url: str | None = None,
        kinds: Iterable[str] | None = None,
        notify: str | None = None,
        state: str | None = None,
    ) -> WebhookView:
        """Change what is named; the rest stays. Who is made active again starts without failures.

        Raises:
            AccessDenied: The actor may not.
            WebhookUnknown: There is none of this name.
            ConfirmationNeeded: More is told or elsewhere, and an account's person did not prove just now who it is.
            WebhookRefused: The address, a kind or the e-mail address is none.
        """
        silences = state == WebhookState.DISABLED and (url, kinds, notify) == (None, None, None)
        self._allowed(actor, fresh=not silences)  # who only stops it is not held up
        with self.household.store.transaction() as tx:
            record = _get(tx, actor, webhook_id)
            changed = replace(
                record,
                url=record.url if url is None else self._url(url),
                kinds=record.kinds if kinds is None else _kinds(kinds),
                notify=record.notify if notify is None else _notify(notify),
            )
            if state is not None and state != record.state:
                now = self.household.clock.now()
                if WebhookState(state) is WebhookState.ACTIVE:
                    # what happened meanwhile stands in the list of events; it is not told late
                    changed = replace(changed.active_again(), from_seq=tx.ledger.tail().size)
                else:
                    changed = replace(changed, state=WebhookState.DISABLED)
                    tx.webhooks.give_up(record.id, now)
            if changed != record:
                tx.webhooks.update(changed)
                self._record(tx, actor, EntryKind.WEBHOOK_CHANGED, changed)
        return _view(changed)

    def remove(self, actor: Actor, webhook_id: str) -> None:
        """Delete a webhook with its log.

        Raises:
            AccessDenied: The actor may not.
            WebhookUnknown: There is none of this name.
        """
        actor.require(Permission.WEBHOOKS_WRITE)
        with self.household.store.transaction() as tx:
            record = _get(tx, actor, webhook_id)
            tx.webhooks.remove(record.id)
            self._record(tx, actor, EntryKind.WEBHOOK_REMOVED, record)

    def rotate(self, actor: Actor, webhook_id: str) -> MadeWebhook:
        """Give a webhook a new secret; the present one signs beside it for a day, older ones no more.

        Raises:
            AccessDenied: The actor may not.
            WebhookUnknown: There is none of this name.
            ConfirmationNeeded: An account's person did not prove just now who it is.
        """
        self._allowed(actor)
        secret = new_secret()
        with self.household.store.transaction() as tx:
            record = _get(tx, actor, webhook_id)
            present = replace(record.secrets[0], until=self.household.clock.now() + OVERLAP)
            changed = replace(record, secrets=(WebhookSecret(secret=secret), present))
            tx.webhooks.update(changed)
            self._record(tx, actor, EntryKind.WEBHOOK_SECRET_ROTATED, changed)
        return MadeWebhook(view=_view(changed), secret=secret)

    def test(self, actor: Actor, webhook_id: str) -> DeliveryView:
        """Queue an event of kind ``webhook.test``.

        Raises:
            AccessDenied: The actor may not.
            WebhookUnknown: There is none of this name.
            WebhookInactive: It is disabled.
        """
        actor.require(Permission.WEBHOOKS_WRITE)
        now = self.household.clock.now()
        with self.household.store.transaction() as tx:
            record = _get(tx, actor, webhook_id)
            _refuse_inactive(record)
            delivery = WebhookDelivery(
                id=new_id(),
                number=0,
                webhook_id=record.id,
                event_id=f"evt_{new_id()}",
                kind=TEST,
                contract_id=None,
                party=None,
                occurred_at=now,
                state=DeliveryState.WAITING,
                queued_at=now,
                due_at=now,
            )
            return DeliveryView(delivery=tx.webhooks.queue(delivery), attempts=())

    def deliveries(self, actor: Actor, webhook_id: str, *, after: str | None = None, limit: int = 50) -> DeliveryPage:
        """Return the delivery log, newest first.

        Raises:
            AccessDenied: The actor may not see it.
            WebhookUnknown: There is no such webhook.
            CursorRefused: The cursor is not of this list.
        """
        actor.require(Permission.WEBHOOKS_READ)
        with self.household.store.reading() as tx:
            record = _get(tx, actor, webhook_id)
            context = ("webhook-deliveries", actor.tenant, record.id)
            rows = partial(tx.webhooks.deliveries, record.id)
            found, more = page(rows, lambda delivery: delivery.number, tx.vault, context, after=after, limit=limit)
            shown = tuple(DeliveryView(delivery=each, attempts=tx.webhooks.attempts(each.id)) for each in found)
        return DeliveryPage(deliveries=shown, next=more)

    def redeliver(self, actor: Actor, webhook_id: str, delivery_id: str) -> DeliveryView:
        """Send once more what was delivered or given up; the event keeps its name.

        Raises:
            AccessDenied: The actor may not.
            WebhookUnknown: There is no such webhook.
            WebhookDeliveryUnknown: There is no such delivery of it.
            WebhookInactive: The webhook is disabled.
            DeliveryUnderWay: It has not ended.
        """
        actor.require(Permission.WEBHOOKS_WRITE)
        with self.household.store.transaction() as tx:
            record = _get(tx, actor, webhook_id)
            delivery = tx.webhooks.delivery(delivery_id)
            if delivery is None or delivery.webhook_id != record.id:
                raise WebhookDeliveryUnknown
            _refuse_inactive(record)
            if delivery.state in (DeliveryState.WAITING, DeliveryState.RUNNING):
                raise DeliveryUnderWay
            tx.webhooks.revive(delivery.id, self.household.clock.now())
            again = tx.webhooks.delivery(delivery.id) or delivery
            return DeliveryView(delivery=again, attempts=tx.webhooks.attempts(again.id))

    def _allowed(self, actor: Actor, *, fresh: bool = True) -> None:
        actor.require(Permission.WEBHOOKS_WRITE)
        if fresh:
            actor.require_present(self.household.clock.now())

    def _url(self, url: str) -> str:
        self.household.webhook_caller.check(url)
        return url

    def _record(self, tx: Transaction, actor: Actor, kind: EntryKind, record: WebhookRecord) -> None:
        facts = {"webhook": record.id, "kinds": len(record.kinds), "state": record.state.value}
        self.household.record(tx, kind, None, facts, by=actor)


def _get(tx: Transaction, actor: Actor, webhook_id: str) -> WebhookRecord:
    return own(tx.webhooks.get(webhook_id), actor, WebhookUnknown)


def _kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(kinds))
    if unknown := [kind for kind in found if kind not in {known.value for known in EVENT_KINDS}]:
        raise WebhookRefused("there are no events of this kind", place="kinds", unknown=len(unknown))
    return found


def _notify(address: str) -> str:
    if address and (len(address) > 160 or not _EMAIL.match(address)):
        raise WebhookRefused("this is no e-mail address", place="notify")
    return address


def _refuse_inactive(record: WebhookRecord) -> None:
    if record.state is not WebhookState.ACTIVE:
        raise WebhookInactive


def _view(record: WebhookRecord) -> WebhookView:
    return WebhookView(
        id=record.id,
        url=record.url,
        kinds=record.kinds,
        notify=record.notify,
        state=record.state.value,
        created_at=record.created_at,
        failing_since=record.failing_since,
        disabled_at=record.disabled_at,
    )
