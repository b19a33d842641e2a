"""Who works for the company here: accounts are made, given roles, locked and closed; who did what can be looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from esign.access import Actor, ActorKind, Permission, Role
from esign.access.errors import LoginNeeded
from esign.access.people import Person
from esign.engine.accounts.audit import AuditEntry, trail
from esign.engine.accounts.links import Linked, make_link, send_link
from esign.engine.accounts.ports import AddressTaken
from esign.engine.accounts.records import AccountRecord, AccountState
from esign.engine.accounts.rows import (
    AccountView,
    email_index,
    note,
    of_tenant,
    open_person,
    seal_person,
    view,
)
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.refusals import (
    AccountExists,
    AccountStateRefused,
    LastAdministrator,
    OwnAccount,
    RolesMissing,
    TenantUnknown,
)
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDesk:
    """Administers the accounts of a tenant.

    The actor comes first; an account of another tenant is as unknown as one that does not exist. What changes who may
    do what asks the person to prove again who it is.
    """

    household: Household

    def create(
        self, actor: Actor, *, name: str, email: str, roles: Iterable[str], language: str = "de", send: bool = True
    ) -> Linked:
        """Make an account, and the one-time link with which its owner sets it up.

        Args:
            actor: Who makes it.
            name: The person's name.
            email: The person's mail address.
            roles: Names of roles.
            language: ``de`` or ``en``.
            send: Whether the link is sent to the address; otherwise whoever asked hands it over.

        Raises:
            AccessDenied: The actor does not manage accounts.
            ConfirmationNeeded: The actor has to prove again who it is.
            PersonMalformed: A name or an address that cannot be one.
            RolesMissing: No role, or one that does not exist.
            AccountExists: There is an account of this address.
        """
        house, now = self.household, self._managing(actor)
        person = Person.parse(name=name, email=email, language=language)
        wanted = _roles(roles)
        if actor.tenant not in house.settings.tenants:
            raise TenantUnknown
        account_id = new_id()
        with house.store.transaction() as tx:
            still_managing(tx, actor)
            record = AccountRecord(
                id=account_id,
                tenant=actor.tenant,
                state=AccountState.INVITED,
                roles=wanted,
                email_index=email_index(tx, actor.tenant, person.email),
                created_at=now,
                changed_at=now,
                sealed=seal_person(tx, account_id, person),
            )
            try:
                tx.accounts.add(record)
            except AddressTaken as taken:
                raise AccountExists from taken
            linked = make_link(house, tx, record)
            note(house, tx, EntryKind.ACCOUNT_INVITED, actor, account_id, roles=_words(wanted))
        return send_link(house, actor, linked, person) if send else linked

    def invite_again(self, actor: Actor, account_id: str, *, send: bool = True) -> Linked:
        """Let an account be set up anew: all its ways to log in, its logins and its link of before are gone.

        Raises:
            AccountUnknown: There is no such account.
            AccountStateRefused: It is locked.
            OwnAccount: It is the actor's own.
            LastAdministrator: Nobody else could administer accounts meanwhile.
        """
        house, now = self.household, self._managing(actor)
        with house.store.transaction() as tx:
            record = self._other(tx, actor, account_id)
            if record.state is AccountState.LOCKED:
                raise AccountStateRefused("the account is locked", state=record.state.value)
            self._keep_one_administrator(tx, actor, record)
            self._forget_ways(tx, record)
            anew = replace(record, state=AccountState.INVITED, password=None, totp=None, totp_step=0, changed_at=now)
            tx.accounts.update(anew)
            linked = make_link(house, tx, anew)
            note(house, tx, EntryKind.ACCOUNT_RESET, actor, account_id)
            person = open_person(tx, anew)
        return send_link(house, actor, linked, person) if send else linked

    def change_roles(self, actor: Actor, account_id: str, roles: Iterable[str]) -> None:
        """Give an account other roles; its logins end, so that none goes on with the old ones.

        Raises:
            AccountUnknown: There is no such account.
            RolesMissing: No role, or one that does not exist.
            OwnAccount: Nobody changes the own roles.
            LastAdministrator: Nobody else could administer accounts.
        """
        house, now = self.household, self._managing(actor)
        wanted = _roles(roles)
        with house.store.transaction() as tx:
            record = self._other(tx, actor, account_id)
            if Role.ADMINISTRATOR not in wanted:
                self._keep_one_administrator(tx, actor, record)
            tx.accounts.update(replace(record, roles=wanted, changed_at=now))
            tx.logins.drop_sessions(account_id)
            facts = {"before": _words(record.roles), "roles": _words(wanted)}
            note(house, tx, EntryKind.ACCOUNT_ROLES_CHANGED, actor, account_id, **facts)

    def lock(self, actor: Actor, account_id: str) -> None:
        """Lock an account: its logins end now, and nobody logs in until it is unlocked.

        Raises:
            AccountUnknown: There is no such account.
            AccountStateRefused: It is locked already.
            OwnAccount: It is the actor's own.
            LastAdministrator: Nobody else could administer accounts.
        """
        house, now = self.household, self._managing(actor)
        with house.store.transaction() as tx:
            record = self._other(tx, actor, account_id)
            if record.state is AccountState.LOCKED:
                raise AccountStateRefused("the account is locked", state=record.state.value)
            self._keep_one_administrator(tx, actor, record)
            tx.accounts.update(replace(record, state=AccountState.LOCKED, changed_at=now))
            tx.accounts.drop_links(account_id)
            tx.logins.drop_sessions(account_id)
            note(house, tx, EntryKind.ACCOUNT_LOCKED, actor, account_id)

    def unlock(self, actor: Actor, account_id: str) -> None:
        """Unlock an account. Who had not set it up needs a new link.

        Raises:
            AccountUnknown: There is no such account.
            AccountStateRefused: It is not locked.
        """
        house, now = self.household, self._managing(actor)
        with house.store.transaction() as tx:
            record = self._other(tx, actor, account_id)
            if record.state is not AccountState.LOCKED:
                raise AccountStateRefused("the account is not locked", state=record.state.value)
            state = AccountState.ACTIVE if view(tx, record).ways else AccountState.INVITED
            tx.accounts.update(replace(record, state=state, changed_at=now))
            note(house, tx, EntryKind.ACCOUNT_UNLOCKED, actor, account_id)

    def close(self, actor: Actor, account_id: str) -> None:
        """Close an account for ever: all its ways to log in are gone; its name stays for the audit trail.

        Raises:
            AccountUnknown: There is no such account.
            OwnAccount: It is the actor's own.
            LastAdministrator: Nobody else could administer accounts.
        """
        house, now = self.household, self._managing(actor)
        with house.store.transaction() as tx:
            record = self._other(tx, actor, account_id)
            self._keep_one_administrator(tx, actor, record)
            self._forget_ways(tx, record)
            tx.accounts.drop_links(account_id)
            closed = replace(
                record,
                state=AccountState.CLOSED,
                email_index=None,
                password=None,
                totp=None,
                roles=frozenset(),
                changed_at=now,
            )
            tx.accounts.update(closed)
            note(house, tx, EntryKind.ACCOUNT_CLOSED, actor, account_id)

    def list(self, actor: Actor) -> tuple[AccountView, ...]:
        """Return the tenant's accounts that are not closed, oldest first."""
        actor.require(Permission.ACCOUNTS_MANAGE)
        with self.household.store.reading() as tx:
            records = tx.accounts.of_tenant(actor.tenant)
            return tuple(view(tx, record) for record in records if record.state is not AccountState.CLOSED)

    def view(self, actor: Actor, account_id: str) -> AccountView:
        """Return an account.

        Raises:
            AccountUnknown: There is no such account.
        """
        actor.require(Permission.ACCOUNTS_MANAGE)
        with self.household.store.reading() as tx:
            return view(tx, of_tenant(tx, actor.tenant, account_id))

    def audit(self, actor: Actor, *, before: int | None = None, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Return what was done on the tenant's side, newest first.

        Args:
            actor: Who looks.
            before: Only entries with a smaller number; None: from the newest.
            limit: How many at the most.
        """
        return trail(self.household, actor, before=before, limit=limit)

    def _managing(self, actor: Actor) -> datetime:
        actor.require(Permission.ACCOUNTS_MANAGE)
        now = self.household.clock.now()
        actor.require_confirmed(now)
        return now

    def _other(self, tx: Transaction, actor: Actor, account_id: str) -> AccountRecord:
        still_managing(tx, actor)
        record = of_tenant(tx, actor.tenant, account_id)
        if actor.kind is ActorKind.ACCOUNT and actor.id == record.id:
            raise OwnAccount
        return record

    def _keep_one_administrator(self, tx: Transaction, actor: Actor, record: AccountRecord) -> None:
        """Refuse to take the last account away that administers; an operator at the machine can make another one."""
        if Role.ADMINISTRATOR not in record.roles or record.state is not AccountState.ACTIVE:
            return
        if actor.kind is ActorKind.SYSTEM:
            return
        others = (other for other in tx.accounts.of_tenant(record.tenant) if other.id != record.id)
        if not any(Role.ADMINISTRATOR in other.roles and other.state is AccountState.ACTIVE for other in others):
            raise LastAdministrator

    def _forget_ways(self, tx: Transaction, record: AccountRecord) -> None:
        for passkey in tx.accounts.passkeys(record.id):
            tx.accounts.drop_passkey(passkey.id)
        tx.accounts.drop_identities(record.id)
        tx.logins.drop_sessions(record.id)


def still_managing(tx: Transaction, actor: Actor) -> None:
    """Look again, in the transaction that changes something, whether an account may manage accounts.

    Two administrators who take each other's rights away at the same moment: the second one has none any more.

    Raises:
        LoginNeeded: Its login has ended.
        AccessDenied: It may not any more.
    """
    if actor.kind is not ActorKind.ACCOUNT:
        return
    record = tx.accounts.get(actor.id)
    if record is None or record.state is not AccountState.ACTIVE:
        raise LoginNeeded
    if actor.session not in {item.id for item in tx.logins.sessions(actor.id)}:
        raise LoginNeeded
    replace(actor, permissions=record.permissions).require(Permission.ACCOUNTS_MANAGE)


def _roles(names: Iterable[str]) -> frozenset[Role]:
    try:
        found = frozenset(Role(name) for name in names)
    except ValueError as error:
        raise RolesMissing from error
    if not found:
        raise RolesMissing
    return found


def _words(roles: Iterable[Role]) -> str:
    return "+".join(sorted(role.value for role in roles))
