"""The journal of a folder: a database of its own beside the sealed documents, and its upkeep between batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from pathlib import Path

from sqlalchemy import URL, delete, select, text
from sqlalchemy.exc import ArgumentError

from esign.foundation.clock import Clock, rfc3339
from esign.sealing.batches.errors import BatchJournalNewer
from esign.sealing.batches.items import ItemState
from esign.store.database import Database
from esign.store.errors import DatabaseError
from esign.store.metadata import metadata
from esign.store.seal_statements import GIVEN_OUT
from esign.store.tables_sealing import seal_batch, seal_item, seal_output

VERSION = 1
"""Version of the tables in a folder's journal (``PRAGMA user_version``)."""

_TABLES = (seal_batch, seal_item, seal_output)


def journal_url(path: Path) -> URL:
    """Return the URL of a journal file, whatever characters stand in its path."""
    return URL.create("sqlite", database=str(path))


def open_journal(path: Path) -> Database:
    """Open the journal of a folder; a new one is made.

    Raises:
        BatchJournalNewer: A newer version of this program wrote it.
        DatabaseError: It cannot be opened.
    """
    database = Database(journal_url(path))
    try:
        with database.transaction() as connection:
            found = connection.execute(text("PRAGMA user_version")).scalar_one()
            if found > VERSION:
                raise BatchJournalNewer(found=found, known=VERSION)
            if found < VERSION:
                metadata.create_all(connection, tables=_TABLES, checkfirst=False)
                connection.execute(text(f"PRAGMA user_version = {VERSION}"))
    except BaseException:
        database.close()
        raise
    return database


def open_shared_journal(url: str) -> Database:
    """Open the journal that several machines share; its tables are made where they are missing.

    Args:
        url: Of a PostgreSQL, or of a SQLite file that all workers reach; an installation's own database has the tables.

    Raises:
        DatabaseError: It cannot be opened.
    """
    try:
        database = Database(url)
    except ArgumentError as error:  # its message would repeat the address, and a password in it
        raise DatabaseError("this is no address of a database") from error
    try:
        with database.transaction() as connection:
            metadata.create_all(connection, tables=_TABLES)
    except BaseException:
        database.close()
        raise
    return database


def settle_promises(database: Database, store: str, digest: Callable[[bytes], bytes | None], clock: Clock) -> int:
    """Look what became of promises that nobody kept track of any more: given out, or not.

    Called when nobody works on the store: at the beginning of a batch of a folder, under its lock.

    Args:
        database: Where the journal is.
        store: Name of the place of output.
        digest: Returns the SHA-256 of what has an output name.
        clock: Tells the time.

    Returns:
        How many had been given out.
    """
    with database.reading() as connection:
        rows = connection.execute(
            select(seal_output.c.output, seal_output.c.digest_out).where(
                seal_output.c.store == store, seal_output.c.sealed_at.is_(None)
            )
        ).all()
    promised: dict[bytes, list[bytes]] = defaultdict(list)
    for row in rows:
        promised[row.output].append(row.digest_out)
    there = {name: found for name in promised if (found := digest(name)) in promised[name]}
    now = rfc3339(clock.now())
    with database.transaction() as connection:
        GIVEN_OUT.run(
            connection,
            [
                {"the_store": store, "the_output": name, "the_digest": found, "sealed_at": now}
                for name, found in there.items()
                if found is not None
            ],
        )
        connection.execute(delete(seal_output).where(seal_output.c.store == store, seal_output.c.sealed_at.is_(None)))
    return len(there)


def forget_batches(database: Database, store: str, keep: Collection[int] = ()) -> None:
    """Forget the documents of earlier batches of a store; what was sealed stays known.

    Args:
        database: Where the journal is.
        store: Name of the place of output.
        keep: Numbers of batches of which the sealed documents are still needed.
    """
    with database.transaction() as connection:
        old = select(seal_batch.c.id).where(seal_batch.c.store == store, seal_batch.c.id.not_in(keep))
        connection.execute(delete(seal_item).where(seal_item.c.batch_id.in_(old)))
        connection.execute(delete(seal_batch).where(seal_batch.c.id.in_(old)))
        rest = seal_item.c.batch_id.in_(keep), seal_item.c.state != ItemState.SEALED.value
        connection.execute(delete(seal_item).where(*rest))


def sealed_of(database: Database, batches: Collection[int]) -> list[tuple[bytes, bytes]]:
    """Return output name and SHA-256 of every sealed document of some batches that is not forgotten."""
    wanted = seal_item.c.batch_id.in_(batches), seal_item.c.state == ItemState.SEALED.value
    with database.reading() as connection:
        rows = connection.execute(
            select(seal_item.c.output, seal_item.c.digest_out).where(*wanted).order_by(seal_item.c.id)
        ).all()
    return [(row.output, row.digest_out) for row in rows]


def forget_sealed(database: Database, batches: Collection[int]) -> None:
    """Forget some batches; what was sealed stays known."""
    with database.transaction() as connection:
        connection.execute(delete(seal_item).where(seal_item.c.batch_id.in_(batches)))
        connection.execute(delete(seal_batch).where(seal_batch.c.id.in_(batches)))
