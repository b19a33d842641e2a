"""Migrations: the tables walk with the versions (Alembic), one process at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from esign.store.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x65736967_6E000001
"""Key of the advisory lock on PostgreSQL that keeps two processes from migrating at once."""


def upgrade(database: Database) -> None:
    """Bring the tables to the newest revision, in one transaction; nothing is done where they already are."""
    with database.transaction() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if current_revision(connection) != newest_revision():
            command.upgrade(configuration(connection), "head")


def draft_revision(database: Database, number: str, message: str) -> None:
    """Write a migration from the difference between the tables of a database and those that the code describes."""
    with database.transaction() as connection:
        command.revision(configuration(connection), message=message, autogenerate=True, rev_id=number)


def current_revision(connection: Connection) -> str | None:
    """Return the revision of a database's tables, or None if it has none."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str:
    """Return the newest revision that this version knows; it is read once, as the code is."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise RuntimeError("no migrations are installed")
    return head


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration: the migrations of this room, on a connection."""
    config = Config()
    config.set_main_option("script_location", _FOLDER.as_posix().replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
