"""A key for each contract, wrapped for each person concerned: destroying the wrappings is the erasure."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.engine import URL

from esign.evidence.errors import ErasedError
from esign.evidence.ports import Vault
from esign.store.database import Database
from esign.store.errors import VaultError, VaultKeyError, VaultSealBroken
from esign.store.statements import found_by, keys
from esign.store.tables_desk import search_token
from esign.store.tables_vault import contract_key
from esign.store.vault import KEY_LENGTH, SealingKey

_PURPOSE = "contract-key"

_WRAPPED = found_by(contract_key, "contract_id").order_by(contract_key.c.holder).limit(1)


@dataclass(frozen=True, slots=True)
class HeldContractKey:
    """A contract's key, taken out of the transaction."""

    key: SealingKey = field(repr=False)
    contract_id: str

    def seal(self, name: str, content: bytes) -> bytes:
        """Return the content sealed, bound to its name."""
        return self.key.seal("content", content, self.contract_id, name)

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return content sealed before.

        Raises:
            VaultSealBroken: Other bytes, or sealed under another name.
        """
        return self.key.open("content", sealed, self.contract_id, name)


class SqlContractKeys:
    """The contract keys, within the transaction of the connection.

    The same key is wrapped for everybody concerned, each wrapping bound to contract and holder: content that concerns
    several stays readable until the last of them is erased (retention duties of the one outlive the wish of the other).
    """

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._opened: dict[str, SealingKey] = {}

    def new_key(self, contract_id: str, holders: Sequence[str]) -> None:
        """Make the contract's key and keep it wrapped for each holder (an opaque word, no name).

        Raises:
            VaultError: The contract has a key, or nobody is to hold it.
        """
        if not holders or self.holders(contract_id):
            raise VaultError("a contract's key is made once, for at least one holder", contract=contract_id)
        key = secrets.token_bytes(KEY_LENGTH)
        rows = [
            {
                "contract_id": contract_id,
                "holder": holder,
                "wrapped": self._vault.seal(_PURPOSE, key, contract_id, holder),
            }
            for holder in dict.fromkeys(holders)
        ]
        self._connection.execute(insert(contract_key), rows)
        self._opened[contract_id] = SealingKey(key)

    def holders(self, contract_id: str) -> tuple[str, ...]:
        """Return the holders whose wrappings still exist, in order."""
        found = self._connection.execute(
            select(contract_key.c.holder)
            .where(contract_key.c.contract_id == contract_id)
            .order_by(contract_key.c.holder)
        )
        return tuple(found.scalars())

    def destroy(self, contract_id: str, holder: str) -> bool:
        """Destroy one holder's wrapping; return whether nothing of the contract can be read any more."""
        self._opened.pop(contract_id, None)
        self._connection.execute(
            delete(contract_key).where(contract_key.c.contract_id == contract_id, contract_key.c.holder == holder)
        )
        over = not self.holders(contract_id)
        if over:  # what finds the contract by a name goes with what the name stands in
            self._connection.execute(delete(search_token).where(search_token.c.contract_id == contract_id))
        return over

    def held(self, contract_id: str) -> HeldContractKey:
        """Return the contract's key for work outside of the transaction.

        Raises:
            ErasedError: The contract's key does not exist any more.
        """
        return HeldContractKey(self._key(contract_id), contract_id)

    def seal(self, contract_id: str, name: str, content: bytes) -> bytes:
        """Return the content sealed under the contract's key, bound to contract and name.

        Raises:
            ErasedError: The contract's key does not exist any more.
        """
        return self._key(contract_id).seal("content", content, contract_id, name)

    def open(self, contract_id: str, name: str, sealed: bytes) -> bytes:
        """Return content sealed before.

        Raises:
            ErasedError: The contract's key does not exist any more.
            VaultSealBroken: Other bytes, or sealed under another name.
        """
        return self._key(contract_id).open("content", sealed, contract_id, name)

    def _key(self, contract_id: str) -> SealingKey:
        if contract_id not in self._opened:
            row = self._connection.execute(_WRAPPED, keys(contract_id=contract_id)).first()
            if row is None:
                raise ErasedError(contract=contract_id)
            self._opened[contract_id] = SealingKey(self._vault.open(_PURPOSE, row.wrapped, contract_id, row.holder))
        return self._opened[contract_id]


def refuse_if_sealed(url: str | URL) -> None:
    """Refuse a new master key for a database with contract keys under another one.

    Raises:
        VaultKeyError: There are such keys.
    """
    if _any_wrapping(url) is not None:
        raise VaultKeyError("the master key is missing, and the database holds content that only it opens")


def refuse_if_foreign(url: str | URL, vault: Vault) -> None:
    """Refuse a master key that does not open what the database holds.

    Raises:
        VaultKeyError: The contract keys are wrapped under another master key.
    """
    row = _any_wrapping(url)
    if row is None:
        return
    try:
        vault.open(_PURPOSE, row.wrapped, row.contract_id, row.holder)
    except VaultSealBroken as error:
        raise VaultKeyError("the database's content is sealed under another master key") from error


def _any_wrapping(url: str | URL) -> Row[Any] | None:
    database = Database(url)
    try:
        with database.reading() as connection:
            return connection.execute(select(contract_key).limit(1)).first()
    finally:
        database.close()
