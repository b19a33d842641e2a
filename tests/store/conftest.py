from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from esign.foundation.clock import FixedClock
from esign.store.database import Database, migrate
from esign.store.master_key import FileMasterKey
from esign.store.vault import SealingKey
from tests.postgres import schema
from tests.quick import migrated
from tests.store.ledger_bench import Bench

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """A migrated, empty database, of each kind."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'esign.db'}"
        migrated(address)
        yield address
        return
    with schema(request.getfixturevalue("postgres")) as address:
        migrate(address)
        yield address


@pytest.fixture
def database(url) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def vault(tmp_path) -> SealingKey:
    key = FileMasterKey(tmp_path / "keys" / "vault.key")
    key.create()
    return SealingKey(key.read())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(at=NOW)


@pytest.fixture
def bench(database, vault, clock) -> Bench:
    return Bench(database, vault, clock)


@pytest.fixture
def filled(bench) -> Bench:
    """Seven entries; heads over three and over five of them."""
    bench.append(3)
    bench.stamp()
    bench.append(2, facts={"count": 2})
    bench.stamp()
    bench.append(2)
    return bench
