"""Logins that last: kept in the database, known by the digest of a token, ended by idleness, time, or a click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import Actor
from esign.engine.accounts.records import AccountRecord, AccountState, SessionRecord
from esign.engine.accounts.rows import AccountView, actor_of, note, token_digest, view
from esign.engine.accounts.throttle import CALM
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.refusals import SessionUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id, new_token

SEEN_EVERY = timedelta(seconds=60)
"""How exactly it is known when a session was last used; each note is a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A login that succeeded; the token is a secret of the browser."""

    token: str
    account_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A login as its owner sees it."""

    id: str
    method: str
    created_at: datetime
    seen_at: datetime
    this: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who is logged in, and how."""

    actor: Actor
    account: AccountView
    method: str
    created_at: datetime
    expires_at: datetime


def open_session(house: Household, tx: Transaction, record: AccountRecord, method: str) -> Opened:
    """Begin a login with a token of its own."""
    now = house.clock.now()
    token, session = new_token(), new_id()
    until = now + timedelta(hours=house.settings.company_session_hours)
    tx.logins.add_session(
        SessionRecord(
            token_digest=token_digest(token),
            id=session,
            account_id=record.id,
            method=method,
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            expires_at=until,
        )
    )
    note(house, tx, EntryKind.ACCOUNT_LOGGED_IN, actor_of(record), method=method, session=session)
    return Opened(token=token, account_id=record.id, expires_at=until)


def renewed(house: Household, tx: Transaction, old: SessionRecord, *, confirmed: bool) -> Opened:
    """Give a login another token: what was known of the old one is worth nothing from now on."""
    token = new_token()
    now = house.clock.now()
    tx.logins.drop_session(old.id)
    tx.logins.add_session(
        replace(
            old,
            token_digest=token_digest(token),
            seen_at=now,
            confirmed_at=now if confirmed else old.confirmed_at,
        )
    )
    return Opened(token=token, account_id=old.account_id, expires_at=old.expires_at)


def live(house: Household, tx: Transaction, token: str) -> tuple[SessionRecord, AccountRecord] | None:
    """Return the session of a token and its account, if both stand."""
    session = tx.logins.session(token_digest(token))
    now = house.clock.now()
    idle = timedelta(minutes=house.settings.company_idle_minutes)
    if session is None or session.expires_at <= now or session.seen_at + idle <= now:
        return None
    record = tx.accounts.get(session.account_id)
    if record is None or record.state is not AccountState.ACTIVE:
        return None
    return session, record


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDesk:
    """Knows who is logged in."""

    household: Household

    def find(self, token: str) -> Login | None:
        """Return who is logged in with a token; None: nobody, or not any more."""
        house = self.household
        with house.store.reading() as tx:
            found = live(house, tx, token)
            if found is None:
                return None
            session, record = found
            login = Login(
                actor=actor_of(record, session=session.id, confirmed_at=session.confirmed_at),
                account=view(tx, record),
                method=session.method,
                created_at=session.created_at,
                expires_at=session.expires_at,
            )
        now = house.clock.now()
        if now - session.seen_at >= SEEN_EVERY:
            with house.store.transaction() as tx:
                tx.logins.seen(session.token_digest, now)
        return login

    def end(self, token: str) -> None:
        """Log out; a token that is unknown changes nothing."""
        house = self.household
        with house.store.transaction() as tx:
            found = live(house, tx, token)
            if found is not None:
                session, record = found
                tx.logins.drop_session(session.id)
                note(house, tx, EntryKind.ACCOUNT_LOGGED_OUT, actor_of(record), session=session.id)

    def list(self, actor: Actor) -> tuple[SessionView, ...]:
        """Return the logins of the own account, newest first."""
        house = self.household
        idle = house.clock.now() - timedelta(minutes=house.settings.company_idle_minutes)
        with house.store.reading() as tx:
            found = tx.logins.sessions(actor.id)
        return tuple(
            SessionView(
                id=item.id,
                method=item.method,
                created_at=item.created_at,
                seen_at=item.seen_at,
                this=item.id == actor.session,
            )
            for item in found
            if item.expires_at > house.clock.now() and item.seen_at > idle
        )

    def end_one(self, actor: Actor, session_id: str) -> None:
        """End a login of the own account.

        Raises:
            SessionUnknown: The account has no such login.
        """
        house = self.household
        with house.store.transaction() as tx:
            if session_id not in {item.id for item in tx.logins.sessions(actor.id)}:
                raise SessionUnknown
            tx.logins.drop_session(session_id)
            note(house, tx, EntryKind.ACCOUNT_LOGGED_OUT, actor, session=session_id)

    def end_others(self, actor: Actor) -> int:
        """End all logins of the own account but the one that asks; return how many there were."""
        house = self.household
        with house.store.transaction() as tx:
            ended = tx.logins.drop_sessions(actor.id, but=actor.session)
            note(house, tx, EntryKind.ACCOUNT_LOGGED_OUT, actor, sessions=ended)
        return ended

    def forget_old(self) -> int:
        """Forget logins, challenges, links and failures whose time is over; return how many rows."""
        house = self.household
        now = house.clock.now()
        with house.store.transaction() as tx:
            idle = timedelta(minutes=house.settings.company_idle_minutes)
            return tx.logins.forget_old(now, unseen=now - idle, calm=now - CALM)
