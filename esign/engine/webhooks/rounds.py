"""How events reach webhooks: the ledger is the queue.

1. An event stands in the ledger, in the transaction of what happened. Nothing else is needed for it to be told.
2. A round reads the ledger from where the last one ended, queues one delivery for each webhook that wants the event,
   and moves the place; all in one transaction, so that none is lost and none is queued twice.
3. A delivery that is due is leased, sent outside any transaction, and settled in another one that only succeeds while
   the lease is still its own. A worker that died leaves a lease behind; the next one takes over.
4. What fails is tried again after a pause that doubles, shortened by chance, for three days; then it is given up.
5. A webhook that has failed for five days without any success is disabled, as is one that answers 410 Gone; that stands
   in the ledger, and the address that was named for it is told by mail.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from esign.engine.api.errors import WebhookAnswerRefused
from esign.engine.api.events import EVENT_KINDS, Event
from esign.engine.api.records import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookRecord, WebhookState
from esign.engine.household import Household
from esign.engine.ports import Mail, Transaction
from esign.engine.webhooks import message as webhook_message
from esign.engine.webhooks.texts import webhook_disabled
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import labelled
from esign.foundation.errors import EsignError
from esign.foundation.identifiers import new_id

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=6)
"""After the first failure, and at the most; each pause is shortened by up to a quarter, by chance."""

GIVEN_UP_AFTER = timedelta(days=3)
DISABLED_AFTER = timedelta(days=5)
LOG_KEPT = timedelta(days=30)

READ = 500
"""Ledger entries of a round."""

AT_ONCE, AT_ONCE_EACH = 8, 4
"""Deliveries that are under way at a time: altogether, and to one webhook; to one that fails only one."""

_LOOKED_AT = 200
_GONE = 410
_log = logging.getLogger("esign.engine.webhooks.desk")


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: int | None
    code: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRounds:
    """Tells webhooks what happened."""

    household: Household
    worker: str = field(default_factory=new_id)
    draw: Callable[[], float] = random.random

    def fan_out(self) -> int:
        """Queue what is new in the ledger for whoever wants it; return how many entries were looked at."""
        with self.household.store.reading() as tx:
            if tx.ledger.tail().size <= tx.webhooks.position():
                return 0
        with self.household.store.transaction() as tx:
            start = tx.webhooks.position()
            wanting = tx.webhooks.active()
            if not wanting:
                end = tx.ledger.tail().size
                tx.webhooks.move(end)
                return end - start
            return self._queue(tx, start, wanting)

    def _queue(self, tx: Transaction, start: int, wanting: tuple[WebhookRecord, ...]) -> int:
        now = self.household.clock.now()
        told = frozenset(kind.value for kind in EVENT_KINDS)
        looked = 0
        for stored in tx.ledger.read(start):
            looked += 1
            if stored.kind in told:
                entry = Entry.parse(stored.data)
                tenant = _tenant(tx, entry)
                for webhook in wanting:
                    if webhook.tenant == tenant and entry.seq >= webhook.from_seq and webhook.wants(stored.kind):
                        tx.webhooks.queue(_delivery(webhook, Event.of(entry), now))
            if looked >= READ:
                break
        tx.webhooks.move(start + looked)
        return looked

    def deliver_due(self) -> int:
        """Send what is due; return how many tries were made."""
        leased = self._lease()
        if not leased:
            return 0
        with ThreadPoolExecutor(max_workers=len(leased), thread_name_prefix="webhook") as pool:
            for webhook, delivery in leased:
                pool.submit(self._deliver, webhook, delivery)
        return len(leased)

    def _lease(self) -> list[tuple[WebhookRecord, WebhookDelivery]]:
        now = self.household.clock.now()
        with self.household.store.reading() as tx:
            if not tx.webhooks.due(now, 1):
                return []
        found: list[tuple[WebhookRecord, WebhookDelivery]] = []
        busy: Counter[str] = Counter()
        with self.household.store.transaction() as tx:
            webhooks: dict[str, WebhookRecord | None] = {}
            for delivery in tx.webhooks.due(now, _LOOKED_AT):
                webhook = webhooks.setdefault(delivery.webhook_id, tx.webhooks.get(delivery.webhook_id))
                if webhook is None:
                    continue
                most = AT_ONCE_EACH if webhook.failing_since is None else 1
                if busy[webhook.id] < most:
                    busy[webhook.id] += 1
                    found.append((webhook, tx.webhooks.lease(delivery, self.worker, now)))
                if len(found) == AT_ONCE:
                    break
        return found

    def _deliver(self, webhook: WebhookRecord, delivery: WebhookDelivery) -> None:
        try:
            outcome = self._call(webhook, delivery)
            with self.household.store.transaction() as tx:
                self._settle(tx, delivery, outcome)
        except Exception as error:  # the lease runs out, and somebody tries again
            code = error.code if isinstance(error, EsignError) else "internal"
            _log.warning("webhook delivery not settled", extra={"code": code})

    def _call(self, webhook: WebhookRecord, delivery: WebhookDelivery) -> _Outcome:
        house = self.household
        body = webhook_message.body(delivery)
        begun = house.clock.now()
        signed = webhook_message.headers(delivery, body, webhook.signing(begun), begun)
        status, code = None, None
        try:
            status = house.webhook_caller.post(webhook.url, body, signed)
            if not 200 <= status < 300:
                code = WebhookAnswerRefused.code
        except EsignError as error:
            code = error.code
        except Exception as error:
            _log.error("webhook delivery broke", exc_info=error)
            code = "internal"
        return _Outcome(status, code, max(0, round((house.clock.now() - begun).total_seconds() * 1000)))

    def _settle(self, tx: Transaction, delivery: WebhookDelivery, outcome: _Outcome) -> None:
        now = self.household.clock.now()
        attempt = WebhookAttempt(
            delivery_id=delivery.id,
            number=delivery.attempts,
            at=now,
            status=outcome.status,
            code=outcome.code,
            milliseconds=outcome.milliseconds,
        )
        webhook = tx.webhooks.get(delivery.webhook_id)
        if webhook is None:
            return
        if outcome.code is None:
            tx.webhooks.settle(delivery, attempt, state=DeliveryState.DONE, finished_at=now)
            if webhook.failing_since is not None:
                tx.webhooks.update(replace(webhook, failing_since=None))
            return
        due = now + self._pause(delivery.attempts)
        over = due - delivery.queued_at > GIVEN_UP_AFTER or webhook.state is not WebhookState.ACTIVE
        if over:
            tx.webhooks.settle(delivery, attempt, state=DeliveryState.DEAD, finished_at=now)
        else:
            tx.webhooks.settle(delivery, attempt, state=DeliveryState.WAITING, due_at=due)
        self._note_failure(tx, webhook, outcome, now)

    def _note_failure(self, tx: Transaction, webhook: WebhookRecord, outcome: _Outcome, now: datetime) -> None:
        since = webhook.failing_since or now
        if webhook.state is WebhookState.ACTIVE and (now - since >= DISABLED_AFTER or outcome.status == _GONE):
            webhook = replace(webhook, state=WebhookState.DISABLED, disabled_at=now)
            given_up = tx.webhooks.give_up(webhook.id, now)
            facts = {"webhook": webhook.id, "code": outcome.code, "given_up": given_up, "tenant": webhook.tenant}
            receipt = self.household.record(tx, EntryKind.WEBHOOK_DISABLED, None, facts)
            tx.audit.add(
                receipt.sequence, tenant=webhook.tenant, actor="system:system", kind=EntryKind.WEBHOOK_DISABLED.value
            )
        tx.webhooks.update(replace(webhook, failing_since=since))

    def _pause(self, attempt: int) -> timedelta:
        whole = min(FIRST_PAUSE * (1 << min(attempt - 1, 20)), LONGEST_PAUSE)
        return whole * (1 - self.draw() / 4)

    def tell_disabled(self) -> int:
        """Tell by mail whose webhook was disabled; return how many were told."""
        house = self.household
        with house.store.reading() as tx:
            untold = tx.webhooks.untold()
        told = 0
        for webhook in untold:
            if webhook.notify:
                subject, text = webhook_disabled(webhook.id, house.settings.sandbox)
                identifier = labelled("mail", webhook.id.encode(), str(webhook.disabled_at).encode()).hex()[:32]
                house.mailer.send(Mail(to=webhook.notify, subject=subject, text=text, identifier=identifier))
                told += 1
            with house.store.transaction() as tx:
                current = tx.webhooks.get(webhook.id)
                if current is not None and current.disabled_at == webhook.disabled_at:
                    tx.webhooks.update(replace(current, told_at=house.clock.now()))
        return told

    def forget_due(self) -> int:
        """Delete the log of deliveries that ended a month ago; return how many went."""
        with self.household.store.transaction() as tx:
            return tx.webhooks.forget(self.household.clock.now() - LOG_KEPT)


def _tenant(tx: Transaction, entry: Entry) -> str:
    """Return whose event it is: the contract's tenant, or the one that the entry names."""
    if entry.contract is not None:
        contract = tx.contracts.get(entry.contract) or tx.declarations.get(entry.contract)
        return contract.tenant if contract else ""
    named = entry.facts.get("tenant")
    return named if isinstance(named, str) else ""


def _delivery(webhook: WebhookRecord, event: Event, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        id=new_id(),
        number=0,
        webhook_id=webhook.id,
        event_id=event.id,
        kind=event.kind,
        contract_id=event.contract_id,
        party=event.party,
        occurred_at=event.at,
        state=DeliveryState.WAITING,
        queued_at=now,
        due_at=now,
        case_id=event.case_id,
        bulk_id=event.bulk_id,
        batch_id=event.batch_id,
        declaration_id=event.declaration_id,
    )
