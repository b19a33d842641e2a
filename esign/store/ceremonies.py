"""Enrolments, attempts and messages in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from esign.engine.ports import AlreadyKept
from esign.engine.records import AttemptRecord, AttemptState, EnrolmentRecord, MessageRecord
from esign.store.statements import changed_by, found_by, keys, row_of
from esign.store.tables_ceremonies import attempt, enrolment, message

_ENROLMENT, _CERTIFIED = found_by(enrolment, "id"), found_by(enrolment, "invitation_id", "certificate_id")
_ENROLMENT_CHANGED, _ENROLMENT_NEW = changed_by(enrolment, "id"), insert(enrolment)
_ATTEMPT, _ATTEMPT_CHANGED, _ATTEMPT_NEW = found_by(attempt, "tau"), changed_by(attempt, "tau"), insert(attempt)
_ATTEMPTS = found_by(attempt, "invitation_id").order_by(attempt.c.number)
_ABANDONED = select(attempt).where(
    attempt.c.state == AttemptState.CONCLUDING,
    or_(attempt.c.concluding_until.is_(None), attempt.c.concluding_until <= bindparam("now")),
)
_OVERDUE = select(attempt).where(
    attempt.c.state.in_((AttemptState.OPEN, AttemptState.DECLARED)), attempt.c.expires_at <= bindparam("now")
)
_MESSAGE, _MESSAGE_NEW = found_by(message, "invitation_id", "jti"), insert(message)
_MESSAGE_CHANGED = changed_by(message, "invitation_id", "jti")
_MESSAGES = found_by(message, "invitation_id").order_by(message.c.received_at)
_MESSAGES_OF_DEVICE = found_by(message, "invitation_id", "device_key_id").with_only_columns(func.count())


class SqlCeremonies:
    """Enrolments, attempts and messages, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, AttemptRecord] = {}

    def add_enrolment(self, record: EnrolmentRecord) -> None:
        """Keep a new enrolment."""
        self._connection.execute(_ENROLMENT_NEW, row_of(record))

    def enrolment(self, enrolment_id: str) -> EnrolmentRecord | None:
        """Return an enrolment."""
        return self._enrolment(_ENROLMENT, keys(id=enrolment_id))

    def certified(self, invitation_id: str, certificate_id: str) -> EnrolmentRecord | None:
        """Return the enrolment of an invitation that led to a certificate."""
        return self._enrolment(_CERTIFIED, keys(invitation_id=invitation_id, certificate_id=certificate_id))

    def update_enrolment(self, record: EnrolmentRecord) -> None:
        """Replace an enrolment."""
        self._connection.execute(_ENROLMENT_CHANGED, keys(id=record.id) | row_of(record))

    def add_attempt(self, record: AttemptRecord) -> None:
        """Keep a new attempt."""
        self._connection.execute(_ATTEMPT_NEW, row_of(record))

    def attempt(self, tau: str) -> AttemptRecord | None:
        """Return an attempt; within one transaction it is read once."""
        if tau not in self._known:
            row = self._connection.execute(_ATTEMPT, keys(tau=tau)).first()
            if row is None:
                return None
            self._known[tau] = _attempt(row)
        return self._known[tau]

    def attempts(self, invitation_id: str) -> tuple[AttemptRecord, ...]:
        """Return the attempts of an invitation, oldest first."""
        return self._attempts(_ATTEMPTS, keys(invitation_id=invitation_id))

    def abandoned(self, now: datetime) -> tuple[AttemptRecord, ...]:
        """Return attempts that were being concluded and that nobody is concluding any more."""
        return self._attempts(_ABANDONED, {"now": now})

    def overdue(self, now: datetime) -> tuple[AttemptRecord, ...]:
        """Return attempts that are open or declared although their time is over."""
        return self._attempts(_OVERDUE, {"now": now})

    def update_attempt(self, record: AttemptRecord) -> None:
        """Replace an attempt."""
        self._known.pop(record.tau, None)
        self._connection.execute(_ATTEMPT_CHANGED, keys(tau=record.tau) | row_of(record))

    def message(self, invitation_id: str, jti: str) -> MessageRecord | None:
        """Return a message by its number."""
        row = self._connection.execute(_MESSAGE, keys(invitation_id=invitation_id, jti=jti)).first()
        return None if row is None else MessageRecord(**row._mapping)

    def messages(self, invitation_id: str) -> tuple[MessageRecord, ...]:
        """Return the messages of an invitation in the order of their arrival."""
        rows = self._connection.execute(_MESSAGES, keys(invitation_id=invitation_id))
        return tuple(MessageRecord(**row._mapping) for row in rows)

    def count_messages(self, invitation_id: str, device_key_id: str) -> int:
        """Return how many messages of a device are kept; the empty name counts those that nobody verified."""
        device = keys(invitation_id=invitation_id, device_key_id=device_key_id)
        return int(self._connection.execute(_MESSAGES_OF_DEVICE, device).scalar_one())

    def add_message(self, record: MessageRecord) -> None:
        """Keep a message.

        Raises:
            AlreadyKept: One of this number is kept.
        """
        try:
            self._connection.execute(_MESSAGE_NEW, row_of(record))
        except IntegrityError as error:
            raise AlreadyKept from error

    def answer_message(self, invitation_id: str, jti: str, status: int, sealed_answer: bytes) -> None:
        """Keep the answer that a message gets from now on."""
        answer = {"status": status, "sealed_answer": sealed_answer}
        self._connection.execute(_MESSAGE_CHANGED, keys(invitation_id=invitation_id, jti=jti) | answer)

    def _enrolment(self, query: Any, parameters: dict[str, object]) -> EnrolmentRecord | None:
        row = self._connection.execute(query, parameters).first()
        return None if row is None else EnrolmentRecord(**row._mapping)

    def _attempts(self, query: Any, parameters: dict[str, object]) -> tuple[AttemptRecord, ...]:
        return tuple(_attempt(row) for row in self._connection.execute(query, parameters))


def _attempt(row: Row[Any]) -> AttemptRecord:
    values = dict(row._mapping)
    return AttemptRecord(**{**values, "state": AttemptState(values["state"])})
