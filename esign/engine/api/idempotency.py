"""The same request twice has one effect and one answer.

Everything that a request changes, and the answer that it gets, are one transaction: after a crash either both are there
or neither. The transaction begins with the first change, so that what takes long (typesetting) does not hold it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from esign.access import Actor
from esign.engine.api.errors import IdempotencyInProgress, IdempotencyReused, RequestInvalid
from esign.engine.api.records import KeptAnswer
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.foundation.digests import equal, labelled

KEPT = timedelta(hours=24)
"""How long an answer is given again."""

_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyDesk:
    """Gives the same answer to the same request."""

    household: Household

    def once(
        self, actor: Actor, key: str | None, fingerprint: str, act: Callable[[], KeptAnswer]
    ) -> tuple[KeptAnswer, bool]:
        """Do something once; return its answer, and whether it is given again.

        A refusal undoes everything and keeps nothing: the same key may come again with a better request.

        Args:
            actor: Who asks; nobody else's keys are looked at.
            key: The idempotency key; None: the request is done as often as it comes, each time as one transaction.
            fingerprint: Hexadecimal digest of who asks, method, address, fields that change the meaning, and body.
            act: Does it, and returns the answer; may only change what the store keeps.

        Raises:
            RequestInvalid: The key is none: 1 to 200 visible ASCII characters.
            IdempotencyReused: The key came with another request before.
            IdempotencyInProgress: Another thread does the same right now.
        """
        store, now = self.household.store, self.household.clock.now()
        if key is None:
            with store.together():
                return act(), False
        if not _KEY.match(key):
            raise RequestInvalid("an idempotency key has 1 to 200 visible ASCII characters", place="Idempotency-Key")
        digest = labelled("api/idempotency-key", key.encode())
        with store.reading() as tx:
            known = tx.answers.get(actor.id, digest, now)
        if known is not None:
            return _same(known, fingerprint), True

        def refuse_if_done(tx: Transaction) -> None:
            if tx.answers.get(actor.id, digest, now) is not None:
                raise IdempotencyInProgress

        with store.together(first=refuse_if_done):
            answer = replace(act(), fingerprint=fingerprint)
            with store.transaction() as tx:
                tx.answers.put(actor.id, digest, answer, now + KEPT)
        return answer, False

    def forget_due(self) -> int:
        """Delete answers whose time is over; return how many."""
        with self.household.store.transaction() as tx:
            return tx.answers.forget(self.household.clock.now())


def _same(known: KeptAnswer, fingerprint: str) -> KeptAnswer:
    if not equal(known.fingerprint.encode(), fingerprint.encode()):
        raise IdempotencyReused
    return known
