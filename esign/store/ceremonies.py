"""Enrolments, attempts and messages in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from esign.engine.ports import AlreadyKept
from esign.engine.records import AttemptRecord, AttemptState, EnrolmentRecord, MessageRecord
from esign.store.tables_ceremonies import attempt, enrolment, message


class SqlCeremonies:
    """Enrolments, attempts and messages, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_enrolment(self, record: EnrolmentRecord) -> None:
        """Keep a new enrolment."""
        self._connection.execute(insert(enrolment).values(**asdict(record)))

    def enrolment(self, enrolment_id: str) -> EnrolmentRecord | None:
        """Return an enrolment."""
        return self._enrolment(select(enrolment).where(enrolment.c.id == enrolment_id))

    def certified(self, invitation_id: str, certificate_id: str) -> EnrolmentRecord | None:
        """Return the enrolment of an invitation that led to a certificate."""
        return self._enrolment(
            select(enrolment).where(
                enrolment.c.invitation_id == invitation_id, enrolment.c.certificate_id == certificate_id
            )
        )

    def update_enrolment(self, record: EnrolmentRecord) -> None:
        """Replace an enrolment."""
        self._connection.execute(update(enrolment).where(enrolment.c.id == record.id).values(**asdict(record)))

    def add_attempt(self, record: AttemptRecord) -> None:
        """Keep a new attempt."""
        self._connection.execute(insert(attempt).values(**asdict(record)))

    def attempt(self, tau: str) -> AttemptRecord | None:
        """Return an attempt."""
        row = self._connection.execute(select(attempt).where(attempt.c.tau == tau)).first()
        return None if row is None else _attempt(row)

    def attempts(self, invitation_id: str) -> tuple[AttemptRecord, ...]:
        """Return the attempts of an invitation, oldest first."""
        return self._attempts(
            select(attempt).where(attempt.c.invitation_id == invitation_id).order_by(attempt.c.number)
        )

    def abandoned(self, now: datetime) -> tuple[AttemptRecord, ...]:
        """Return attempts that were being concluded and that nobody is concluding any more."""
        free = or_(attempt.c.concluding_until.is_(None), attempt.c.concluding_until <= now)
        return self._attempts(select(attempt).where(attempt.c.state == AttemptState.CONCLUDING, free))

    def overdue(self, now: datetime) -> tuple[AttemptRecord, ...]:
        """Return attempts that are open or declared although their time is over."""
        live = attempt.c.state.in_((AttemptState.OPEN, AttemptState.DECLARED))
        return self._attempts(select(attempt).where(live, attempt.c.expires_at <= now))

    def update_attempt(self, record: AttemptRecord) -> None:
        """Replace an attempt."""
        self._connection.execute(update(attempt).where(attempt.c.tau == record.tau).values(**asdict(record)))

    def message(self, invitation_id: str, jti: str) -> MessageRecord | None:
        """Return a message by its number."""
        row = self._connection.execute(
            select(message).where(message.c.invitation_id == invitation_id, message.c.jti == jti)
        ).first()
        return None if row is None else MessageRecord(**row._mapping)

    def messages(self, invitation_id: str) -> tuple[MessageRecord, ...]:
        """Return the messages of an invitation in the order of their arrival."""
        rows = self._connection.execute(
            select(message).where(message.c.invitation_id == invitation_id).order_by(message.c.received_at)
        )
        return tuple(MessageRecord(**row._mapping) for row in rows)

    def count_messages(self, invitation_id: str, device_key_id: str) -> int:
        """Return how many messages of a device are kept; the empty name counts those that nobody verified."""
        counted = self._connection.execute(
            select(func.count())
            .select_from(message)
            .where(message.c.invitation_id == invitation_id, message.c.device_key_id == device_key_id)
        )
        return int(counted.scalar_one())

    def add_message(self, record: MessageRecord) -> None:
        """Keep a message.

        Raises:
            AlreadyKept: One of this number is kept.
        """
        try:
            self._connection.execute(insert(message).values(**asdict(record)))
        except IntegrityError as error:
            raise AlreadyKept from error

    def answer_message(self, invitation_id: str, jti: str, status: int, sealed_answer: bytes) -> None:
        """Keep the answer that a message gets from now on."""
        self._connection.execute(
            update(message)
            .where(message.c.invitation_id == invitation_id, message.c.jti == jti)
            .values(status=status, sealed_answer=sealed_answer)
        )

    def _enrolment(self, query: Any) -> EnrolmentRecord | None:
        row = self._connection.execute(query).first()
        return None if row is None else EnrolmentRecord(**row._mapping)

    def _attempts(self, query: Any) -> tuple[AttemptRecord, ...]:
        return tuple(_attempt(row) for row in self._connection.execute(query))


def _attempt(row: Row[Any]) -> AttemptRecord:
    values = dict(row._mapping)
    return AttemptRecord(**{**values, "state": AttemptState(values["state"])})
