"""A company's database is asked about one customer: one configured query with bound parameters, read only.

SQLite and PostgreSQL: of them it is known how a transaction is kept from writing and how a query is ended in time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, TextClause, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from esign.gateways.errors import PrefillUnavailable

_STEPS = 1000
"""Instructions of SQLite's machine between two looks at the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSource:
    """Asks one database."""

    engine: Engine
    timeout: float

    @classmethod
    def of(cls, table: Mapping[str, Any], folder: Path) -> Self:
        """Return the source of a table of the configuration.

        Raises:
            ValueError: A member cannot be used.
            KeyError: One is missing.
            OSError: The file of the address cannot be read.
        """
        seconds = float(table.get("timeout", 3.0))
        if not 0 < seconds <= 30:
            raise ValueError("a query lasts up to 30 seconds")
        try:
            url = make_url((folder / str(table["url_file"])).read_text("utf-8").strip())
        except ArgumentError as error:
            raise ValueError("the file does not hold the URL of a database (SQLAlchemy)") from error
        backend = url.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise ValueError(
                "only SQLite and PostgreSQL are asked: of others it is not known how to keep them from writing"
            )
        if backend == "sqlite":
            path = folder / (url.database or "")
            url = url.set(database=f"file:{path.as_posix()}", query={**url.query, "mode": "ro", "uri": "true"})
            return cls(engine=create_engine(url, poolclass=NullPool), timeout=seconds)
        connecting = {"connect_timeout": max(2, round(seconds))}
        return cls(engine=create_engine(url, poolclass=NullPool, connect_args=connecting), timeout=seconds)

    def prepared(self, query: object, parts: tuple[str, ...]) -> TextClause:
        """Return a query with exactly these bound parameters.

        Raises:
            ValueError: Not one SELECT with these parameters.
        """
        if not isinstance(query, str):
            raise ValueError("the query is text")
        words = query.strip().split(maxsplit=1)
        if not words or words[0].upper() not in ("SELECT", "WITH") or ";" in query or "--" in query or "/*" in query:
            raise ValueError("the query is one SELECT, without semicolon and comments")
        statement = text(query)
        if set(statement._bindparams) != set(parts):
            raise ValueError(f"the query binds exactly {', '.join(f':{part}' for part in parts)}")
        return statement

    def find(self, query: TextClause, key: Mapping[str, str]) -> Mapping[str, object] | None:
        """Return the one record of a key; None: there is none, or there are several."""
        try:
            with self._reading() as connection:
                rows = connection.execute(query, dict(key)).mappings().fetchmany(2)
                return dict(rows[0]) if len(rows) == 1 else None
        except SQLAlchemyError as error:
            # the driver's words may quote the key: they stay out, also as the cause
            raise PrefillUnavailable("the database did not answer as configured", kind=type(error).__name__) from None

    def check(self) -> None:
        """Look whether the database answers."""
        try:
            with self._reading() as connection:
                connection.execute(text("SELECT 1")).scalar()
        except SQLAlchemyError as error:
            raise PrefillUnavailable("the database does not answer", kind=type(error).__name__) from None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Begin a transaction that cannot write, end it in time, and take it back."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                raw: Any = connection.connection.dbapi_connection
                deadline = time.monotonic() + self.timeout
                raw.execute("PRAGMA query_only = ON").close()
                raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
            else:
                connection.execute(text("SET TRANSACTION READ ONLY"))
                limit = round(self.timeout * 1000)
                connection.execute(text(f"SET LOCAL statement_timeout = {limit}"))  # a number of ours
                connection.execute(text(f"SET LOCAL lock_timeout = {limit}"))
            try:
                yield connection
            finally:
                connection.rollback()
