"""Accounts between their rows and their meaning: sealing, finding, recording what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.access import Actor, ActorKind, Role
from esign.access.people import Person, address_key
from esign.engine.accounts.records import AccountRecord, AccountState
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.refusals import AccountUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import labelled

_PERSON, _PASSWORD, _TOTP, _PASSKEY = "account/person", "account/password", "account/totp", "account/passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account as an administrator or its owner sees it."""

    id: str
    name: str
    email: str
    language: str
    roles: tuple[Role, ...]
    state: AccountState
    created_at: datetime
    ways: tuple[str, ...]
    """How its owner can log in: ``passkey``, ``password``, ``provider``."""


def token_digest(token: str) -> bytes:
    """Return what is kept of a token of the company's side."""
    return labelled("company/token", token.encode("utf-8", "surrogatepass"))


def email_index(tx: Transaction, tenant: str, email: str) -> bytes:
    """Return under what an address is found within a tenant."""
    return tx.vault.index("account/email", address_key(email), tenant)


def subject_index(tx: Transaction, issuer: str, subject: str) -> bytes:
    """Return under what somebody of the company's identity provider is found."""
    return tx.vault.index("account/subject", subject.encode("utf-8"), issuer)


def seal_person(tx: Transaction, account_id: str, person: Person) -> bytes:
    """Return name and address, sealed."""
    return tx.vault.seal(_PERSON, person.to_bytes(), account_id)


def open_person(tx: Transaction, record: AccountRecord) -> Person:
    """Return name and address."""
    return Person.from_bytes(tx.vault.open(_PERSON, record.sealed, record.id))


def seal_password(tx: Transaction, account_id: str, kept: bytes) -> bytes:
    """Return the hash of a password, sealed: whoever has only the database cannot even guess."""
    return tx.vault.seal(_PASSWORD, kept, account_id)


def open_password(tx: Transaction, record: AccountRecord) -> bytes | None:
    """Return the hash of an account's password."""
    return None if record.password is None else tx.vault.open(_PASSWORD, record.password, record.id)


def seal_seed(tx: Transaction, account_id: str, seed: bytes) -> bytes:
    """Return the seed of an authenticator app, sealed."""
    return tx.vault.seal(_TOTP, seed, account_id)


def open_seed(tx: Transaction, record: AccountRecord) -> bytes | None:
    """Return the seed of an account's authenticator app."""
    return None if record.totp is None else tx.vault.open(_TOTP, record.totp, record.id)


def seal_label(tx: Transaction, passkey_id: str, label: str) -> bytes:
    """Return the name of a passkey, sealed."""
    return tx.vault.seal(_PASSKEY, label.encode(), passkey_id)


def open_label(tx: Transaction, passkey_id: str, sealed: bytes) -> str:
    """Return the name of a passkey."""
    return tx.vault.open(_PASSKEY, sealed, passkey_id).decode()


def ways(tx: Transaction, record: AccountRecord) -> tuple[str, ...]:
    """Return how the owner of an account can log in."""
    known = {
        "passkey": bool(tx.accounts.passkeys(record.id)),
        "password": record.password is not None and record.totp is not None,
        "provider": bool(tx.accounts.identities(record.id)),
    }
    return tuple(name for name, there in known.items() if there)


def view(tx: Transaction, record: AccountRecord) -> AccountView:
    """Return an account as it is shown."""
    person = open_person(tx, record)
    return AccountView(
        id=record.id,
        name=person.name,
        email=person.email,
        language=person.language,
        roles=tuple(role for role in Role if role in record.roles),
        state=record.state,
        created_at=record.created_at,
        ways=ways(tx, record),
    )


def of_tenant(tx: Transaction, tenant: str, account_id: str) -> AccountRecord:
    """Return a tenant's account that is not closed.

    Raises:
        AccountUnknown: The tenant has no such account.
    """
    record = tx.accounts.get(account_id)
    if record is None or record.tenant != tenant or record.state is AccountState.CLOSED:
        raise AccountUnknown
    return record


def actor_of(record: AccountRecord, *, session: str = "", confirmed_at: datetime | None = None) -> Actor:
    """Return the actor that an account is."""
    return Actor(
        tenant=record.tenant,
        kind=ActorKind.ACCOUNT,
        id=record.id,
        permissions=record.permissions,
        session=session,
        confirmed_at=confirmed_at,
    )


def note(
    house: Household, tx: Transaction, kind: EntryKind, by: Actor, account: str | None = None, **facts: object
) -> None:
    """Append to the ledger what happened to an account."""
    house.record(tx, kind, None, {"account": account or by.id, **facts}, by=by)
