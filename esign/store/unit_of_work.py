"""The engine's store: one transaction over all tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection

from esign.evidence.ports import Vault
from esign.foundation.clock import Clock
from esign.store.audit import SqlAudit
from esign.store.ceremonies import SqlCeremonies
from esign.store.contract_keys import SqlContractKeys
from esign.store.contracts import SqlContracts, SqlInvitations
from esign.store.database import Database
from esign.store.ledger import SqlLedger
from esign.store.outbox import SqlOutbox


class SqlTransaction:
    """Everything that one transaction may touch."""

    def __init__(self, connection: Connection, vault: Vault, clock: Clock) -> None:
        self._connection = connection
        self._vault = vault
        self._clock = clock

    @cached_property
    def contracts(self) -> SqlContracts:
        """The contracts."""
        return SqlContracts(self._connection)

    @cached_property
    def invitations(self) -> SqlInvitations:
        """The invitations."""
        return SqlInvitations(self._connection)

    @cached_property
    def ceremonies(self) -> SqlCeremonies:
        """Enrolments, attempts and messages."""
        return SqlCeremonies(self._connection)

    @cached_property
    def safe(self) -> SqlContractKeys:
        """The contracts' keys."""
        return SqlContractKeys(self._connection, self._vault)

    @cached_property
    def ledger(self) -> SqlLedger:
        """The ledger."""
        return SqlLedger(self._connection, self.safe, self._clock)

    @cached_property
    def audit(self) -> SqlAudit:
        """Who did what on the company's side."""
        return SqlAudit(self._connection)

    @property
    def vault(self) -> Vault:
        """The vault: seals what belongs to no contract."""
        return self._vault

    @cached_property
    def outbox(self) -> SqlOutbox:
        """The outbox."""
        return SqlOutbox(self._connection)


class SqlStore:
    """Where the engine keeps everything but documents."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that may write."""
        with self._database.transaction() as connection:
            yield SqlTransaction(connection, self._vault, self._clock)

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that only reads."""
        with self._database.reading() as connection:
            yield SqlTransaction(connection, self._vault, self._clock)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
