"""A database of release 0.1.0 is brought to this version without losing a contract."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import select, text

from esign.store.database import Database, migrate
from esign.store.migrate import configuration
from esign.store.tables_contracts import contract
from tests.postgres import schema

ROW = """INSERT INTO contract (id, template, reference, title, company, level, policy, state, created_at, sealed)
VALUES ('c1', 't', 'r', 'Title', 'Company', 2, 'p', 'invited', '2026-11-22T10:00:00.000000Z', :sealed)"""

INVITATION = """INSERT INTO invitation
(id, contract_id, party, token_digest, state, created_at, expires_at, attempts, reminded)
VALUES
('i1', 'c1', 'signatory-1', :digest, 'open', '2026-11-22T10:00:00.000000Z', '2026-12-22T10:00:00.000000Z', 0, 0)"""


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request, tmp_path):
    """The URL of a database at revision 0001, with one contract that has one invitation."""
    if request.param == "sqlite":
        yield from _at_0001(f"sqlite:///{tmp_path / 'esign.db'}")
        return
    with schema(request.getfixturevalue("postgres")) as address:
        yield from _at_0001(address)


def _at_0001(address):
    database = Database(address)
    with database.transaction() as connection:
        command.upgrade(configuration(connection), "0001")
    with database.transaction() as connection:
        connection.execute(text(ROW), {"sealed": b"sealed"})
        connection.execute(text(INVITATION), {"digest": b"d" * 32})
    database.close()
    yield address


def test_contracts_of_before_belong_to_the_first_tenant(old):
    migrate(old)
    database = Database(old)
    database.check_schema()
    with database.reading() as connection:
        (row,) = connection.execute(select(contract)).all()
        invited = connection.execute(text("SELECT contract_id FROM invitation")).scalars().all()
    assert (row.id, row.tenant, row.state, row.sealed) == ("c1", "default", "invited", b"sealed")
    assert invited == ["c1"]
    database.close()


def test_the_way_back_keeps_the_contracts(old):
    migrate(old)
    database = Database(old)
    with database.transaction() as connection:
        command.downgrade(configuration(connection), "0001")
    with database.reading() as connection:
        assert connection.execute(text("SELECT id FROM contract")).scalars().all() == ["c1"]
    database.close()


def test_runs_of_many_contracts_keep_their_rows_on_both_ways(old):
    run = """INSERT INTO bulk_run (id, tenant, "by", state, created_at, expires_at, sealed)
    VALUES ('b1', 'default', 'system:system', 'checked', '2026-11-22T10:00:00.000000Z',
    '2026-12-22T10:00:00.000000Z', :sealed)"""
    row = "INSERT INTO bulk_row (run_id, number, state, sealed) VALUES ('b1', 2, 'waiting', :sealed)"
    database = Database(old)
    with database.transaction() as connection:
        command.upgrade(configuration(connection), "0004")
    with database.transaction() as connection:
        connection.execute(text(run), {"sealed": b"s"})
        connection.execute(text(row), {"sealed": b"s"})
    for step in ("0007", "0004", "0007"):
        with database.transaction() as connection:
            way = command.upgrade if step == "0007" else command.downgrade
            way(configuration(connection), step)
        with database.reading() as connection:
            assert connection.execute(text("SELECT run_id, number, state FROM bulk_row")).all() == [
                ("b1", 2, "waiting")
            ]
    database.close()
