"""The database: SQLite by default, PostgreSQL by URL; transactions that mean it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from esign.store.errors import DatabaseError, DatabaseUnavailable, SchemaOutdated
from esign.store.writers import Writers

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another one."""

CONNECTIONS = 16
"""Connections of SQLite that are kept open: at least one for each thread of a server."""

_READ_ONLY = "esign_read_only"
_ONE_WRITER = 0x65736967_6E000003
"""Key of the advisory lock of write transactions on PostgreSQL."""
_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")
"""Faults of SQLite that are the moment's or the machine's, not the statement's."""


class Database:
    """An engine and its two kinds of transactions.

    SQLite: write-ahead log, synchronous FULL (a committed entry survives a power cut), foreign keys, deleted content
    overwritten with zeros; write transactions stand in a line (:mod:`esign.store.writers`) and take the lock at their
    beginning (BEGIN IMMEDIATE), so none fails half way. PostgreSQL: as configured there; a write transaction waits for
    an advisory lock at its beginning, so that what was read stays true until the commit, as on SQLite (every step
    appends to the one chain anyway); reading sees one snapshot.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            raise DatabaseError("only SQLite and PostgreSQL are supported", backend=self.url.get_backend_name())
        self._writers: Writers | None = None
        self.engine = self._sqlite() if self.is_sqlite else self._postgresql()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """Begin a transaction that may write; it commits at the end of the block unless an error leaves it.

        Args:
            durable: Whether it must survive a power cut as soon as it has ended. One that need not survives the death
                of this process all the same, and a power cut as soon as a durable one has followed.

        Raises:
            DatabaseUnavailable: The database cannot be reached or is too busy; nothing was written.
        """
        turn = self._writers.turn() if self._writers is not None else nullcontext()
        with (
            _reachable(),
            self.engine.connect() as connection,
            nullcontext() if durable or not self.is_sqlite else _unsynced(connection),
            turn,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_WRITER})
                if not durable:
                    connection.execute(text("SET LOCAL synchronous_commit = off"))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that only reads, and sees one state of the database; writing is an error.

        Raises:
            DatabaseUnavailable: The database cannot be reached or is too busy.
        """
        with _reachable(), self.engine.connect() as plain:
            connection = plain.execution_options(**{_READ_ONLY: True})
            raw: Any = connection.connection.dbapi_connection if self.is_sqlite else None
            if raw is not None:
                raw.execute("PRAGMA query_only = ON").close()
            try:
                with connection.begin():
                    if raw is None:
                        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                    yield connection
            finally:
                if raw is not None:
                    raw.execute("PRAGMA query_only = OFF").close()

    def forget_deleted(self) -> None:
        """Let no deleted content remain in the write-ahead log (SQLite); call after an erasure has committed."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, path: Path) -> None:
        """Write a copy of the whole database, as of one instant, while others go on working (SQLite).

        Deleted content is not in it, but the wrapped contract keys of that instant are: an erasure reaches the copies
        only as they are thrown away or written anew.

        Args:
            path: Of the new file; an existing one is never overwritten.

        Raises:
            DatabaseError: The file exists, or the database is not SQLite (use the tools of PostgreSQL).
        """
        if not self.is_sqlite:
            raise DatabaseError("PostgreSQL is copied with its own tools")
        if path.exists():
            raise DatabaseError("the file exists and is not overwritten")
        with self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is not None:
                raw.execute("VACUUM INTO ?", (str(path),))

    def check_schema(self) -> None:
        """Check that the tables are those of this version.

        Raises:
            SchemaOutdated: ``migrate`` has to run first.
        """
        from esign.store.migrate import current_revision, newest_revision

        with self.reading() as connection:
            found = current_revision(connection)
        if found != newest_revision():
            raise SchemaOutdated(found=found or "none", wanted=newest_revision())

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        if self._writers is not None:
            self._writers.close()

    def _postgresql(self) -> Engine:
        try:
            return create_engine(self.url, pool_pre_ping=True)
        except ImportError as error:
            raise DatabaseError("PostgreSQL needs a driver: install esign[postgres]") from error

    def _sqlite(self) -> Engine:
        if not self.url.database or self.url.database == ":memory:":
            raise DatabaseError("SQLite needs a file: a ledger in memory proves nothing")
        path = Path(self.url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # its journals get the same mode
        self._writers = Writers(path.with_name(path.name + "-writers"), patience=BUSY_TIMEOUT_MS / 1000)
        engine = create_engine(self.url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, pool_size=CONNECTIONS)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine


def migrate(url: str | URL) -> None:
    """Bring the tables to this version; does nothing where they already are."""
    from esign.store.migrate import upgrade

    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.close()


@contextmanager
def _reachable() -> Iterator[None]:
    """Tell a database that is away for the moment from a fault of ours.

    Raises:
        DatabaseUnavailable: In place of the driver's error, whose text may quote what was to be written.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if not getattr(error.orig, "sqlite_errorname", "SQLITE_BUSY").startswith(_PASSING):
            raise
        raise DatabaseUnavailable from error


def _prepare(connection: Any, record: Any) -> None:
    # The driver must not begin transactions of its own: `_begin` does.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").close()
    _write_ahead(connection)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


@contextmanager
def _unsynced(connection: Connection) -> Iterator[None]:
    """Let commits not wait for the disk; the log is whole at any time, its end may be missing after a power cut."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA synchronous = NORMAL").close()
    try:
        yield
    finally:
        raw.execute("PRAGMA synchronous = FULL").close()


def _write_ahead(connection: Any) -> None:
    """Choose the write-ahead log; the busy timeout does not hold where processes open a new file together."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
