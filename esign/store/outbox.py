"""The outbox: work that must reach the outside, leased so that none is lost and none is recorded twice.

A row is added in the transaction of what causes it. A worker claims it in a short transaction (state, owner, lease),
does the work outside any transaction, and finishes in another one that only succeeds while the lease is still its own
(owner and attempt stand in the condition). A worker that died leaves an expired lease behind; the next one takes over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from esign.store.errors import LeaseLost
from esign.store.tables_outbox import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """When failed work is tried again: for more than two days, because a mail server may be away over a weekend.

    Args:
        most: Attempts after which it is dead.
        first: Pause after the first failure; doubles with each.
        longest: Longest pause.
        lease: How long a worker may take before another one takes over.
    """

    most: int = 36
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=2)
    lease: timedelta = timedelta(minutes=2)

    def pause(self, attempt: int) -> timedelta:
        """Return the pause after the failure of an attempt (from 1)."""
        return min(self.first * (1 << min(attempt - 1, 20)), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedWork:
    """A row of the outbox while a worker holds it."""

    id: int
    contract_id: str
    kind: str
    payload: bytes
    """Sealed."""
    attempt: int
    """From 1."""
    owner: str
    lease_until: datetime


class SqlOutbox:
    """The outbox, within the transaction of the connection."""

    def __init__(self, connection: Connection, rule: RetryRule | None = None) -> None:
        self._connection = connection
        self._rule = rule or RetryRule()

    def add(self, contract_id: str, kind: str, payload: bytes, due_at: datetime) -> int:
        """Queue work, its payload sealed; return its number."""
        result = self._connection.execute(
            insert(outbox).values(
                contract_id=contract_id, kind=kind, payload=payload, state="waiting", due_at=due_at, attempts=0
            )
        )
        number: int = result.inserted_primary_key[0]  # type: ignore[index]  # one row was inserted
        return number

    def claim(self, owner: str, now: datetime, limit: int = 1) -> tuple[LeasedWork, ...]:
        """Lease work that is due or whose lease has run out, the longest due first.

        Work whose last allowed attempt ran out of its lease is not handed out again; :meth:`bury` says so.

        Args:
            owner: The worker's own name, unlike any other's.
            now: The present.
            limit: How many at the most.
        """
        expired = and_(self._expired(now), outbox.c.attempts < self._rule.most)
        due = and_(outbox.c.state == "waiting", outbox.c.due_at <= now)
        rows = self._connection.execute(
            select(outbox)
            .where(or_(due, expired))
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        until = now + self._rule.lease
        leased = []
        for row in rows:
            attempt = row.attempts + 1
            self._connection.execute(
                update(outbox)
                .where(outbox.c.id == row.id)
                .values(state="running", owner=owner, lease_until=until, attempts=attempt)
            )
            leased.append(_leased(row, attempt=attempt, owner=owner, until=until))
        return tuple(leased)

    def bury(self, now: datetime, code: str) -> tuple[LeasedWork, ...]:
        """Give up work whose last allowed attempt ran out of its lease, and return it: its workers died of it.

        Args:
            now: The present.
            code: Stable code of the error that is kept with it.
        """
        spent = and_(self._expired(now), outbox.c.attempts >= self._rule.most)
        rows = self._connection.execute(select(outbox).where(spent).order_by(outbox.c.id).with_for_update()).all()
        buried = []
        for row in rows:
            work = _leased(row, attempt=row.attempts, owner=row.owner, until=row.lease_until)
            self._settle(work, state="dead", finished_at=now, last_code=code, payload=b"")
            buried.append(work)
        return tuple(buried)

    def finish(self, work: LeasedWork, now: datetime) -> None:
        """Record that the work is done; its payload is emptied.

        Raises:
            LeaseLost: Somebody else has taken it over: let this transaction fail with it.
        """
        self._settle(work, state="done", finished_at=now, last_code=None, payload=b"")

    def fail(self, work: LeasedWork, now: datetime, code: str, *, finally_: bool = False) -> bool:
        """Record that the work failed, to be tried again after a pause; return whether it is dead instead.

        Dead work keeps no payload: what it holds, such as an invitation's link, is nobody's any more.

        Args:
            work: What was claimed.
            now: The present.
            code: Stable code of the error.
            finally_: Trying again is pointless.

        Raises:
            LeaseLost: Somebody else has taken it over.
        """
        if finally_ or work.attempt >= self._rule.most:
            self._settle(work, state="dead", finished_at=now, last_code=code, payload=b"")
            return True
        self._settle(work, state="waiting", due_at=now + self._rule.pause(work.attempt), last_code=code)
        return False

    @staticmethod
    def _expired(now: datetime) -> ColumnElement[bool]:
        return and_(outbox.c.state == "running", outbox.c.lease_until <= now)

    def _settle(self, work: LeasedWork, **values: object) -> None:
        result = self._connection.execute(
            update(outbox)
            .where(
                outbox.c.id == work.id,
                outbox.c.state == "running",
                outbox.c.owner == work.owner,
                outbox.c.attempts == work.attempt,
            )
            .values(owner=None, lease_until=None, **values)
        )
        if result.rowcount != 1:
            raise LeaseLost(work=work.id)


def _leased(row: Row[Any], *, attempt: int, owner: str, until: datetime) -> LeasedWork:
    return LeasedWork(
        id=row.id,
        contract_id=row.contract_id,
        kind=row.kind,
        payload=row.payload,
        attempt=attempt,
        owner=owner,
        lease_until=until,
    )
