"""Accounts and how they log in, in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from esign.access import Role
from esign.engine.accounts.ports import AddressTaken
from esign.engine.accounts.records import AccountRecord, AccountState, IdentityRecord, LinkRecord, PasskeyRecord
from esign.store.statements import changed_by, found_by, keys, row_of
from esign.store.tables_access import account, account_identity, account_link, account_passkey

_ACCOUNT, _CHANGED = found_by(account, "id"), changed_by(account, "id")
_BY_EMAIL = found_by(account, "tenant", "email_index")
_OF_TENANT = found_by(account, "tenant").order_by(account.c.created_at, account.c.id)
_LINK = found_by(account_link, "token_digest")
_PASSKEY, _PASSKEY_CHANGED = found_by(account_passkey, "credential_id"), changed_by(account_passkey, "id")
_PASSKEYS = found_by(account_passkey, "account_id").order_by(account_passkey.c.created_at, account_passkey.c.id)
_IDENTITY = found_by(account_identity, "subject_index")


class SqlAccounts:
    """The accounts, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: AccountRecord) -> None:
        """Keep a new account.

        Raises:
            AddressTaken: The tenant has one of this address.
        """
        if record.email_index is not None and self.by_email(record.tenant, record.email_index) is not None:
            raise AddressTaken
        try:
            self._connection.execute(insert(account), _row(record))
        except IntegrityError as error:
            raise AddressTaken from error

    def get(self, account_id: str) -> AccountRecord | None:
        """Return an account."""
        row = self._connection.execute(_ACCOUNT, keys(id=account_id)).first()
        return None if row is None else _account(row)

    def by_email(self, tenant: str, email_index: bytes) -> AccountRecord | None:
        """Return a tenant's account of an address."""
        row = self._connection.execute(_BY_EMAIL, keys(tenant=tenant, email_index=email_index)).first()
        return None if row is None else _account(row)

    def of_tenant(self, tenant: str) -> tuple[AccountRecord, ...]:
        """Return a tenant's accounts, oldest first."""
        return tuple(_account(row) for row in self._connection.execute(_OF_TENANT, keys(tenant=tenant)))

    def update(self, record: AccountRecord) -> None:
        """Replace an account."""
        self._connection.execute(_CHANGED, keys(id=record.id) | _row(record))

    def add_link(self, record: LinkRecord) -> None:
        """Keep a link; every other one of the account goes."""
        self.drop_links(record.account_id)
        self._connection.execute(insert(account_link), row_of(record))

    def link(self, token_digest: bytes) -> LinkRecord | None:
        """Return a link."""
        row = self._connection.execute(_LINK, keys(token_digest=token_digest)).first()
        return None if row is None else LinkRecord(**row._mapping)

    def drop_links(self, account_id: str) -> None:
        """Forget the links of an account."""
        self._connection.execute(delete(account_link).where(account_link.c.account_id == account_id))

    def add_passkey(self, record: PasskeyRecord) -> None:
        """Keep a passkey."""
        self._connection.execute(insert(account_passkey), row_of(record))

    def passkey(self, credential_id: bytes) -> PasskeyRecord | None:
        """Return the passkey of a credential."""
        row = self._connection.execute(_PASSKEY, keys(credential_id=credential_id)).first()
        return None if row is None else PasskeyRecord(**row._mapping)

    def passkeys(self, account_id: str) -> tuple[PasskeyRecord, ...]:
        """Return the passkeys of an account, oldest first."""
        rows = self._connection.execute(_PASSKEYS, keys(account_id=account_id))
        return tuple(PasskeyRecord(**row._mapping) for row in rows)

    def update_passkey(self, record: PasskeyRecord) -> None:
        """Replace a passkey."""
        self._connection.execute(_PASSKEY_CHANGED, keys(id=record.id) | row_of(record))

    def drop_passkey(self, passkey_id: str) -> None:
        """Forget a passkey."""
        self._connection.execute(delete(account_passkey).where(account_passkey.c.id == passkey_id))

    def add_identity(self, record: IdentityRecord) -> None:
        """Keep who at the provider has an account."""
        self._connection.execute(insert(account_identity), row_of(record))

    def identity(self, subject_index: bytes) -> IdentityRecord | None:
        """Return who has an account."""
        row = self._connection.execute(_IDENTITY, keys(subject_index=subject_index)).first()
        return None if row is None else IdentityRecord(**row._mapping)

    def identities(self, account_id: str) -> tuple[IdentityRecord, ...]:
        """Return the links of an account to the provider."""
        rows = self._connection.execute(
            select(account_identity)
            .where(account_identity.c.account_id == account_id)
            .order_by(account_identity.c.linked_at)
        )
        return tuple(IdentityRecord(**row._mapping) for row in rows)

    def drop_identities(self, account_id: str) -> None:
        """Forget the links of an account to the provider."""
        self._connection.execute(delete(account_identity).where(account_identity.c.account_id == account_id))


def _row(record: AccountRecord) -> dict[str, object]:
    roles = " ".join(sorted(role.value for role in record.roles))
    return row_of(record) | {"roles": roles, "state": record.state.value}


def _account(row: Row[Any]) -> AccountRecord:
    values = dict(row._mapping)
    roles = frozenset(Role(name) for name in values["roles"].split())
    return AccountRecord(**{**values, "roles": roles, "state": AccountState(values["state"])})
