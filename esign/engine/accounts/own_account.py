"""What everybody does with the own account: set it up by the link, add and remove ways to log in, language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from esign.access import Actor, passwords, totp
from esign.access.errors import CodeWrong, LoginNeeded, PasskeyRejected, WayNotOffered
from esign.access.people import Person
from esign.engine.accounts import login_flows
from esign.engine.accounts.logins import Challenge
from esign.engine.accounts.records import AccountRecord, PasskeyRecord
from esign.engine.accounts.rows import (
    AccountView,
    actor_of,
    note,
    open_label,
    open_person,
    seal_label,
    seal_password,
    seal_person,
    seal_seed,
    view,
    ways,
)
from esign.engine.accounts.sessions import Opened
from esign.engine.accounts.setting_up import Holder, by_link, settle
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.refusals import LastWay
from esign.evidence.kinds import EntryKind
from esign.foundation.encoding import b64url, from_b64url
from esign.foundation.identifiers import new_id

_NEW_PASSKEY, _NEW_PASSWORD = "passkey.new", "password.new"
_LABEL = 60
"""Characters of a passkey's name at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedOffer:
    """A fresh seed for an authenticator app, shown once."""

    token: str
    written: str
    """As people type it."""
    address: str
    """As apps read it from a QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyView:
    """A passkey as its owner sees it."""

    id: str
    label: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountDesk:
    """Serves whoever holds an account, or the link to one."""

    household: Household

    def linked(self, link: str) -> AccountView:
        """Return the account that a link sets up, so that its owner sees whose it is.

        Raises:
            AccountLinkUnknown: The link was used, replaced, or its time is over.
        """
        with self.household.store.reading() as tx:
            return view(tx, by_link(self.household, tx, link))

    def begin_passkey(self, holder: Holder) -> Challenge:
        """Return what a browser needs to make a passkey for the account.

        Raises:
            WayNotOffered: This installation offers no passkeys.
        """
        self._offered("passkey")
        house = self.household
        challenge = house.random(32)
        with house.store.transaction() as tx:
            record = holder.account(house, tx)
            person = open_person(tx, record)
            known = [item.credential_id for item in tx.accounts.passkeys(record.id)]
            payload = {"challenge": b64url(challenge), "account": record.id}
            token = login_flows.begin(house, tx, _NEW_PASSKEY, payload)
        options = house.company_site.making(
            challenge=challenge,
            user=record.id.encode(),
            name=person.email,
            display_name=person.name,
            known=known,
        )
        return Challenge(token=token, options=options)

    def add_passkey(self, holder: Holder, token: str, answer: str, label: str) -> Opened | None:
        """Keep the passkey that a browser made.

        Returns:
            The login that begins, where the account was set up by its link.

        Raises:
            LoginExpired: The challenge was answered, or its time is over.
            PasskeyRejected: The answer does not hold, or the passkey is known already.
        """
        house = self.household
        flow = login_flows.take(house, token, _NEW_PASSKEY)
        made = house.company_site.made(answer, challenge=from_b64url(flow["challenge"]))
        name = " ".join(label.split())[:_LABEL] or "Passkey"
        with house.store.transaction() as tx:
            record = holder.account(house, tx)
            if record.id != flow["account"] or tx.accounts.passkey(made.credential_id) is not None:
                raise PasskeyRejected
            passkey_id = new_id()
            tx.accounts.add_passkey(
                PasskeyRecord(
                    id=passkey_id,
                    account_id=record.id,
                    credential_id=made.credential_id,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    created_at=house.clock.now(),
                    sealed=seal_label(tx, passkey_id, name),
                )
            )
            return settle(house, tx, record, holder, "passkey")

    def begin_password(self, holder: Holder) -> SeedOffer:
        """Return a fresh seed for an authenticator app.

        Raises:
            WayNotOffered: This installation offers no passwords.
        """
        self._offered("password")
        house = self.household
        seed = totp.new_seed(house.random)
        with house.store.transaction() as tx:
            record = holder.account(house, tx)
            email = open_person(tx, record).email
            payload = {"seed": b64url(seed), "account": record.id}
            token = login_flows.begin(house, tx, _NEW_PASSWORD, payload)
        issuer = "esign SANDBOX" if house.settings.sandbox else "esign"
        return SeedOffer(
            token=token, written=totp.written(seed), address=totp.address(seed, issuer=issuer, account=email)
        )

    def add_password(self, holder: Holder, token: str, password: str, code: str) -> Opened | None:
        """Keep a password and the seed of the app that showed the code; both replace those of before.

        Returns:
            The login that begins, where the account was set up by its link.

        Raises:
            LoginExpired: The seed was used, or its time is over.
            PasswordTooWeak: The password is not accepted.
            CodeWrong: The app does not show the codes of this seed.
        """
        house = self.household
        with house.store.reading() as tx:
            record = holder.account(house, tx)
            person = open_person(tx, record)
        flow = login_flows.take(house, token, _NEW_PASSWORD)
        known = (*person.name.split(), *person.email.replace("@", " ").replace(".", " ").split(), "esign")
        text = passwords.checked(password, known=known)
        seed = from_b64url(flow["seed"])
        step = totp.step_of(code, seed, now=house.clock.now(), after=0)
        if step is None or flow["account"] != record.id:
            raise CodeWrong
        kept = passwords.hashed(text)
        with house.store.transaction() as tx:
            changed = replace(
                holder.account(house, tx),
                password=seal_password(tx, record.id, kept),
                totp=seal_seed(tx, record.id, seed),
                totp_step=step,
                changed_at=house.clock.now(),
            )
            tx.accounts.update(changed)
            if not holder.link:
                tx.logins.drop_sessions(record.id, but=holder.session)
            return settle(house, tx, changed, holder, "password")

    def passkeys(self, actor: Actor) -> tuple[PasskeyView, ...]:
        """Return the own passkeys, oldest first."""
        with self.household.store.reading() as tx:
            return tuple(
                PasskeyView(
                    id=item.id,
                    label=open_label(tx, item.id, item.sealed),
                    created_at=item.created_at,
                    used_at=item.used_at,
                )
                for item in tx.accounts.passkeys(actor.id)
            )

    def remove_way(self, actor: Actor, way: str, passkey_id: str = "") -> None:
        """Remove a way to log in; all other logins of the account end.

        Args:
            actor: Whose account.
            way: ``passkey`` (one of them), ``password`` (with the app) or ``provider``.
            passkey_id: Which passkey.

        Raises:
            ConfirmationNeeded: The person has to prove again who it is.
            LastWay: It is the only one.
            WayNotOffered: The account has no such way.
        """
        house = self.household
        actor.require_confirmed(house.clock.now())
        with house.store.transaction() as tx:
            record = self._own(tx, actor)
            keys = [item.id for item in tx.accounts.passkeys(record.id)]
            others = [item for item in ways(tx, record) if item != way]
            if way not in ways(tx, record) or (way == "passkey" and passkey_id not in keys):
                raise WayNotOffered(way=way if way in ("passkey", "password", "provider") else "unknown")
            if not others and not (way == "passkey" and len(keys) > 1):
                raise LastWay
            if way == "passkey":
                tx.accounts.drop_passkey(passkey_id)
            elif way == "provider":
                tx.accounts.drop_identities(record.id)
            else:
                tx.accounts.update(replace(record, password=None, totp=None, changed_at=house.clock.now()))
            tx.logins.drop_sessions(record.id, but=actor.session)
            note(house, tx, EntryKind.ACCOUNT_WAY_REMOVED, actor_of(record), way=way)

    def change_language(self, actor: Actor, language: str) -> None:
        """Change the language in which the pages speak to the account's owner.

        Raises:
            PersonMalformed: Not a language of these pages.
        """
        house = self.household
        with house.store.transaction() as tx:
            record = self._own(tx, actor)
            known = open_person(tx, record)
            person = Person(name=known.name, email=known.email, language=language)
            tx.accounts.update(replace(record, sealed=seal_person(tx, record.id, person)))

    def _own(self, tx: Transaction, actor: Actor) -> AccountRecord:
        return Holder(account_id=actor.id, session=actor.session).account(self.household, tx, fresh=False)

    def _offered(self, way: str) -> None:
        if way not in self.household.settings.company_login:
            raise WayNotOffered(way=way)


def holder_of(actor: Actor, now: datetime) -> Holder:
    """Return the holder that a logged-in account is, after it proved just now who it is.

    Raises:
        ConfirmationNeeded: It did not.
        LoginNeeded: Not a logged-in account.
    """
    if not actor.session:
        raise LoginNeeded
    actor.require_confirmed(now)
    return Holder(account_id=actor.id, session=actor.session)
