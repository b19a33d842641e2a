"""One catalogue of all tables, and the column types that they share.

Every module ``esign.store.tables_*`` describes tables in :data:`metadata`; :func:`load_tables` reads them all, so that
the migrations see what the code sees.
"""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, String
from sqlalchemy.types import TypeDecorator

from esign.foundation.clock import from_rfc3339, rfc3339

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables."""


class Instant(TypeDecorator[datetime]):
    """An instant as RFC 3339 text in UTC with microseconds: the same on every database, and in order as text."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        """Write an instant; naive ones are refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant has a time zone")
        return rfc3339(value.astimezone(UTC))

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        """Read an instant."""
        return None if value is None else from_rfc3339(value)


def load_tables() -> MetaData:
    """Return the catalogue after every ``esign.store.tables_*`` has described its tables."""
    package = importlib.import_module("esign.store")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("tables_"):
            importlib.import_module(f"esign.store.{module.name}")
    return metadata
