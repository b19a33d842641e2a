"""A ledger on a database, with a timestamp authority of its own, for tests."""

from __future__ import annotations

from esign.evidence import StampedHead, verify_ledger
from esign.store.contract_keys import SqlContractKeys
from esign.store.ledger import SqlLedger
from tests.identity.helpers.tsa import TimestampAuthorityDouble

TSA = TimestampAuthorityDouble()
ANCHORS = (TSA.authority.der,)


class Bench:
    """A ledger on a database, for tests."""

    def __init__(self, database, vault, clock):
        self.database, self.vault, self.clock = database, vault, clock

    def on(self, connection):
        return SqlLedger(connection, SqlContractKeys(connection, self.vault), self.clock)

    def append(self, count=1, kind="contract.drawn_up", contract=None, facts=None, contents=None):
        with self.database.transaction() as connection:
            return [self.on(connection).append(kind, contract, facts or {}, contents) for _ in range(count)]

    def stamp(self):
        with self.database.transaction() as connection:
            ledger = self.on(connection)
            head = ledger.head(self.clock.now())
            ledger.add_head(StampedHead(head=head.canonical(), token=TSA.token(head.digest, 1)))

    def verify(self):
        with self.database.reading() as connection:
            ledger = self.on(connection)
            return verify_ledger(ledger.read(), ledger.heads(), ANCHORS, tail=ledger.tail())

    def read(self, ask):
        with self.database.reading() as connection:
            return ask(self.on(connection))

    def change(self, statement):
        with self.database.transaction() as connection:
            return connection.execute(statement).rowcount
