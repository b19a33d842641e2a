from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from esign.foundation.clock import FixedClock
from esign.store.database import Database, migrate
from esign.store.vault import FileVault

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def _databases() -> list[str]:
    return ["sqlite", "postgresql"]


@pytest.fixture(params=_databases())
def url(request, tmp_path) -> Iterator[str]:
    """A migrated, empty database: SQLite, and PostgreSQL where ESIGN_TEST_POSTGRES names a server to use."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'esign.db'}"
        migrate(address)
        yield address
        return
    server = os.environ.get("ESIGN_TEST_POSTGRES")
    if not server:
        pytest.skip("ESIGN_TEST_POSTGRES is not set")
    schema = f"test_{secrets.token_hex(6)}"
    admin = Database(server)
    with admin.transaction() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    address = (
        make_url(server).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    )
    migrate(address)
    yield address
    with admin.transaction() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    admin.close()


@pytest.fixture
def database(url) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def vault(tmp_path) -> FileVault:
    return FileVault.create(tmp_path / "keys" / "vault.key")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(at=NOW)
