"""How somebody on the company's side proves who it is: by passkey, by password and app, by the identity provider."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from esign.access import Actor, passwords, system, totp
from esign.access import passkeys as webauthn
from esign.access.errors import (
    LoginBlocked,
    LoginNeeded,
    LoginRefused,
    PasskeyRejected,
    WayNotOffered,
)
from esign.engine.accounts import login_flows
from esign.engine.accounts import throttle as login_throttle
from esign.engine.accounts.provider_logins import ProviderDesk
from esign.engine.accounts.records import AccountRecord, AccountState, PasskeyRecord
from esign.engine.accounts.rows import actor_of, email_index, note, open_password, open_seed
from esign.engine.accounts.sessions import Opened, live, open_session, renewed
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.foundation.encoding import b64url, from_b64url

_LOGIN, _CONFIRM = "passkey.login", "passkey.confirm"
_NOBODY = secrets.token_bytes(totp.SEED_LENGTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a browser is asked, and the token by which its answer is known."""

    token: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginDesk:
    """Lets people in, or not; and lets those who are in prove again who they are."""

    household: Household
    provider: ProviderDesk

    @property
    def site(self) -> webauthn.Site:
        """Where passkeys of accounts are used."""
        return self.household.company_site

    def ways(self) -> tuple[str, ...]:
        """Return the ways to log in that this installation offers."""
        offered = self.household.settings.company_login
        return tuple(way for way in offered if way != "provider" or self.household.company_provider is not None)

    def begin_passkey(self) -> Challenge:
        """Return what a browser asks of any passkey for this site; nobody has to say who it is.

        Raises:
            WayNotOffered: This installation offers no passkeys.
        """
        self._offered("passkey")
        challenge = self.household.random(32)
        with self.household.store.transaction() as tx:
            token = login_flows.begin(self.household, tx, _LOGIN, {"challenge": b64url(challenge)})
        return Challenge(token=token, options=self.site.using(challenge=challenge))

    def finish_passkey(self, token: str, answer: str) -> Opened:
        """Log in with a passkey's answer.

        Raises:
            LoginExpired: The challenge was answered, or its time is over.
            LoginRefused: The answer does not hold, or the account is locked.
        """
        self._offered("passkey")
        flow = login_flows.take(self.household, token, _LOGIN)
        with self.household.store.transaction() as tx:
            opened = None
            record = self._passkey_of(tx, answer, flow)
            if record is not None and record.state is AccountState.ACTIVE:
                opened = open_session(self.household, tx, record, "passkey")
            elif record is not None:
                self._refused(tx, record.tenant, record, "passkey")
        if opened is None:
            raise LoginRefused
        return opened

    def password(self, tenant: str, email: str, password: str, code: str) -> Opened:
        """Log in with a password and the code of an authenticator app, both at once: neither is told apart.

        Raises:
            WayNotOffered: This installation offers no passwords.
            LoginBlocked: Too many tries failed.
            LoginRefused: Anything is wrong, or there is no such account.
        """
        self._offered("password")
        house = self.household
        tenant = tenant if tenant in house.settings.tenants else house.settings.tenants[0]
        with house.store.transaction() as tx:
            name = email_index(tx, tenant, email[:400])
            blocked = login_throttle.count(house, tx, name)
            record = tx.accounts.by_email(tenant, name)
            kept = None if record is None else open_password(tx, record)
        if blocked is not None:
            raise blocked
        right = passwords.matches(password, kept)
        with house.store.transaction() as tx:
            record = tx.accounts.by_email(tenant, name)
            proven = self._code_holds(tx, record, code) and right
            opened = None
            if record is not None and proven and record.state is AccountState.ACTIVE:
                login_throttle.succeeded(tx, name)
                opened = open_session(house, tx, record, "password")
            else:
                self._refused(tx, tenant, record, "password")
        if opened is None:
            raise LoginRefused
        return opened

    def begin_confirmation(self, actor: Actor) -> Challenge:
        """Return what a browser asks of the passkeys of whoever is logged in."""
        challenge = self.household.random(32)
        with self.household.store.transaction() as tx:
            known = [item.credential_id for item in tx.accounts.passkeys(actor.id)]
            payload = {"challenge": b64url(challenge), "account": actor.id}
            token = login_flows.begin(self.household, tx, _CONFIRM, payload)
        return Challenge(token=token, options=self.site.using(challenge=challenge, known=known))

    def confirm_by_passkey(self, session_token: str, token: str, answer: str) -> Opened:
        """Prove again who is logged in; the login gets another token.

        Raises:
            LoginNeeded: Nobody is logged in with this token.
            LoginExpired: The challenge was answered, or its time is over.
            LoginRefused: The answer does not hold.
        """
        flow = login_flows.take(self.household, token, _CONFIRM)
        with self.household.store.transaction() as tx:
            session, record = self._live(tx, session_token)
            found = self._passkey_of(tx, answer, flow)
            if found is not None and found.id == record.id == flow["account"]:
                note(self.household, tx, EntryKind.ACCOUNT_CONFIRMED, actor_of(record), method="passkey")
                return renewed(self.household, tx, session, confirmed=True)
            self._refused(tx, record.tenant, record, "confirmation")
        raise LoginRefused

    def confirm_by_password(self, session_token: str, password: str, code: str) -> Opened:
        """Prove again who is logged in, by password and code; the login gets another token.

        Raises:
            LoginNeeded: Nobody is logged in with this token.
            LoginBlocked: Too many tries failed.
            LoginRefused: Anything is wrong.
        """
        house = self.household
        with house.store.transaction() as tx:
            _, record = self._live(tx, session_token)
            name = record.email_index or b""
            blocked: LoginBlocked | None = login_throttle.count(house, tx, name)
            kept = open_password(tx, record)
        if blocked is not None:
            raise blocked
        right = passwords.matches(password, kept)
        with house.store.transaction() as tx:
            session, record = self._live(tx, session_token)
            if self._code_holds(tx, record, code) and right:
                login_throttle.succeeded(tx, name)
                note(house, tx, EntryKind.ACCOUNT_CONFIRMED, actor_of(record), method="password")
                return renewed(house, tx, session, confirmed=True)
            self._refused(tx, record.tenant, record, "confirmation")
        raise LoginRefused

    def _live(self, tx: Transaction, session_token: str) -> Any:
        found = live(self.household, tx, session_token)
        if found is None:
            raise LoginNeeded
        return found

    def _code_holds(self, tx: Transaction, record: AccountRecord | None, code: str) -> bool:
        """Tell whether a code is right, and use it up: it counts once, whatever else is wrong."""
        seed = None if record is None else open_seed(tx, record)
        step = totp.step_of(
            code, seed or _NOBODY, now=self.household.clock.now(), after=record.totp_step if record and seed else 0
        )
        if record is None or seed is None or step is None:
            return False
        tx.accounts.update(replace(record, totp_step=step))
        return True

    def _passkey_of(self, tx: Transaction, answer: str, flow: Mapping[str, Any]) -> AccountRecord | None:
        """Return whose passkey answered a challenge; None: the answer does not hold."""
        try:
            passkey = tx.accounts.passkey(webauthn.credential_of(answer))
            if passkey is None:
                return None
            known = webauthn.Passkey(
                credential_id=passkey.credential_id, public_key=passkey.public_key, sign_count=passkey.sign_count
            )
            counter = self.site.used(
                answer, known, challenge=from_b64url(flow["challenge"]), user=passkey.account_id.encode()
            )
        except PasskeyRejected:
            return None
        used: PasskeyRecord = replace(passkey, sign_count=counter, used_at=self.household.clock.now())
        tx.accounts.update_passkey(used)
        return tx.accounts.get(passkey.account_id)

    def _refused(self, tx: Transaction, tenant: str, record: AccountRecord | None, method: str) -> None:
        account = None if record is None else record.id
        facts = {"account": account, "method": method}
        self.household.record(tx, EntryKind.ACCOUNT_LOGIN_REFUSED, None, facts, by=system(tenant))

    def _offered(self, way: str) -> None:
        if way not in self.ways():
            raise WayNotOffered(way=way)
