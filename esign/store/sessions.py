"""Sessions, challenges and failed logins in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from esign.engine.accounts.records import FlowRecord, SessionRecord, ThrottleRecord
from esign.store.statements import found_by, keys, row_of
from esign.store.tables_access import account_link, account_session, login_flow, login_throttle

_SESSION = found_by(account_session, "token_digest")
_FLOW, _THROTTLE = found_by(login_flow, "token_digest"), found_by(login_throttle, "name")


class SqlLogins:
    """Sessions, challenges and failed logins, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_session(self, record: SessionRecord) -> None:
        """Keep a session."""
        self._connection.execute(insert(account_session), row_of(record))

    def session(self, token_digest: bytes) -> SessionRecord | None:
        """Return a session."""
        row = self._connection.execute(_SESSION, keys(token_digest=token_digest)).first()
        return None if row is None else SessionRecord(**row._mapping)

    def sessions(self, account_id: str) -> tuple[SessionRecord, ...]:
        """Return the sessions of an account, newest first."""
        rows = self._connection.execute(
            select(account_session)
            .where(account_session.c.account_id == account_id)
            .order_by(account_session.c.created_at.desc(), account_session.c.id)
        )
        return tuple(SessionRecord(**row._mapping) for row in rows)

    def seen(self, token_digest: bytes, at: datetime) -> None:
        """Note that a session was used."""
        self._connection.execute(
            update(account_session).where(account_session.c.token_digest == token_digest).values(seen_at=at)
        )

    def drop_session(self, session_id: str) -> bool:
        """End a session; return whether there was one."""
        return bool(
            self._connection.execute(delete(account_session).where(account_session.c.id == session_id)).rowcount
        )

    def drop_sessions(self, account_id: str, *, but: str = "") -> int:
        """End the sessions of an account, all but one; return how many."""
        gone = delete(account_session).where(account_session.c.account_id == account_id, account_session.c.id != but)
        return int(self._connection.execute(gone).rowcount)

    def add_flow(self, record: FlowRecord) -> None:
        """Keep a challenge."""
        self._connection.execute(insert(login_flow), row_of(record))

    def take_flow(self, token_digest: bytes) -> FlowRecord | None:
        """Return a challenge and forget it."""
        row = self._connection.execute(_FLOW, keys(token_digest=token_digest)).first()
        if row is None:
            return None
        self._connection.execute(delete(login_flow).where(login_flow.c.token_digest == token_digest))
        return FlowRecord(**row._mapping)

    def throttle(self, name: bytes) -> ThrottleRecord | None:
        """Return how often logins failed under a name."""
        row = self._connection.execute(_THROTTLE, keys(name=name)).first()
        return None if row is None else ThrottleRecord(**row._mapping)

    def keep_throttle(self, record: ThrottleRecord) -> None:
        """Keep how often logins failed under a name."""
        self.drop_throttle(record.name)
        self._connection.execute(insert(login_throttle), row_of(record))

    def drop_throttle(self, name: bytes) -> None:
        """Forget the failures of a name."""
        self._connection.execute(delete(login_throttle).where(login_throttle.c.name == name))

    def forget_old(self, now: datetime, *, unseen: datetime, calm: datetime) -> int:
        """Forget what is over; return how many rows."""
        old = (
            delete(account_session).where(
                or_(account_session.c.expires_at <= now, account_session.c.seen_at <= unseen)
            ),
            delete(login_flow).where(login_flow.c.expires_at <= now),
            delete(account_link).where(account_link.c.expires_at <= now),
            delete(login_throttle).where(login_throttle.c.changed_at <= calm),
        )
        return sum(int(self._connection.execute(statement).rowcount) for statement in old)
