"""The journal of sealing in bulk: every document of a batch leased, finished once, and known for ever after.

Claim, promise and finish are short transactions over a whole chunk. Whoever records something proves that it still
holds the document: owner, attempt and state stand in the condition. What is promised stands here, and on the disk,
before anybody can see the sealed file, so after a crash the file under a name is told from a stranger's by its digest
alone. That is why claim and finish need not wait for the disk: a power cut that takes one of them back leaves a
document that waits again, and a promise that says what stands under its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from esign.foundation.clock import Clock, rfc3339
from esign.foundation.errors import EsignError
from esign.sealing.batches.errors import BatchCrashed, LeaseEnded, OutputExists
from esign.sealing.batches.items import Chunk, Counts, Item, ItemResult, ItemState, Known, NewItem, Promise
from esign.store.database import Database
from esign.store.errors import DatabaseError
from esign.store.seal_statements import (
    ADD,
    FINISH,
    FRESH,
    GIVEN_OUT,
    HELD,
    LEASE,
    OUTPUTS,
    PROMISE,
    RUNNING,
    TAKEN_BACK,
    WAITING,
    WAITS,
    finished_row,
)
from esign.store.tables_sealing import NOT_ENDED, seal_batch, seal_item, seal_output

MOST_ATTEMPTS = 3
"""Processes that may die at a document before it is set aside."""


class SqlSealJournal:
    """The journal of one batch.

    Args:
        database: SQLite or PostgreSQL, with the tables.
        batch: The batch's number.
        clock: Tells when leases end.
        lease: How long a worker may take for a chunk before another one takes over.
    """

    def __init__(
        self, database: Database, batch: int, *, clock: Clock, lease: timedelta = timedelta(minutes=10)
    ) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self.batch = batch
        with database.reading() as connection:
            self.store: str = connection.execute(
                select(seal_batch.c.store).where(seal_batch.c.id == batch)
            ).scalar_one()

    @classmethod
    def begin(cls, database: Database, *, store: str, level: str, clock: Clock) -> SqlSealJournal:
        """Begin a batch.

        Args:
            database: Where the journal is.
            store: Name of the place of output.
            level: The level that all its documents are to reach.
            clock: Tells when it begins.
        """
        with database.transaction() as connection:
            number = new_batch(connection, store=store, level=level, now=clock.now())
        return cls(database, number, clock=clock)

    def add(self, items: Sequence[NewItem]) -> None:
        """Give documents to the batch."""
        if not items:
            return
        rows = [
            {
                **FRESH,
                "batch_id": self.batch,
                "source": item.source,
                "output": item.output,
                "state": (ItemState.SET_ASIDE if item.code else ItemState.WAITING).value,
                "code": item.code,
                "detail": item.detail,
            }
            for item in items
        ]
        refused = sum(1 for item in items if item.code)
        with self._database.transaction() as connection:
            ADD.run(connection, rows)
            self._count(connection, listed=len(rows), set_aside=refused)

    def complete(self) -> None:
        """Say that all documents are given."""
        with self._database.transaction() as connection:
            connection.execute(
                update(seal_batch).where(seal_batch.c.id == self.batch).values(complete_at=self._clock.now())
            )

    def claim(self, owner: str, limit: int) -> Chunk:
        """Lease waiting documents, at most so many; one that somebody died with is leased alone."""
        until = self._clock.now() + self._lease
        with self._database.transaction(durable=False) as connection:
            rows = connection.execute(WAITS, {"the_batch": self.batch, "the_limit": limit}).all()
            if not rows:
                return Chunk(owner=owner, items=(), lease_until=until, known={})
            rows = rows[:1] if rows[0].attempt else [row for row in rows if not row.attempt]
            leased = connection.execute(
                LEASE,
                {
                    "the_batch": self.batch,
                    "the_attempt": rows[0].attempt,
                    "the_first": rows[0].id,
                    "the_last": rows[-1].id,
                    "the_owner": owner,
                    "the_end": until,
                },
            ).rowcount
            if leased != len(rows):
                raise DatabaseError("other documents were leased than were found")
            known = {
                row.output: Known(digest_in=row.digest_in, digest_out=row.digest_out, level=row.level)
                for row in self._outputs(connection, owner)
                if row.sealed_at is not None
            }
        items = tuple(
            Item(number=row.id, attempt=row.attempt + 1, source=row.source, output=row.output) for row in rows
        )
        return Chunk(owner=owner, items=items, lease_until=until, known=known)

    def renew(self, owner: str) -> datetime:
        """Begin the lease of everything that somebody holds anew; returns when it ends."""
        until = self._clock.now() + self._lease
        with self._database.transaction() as connection:
            connection.execute(
                update(seal_item)
                .where(
                    NOT_ENDED,
                    seal_item.c.batch_id == self.batch,
                    seal_item.c.state == RUNNING,
                    seal_item.c.owner == owner,
                )
                .values(lease_until=until)
            )
        return until

    def promise(self, owner: str, promises: Sequence[Promise]) -> Mapping[int, EsignError]:
        """Record what is about to be given out; returns what must not be, by the item's number."""
        refused: dict[int, EsignError] = {}
        if not promises:
            return refused
        now = rfc3339(self._clock.now())
        with self._database.transaction() as connection:
            held = self._held(connection, owner, [promise.item for promise in promises])
            rows = self._outputs(connection, owner)
            owned = {row.output: row.digest_in for row in rows}
            there = {(row.output, row.digest_out) for row in rows}
            new = []
            for promise in promises:
                name = promise.item.output
                if promise.item.number not in held:
                    refused[promise.item.number] = LeaseEnded()
                elif owned.setdefault(name, promise.digest_in) != promise.digest_in:
                    refused[promise.item.number] = OutputExists("another document has that name")
                elif (name, promise.digest_out) not in there:
                    there.add((name, promise.digest_out))
                    new.append(
                        {
                            "store": self.store,
                            "output": name,
                            "digest_out": promise.digest_out,
                            "digest_in": promise.digest_in,
                            "level": promise.level,
                            "promised_at": now,
                        }
                    )
            PROMISE.run(connection, new)
        return refused

    def promised(self, output: bytes, digest_in: bytes) -> Mapping[bytes, str]:
        """Return the sealed forms of a document that were promised or given out under a name: digest and level."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(seal_output.c.digest_out, seal_output.c.level).where(
                    seal_output.c.store == self.store,
                    seal_output.c.output == output,
                    seal_output.c.digest_in == digest_in,
                )
            ).all()
        return {row.digest_out: row.level for row in rows}

    def finish(self, owner: str, results: Sequence[ItemResult]) -> int:
        """Record results in one transaction; those whose lease was lost change nothing."""
        now = rfc3339(self._clock.now())
        with self._database.transaction(durable=False) as connection:
            held = self._held(connection, owner, [result.item for result in results])
            valid = [result for result in results if result.item.number in held]
            if not valid:
                return 0
            FINISH.run(connection, [finished_row(owner, result, now) for result in valid])
            given = [self._output(each, each.digest_out, sealed_at=now) for each in valid if _given_out(each)]
            GIVEN_OUT.run(connection, given)
            TAKEN_BACK.run(connection, [self._output(each, each.digest_in) for each in valid if _taken_back(each)])
            sealed = sum(1 for result in valid if result.sealed)
            self._count(connection, sealed=sealed, set_aside=len(valid) - sealed)
        return len(valid)

    def release(self, owner: str) -> int:
        """Give back what somebody who has died held."""
        return self._give_back(seal_item.c.owner == owner)

    def reap(self) -> int:
        """Give back what is held beyond its lease."""
        return self._give_back(seal_item.c.lease_until < self._clock.now())

    def counts(self) -> Counts:
        """Return how far the batch is."""
        with self._database.reading() as connection:
            return counts_of(connection, self.batch)

    def lines(self, after: int, limit: int = 500) -> Sequence[ItemResult]:
        """Return what became of documents behind a number, in the order in which they were given, without gaps."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(seal_item)
                .where(seal_item.c.batch_id == self.batch, seal_item.c.id > after)
                .order_by(seal_item.c.id)
                .limit(limit)
            ).all()
        found = []
        for row in rows:
            if row.state in (WAITING, RUNNING):
                break
            found.append(result_of(row))
        return found

    def settle(self) -> None:
        """Bring everything that was recorded up to now to the disk: whoever is told of it may take the file away."""
        with self._database.transaction() as connection:
            for change in (1, -1):  # a transaction that changes nothing is not written, and not waited for
                self._count(connection, listed=change)

    def forget(self, through: int) -> None:
        """Forget documents up to a number that have come to their end; what was sealed stays known."""
        with self._database.transaction() as connection:
            connection.execute(
                delete(seal_item).where(
                    seal_item.c.batch_id == self.batch,
                    seal_item.c.id <= through,
                    seal_item.c.state.not_in((WAITING, RUNNING)),
                )
            )

    def sealed(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield output name and SHA-256 of every sealed document, up to the first that has not come to its end."""
        after = 0
        while lines := self.lines(after):
            after = lines[-1].item.number
            yield from ((each.item.output, each.digest_out) for each in lines if each.sealed)

    def _outputs(self, connection: Connection, owner: str) -> Sequence[Any]:
        return connection.execute(OUTPUTS, {"the_batch": self.batch, "the_owner": owner, "the_store": self.store}).all()

    def _held(self, connection: Connection, owner: str, items: Sequence[Item]) -> frozenset[int]:
        attempts = {item.number: item.attempt for item in items}
        rows = connection.execute(HELD, {"the_batch": self.batch, "the_owner": owner}).all()
        return frozenset(number for number, attempt in rows if attempts.get(number) == attempt)

    def _give_back(self, whose: Any) -> int:
        mine = and_(NOT_ENDED, seal_item.c.batch_id == self.batch, seal_item.c.state == RUNNING, whose)
        with self._database.transaction() as connection:
            crashed = connection.execute(
                update(seal_item)
                .where(mine, seal_item.c.attempt >= MOST_ATTEMPTS)
                .values(
                    state=ItemState.SET_ASIDE.value,
                    code=BatchCrashed.code,
                    detail=BatchCrashed().detail,
                    finished_at=self._clock.now(),
                )
            ).rowcount
            back = connection.execute(
                update(seal_item).where(mine).values(state=WAITING, owner=None, lease_until=None)
            ).rowcount
            if crashed:
                self._count(connection, set_aside=crashed)
        return crashed + back

    def _output(self, result: ItemResult, digest: bytes, **values: object) -> dict[str, object]:
        return {"the_store": self.store, "the_output": result.item.output, "the_digest": digest, **values}

    def _count(self, connection: Connection, *, listed: int = 0, sealed: int = 0, set_aside: int = 0) -> None:
        connection.execute(
            update(seal_batch)
            .where(seal_batch.c.id == self.batch)
            .values(
                listed=seal_batch.c.listed + listed,
                sealed=seal_batch.c.sealed + sealed,
                set_aside=seal_batch.c.set_aside + set_aside,
            )
        )


def _given_out(result: ItemResult) -> bool:
    return result.sealed  # also one that had been: the attempt that gave it out may have died before it said so


def _taken_back(result: ItemResult) -> bool:
    return not result.sealed and bool(result.digest_out)


def new_batch(connection: Connection, *, store: str, level: str, now: datetime, listed: int | None = None) -> int:
    """Make a batch and return its number.

    Args:
        connection: Within its transaction.
        store: Name of the place of output.
        level: The level that all its documents are to reach.
        now: When it begins.
        listed: How many documents it has, all given in this transaction; None: they come later.
    """
    made = connection.execute(
        insert(seal_batch).values(
            store=store,
            level=level,
            created_at=now,
            complete_at=None if listed is None else now,
            listed=listed or 0,
            sealed=0,
            set_aside=0,
        )
    )
    key = made.inserted_primary_key
    assert key is not None  # noqa: S101 - every insert of one row has a key
    return int(key[0])


def waiting_rows(batch: int, items: Sequence[tuple[bytes, bytes]]) -> list[dict[str, Any]]:
    """Return rows of documents that wait, by source and output name."""
    fresh = {**FRESH, "batch_id": batch, "state": WAITING, "code": "", "detail": ""}
    return [{**fresh, "source": source, "output": output} for source, output in items]


def open_batches(database: Database, store: str) -> tuple[tuple[int, str], ...]:
    """Return number and level of every batch of a place of output in which documents wait or are being sealed."""
    done = seal_batch.c.sealed + seal_batch.c.set_aside
    with database.reading() as connection:
        rows = connection.execute(
            select(seal_batch.c.id, seal_batch.c.level)
            .where(seal_batch.c.store == store, seal_batch.c.listed > done)
            .order_by(seal_batch.c.id)
        ).all()
    return tuple((row.id, row.level) for row in rows)


def level_of_batch(database: Database, store: str, batch: int) -> str | None:
    """Return the level that a batch is to reach; None where there is none of this number and place of output."""
    with database.reading() as connection:
        found: str | None = connection.execute(
            select(seal_batch.c.level).where(seal_batch.c.id == batch, seal_batch.c.store == store)
        ).scalar()
    return found


def counts_of(connection: Connection, batch: int) -> Counts:
    """Return how far a batch is."""
    row = connection.execute(select(seal_batch).where(seal_batch.c.id == batch)).one()
    return Counts(listed=row.listed, sealed=row.sealed, set_aside=row.set_aside, complete=row.complete_at is not None)


def result_of(row: Any) -> ItemResult:
    """Return what a row says became of a document; of one that waits still, that it does."""
    return ItemResult(
        item=Item(number=row.id, attempt=row.attempt, source=row.source, output=row.output),
        state=ItemState(row.state),
        digest_in=row.digest_in or b"",
        digest_out=row.digest_out or b"",
        level=row.level,
        path=row.path,
        code=row.code,
        detail=row.detail,
        facts=json.loads(row.facts) if row.facts else {},
        again=row.again,
        seconds=row.seconds,
    )
