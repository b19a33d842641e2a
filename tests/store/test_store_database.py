from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from esign.store.database import Database, migrate
from esign.store.errors import DatabaseError, DatabaseUnavailable, SchemaOutdated
from esign.store.metadata import load_tables
from esign.store.tables_vault import contract_key
from esign.store.writers import Writers

ROW = {"contract_id": "c", "holder": "h", "wrapped": b"w"}


def rows(database):
    with database.reading() as connection:
        return connection.execute(select(contract_key)).all()


def test_a_transaction_commits_at_the_end_of_its_block(database):
    with database.transaction() as connection:
        connection.execute(insert(contract_key).values(ROW))
    assert len(rows(database)) == 1


def waits_for_the_disk(connection) -> bool:
    if connection.dialect.name == "sqlite":
        return connection.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
    return connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


def test_a_transaction_waits_for_the_disk_unless_it_need_not(database):
    with database.transaction(durable=False) as connection:
        connection.execute(insert(contract_key).values(ROW))
        assert not waits_for_the_disk(connection)
    with pytest.raises(RuntimeError), database.transaction(durable=False):
        raise RuntimeError
    for _ in range(2):
        with database.transaction() as connection:
            assert waits_for_the_disk(connection)
    assert len(rows(database)) == 1


def test_an_error_leaves_nothing_behind(database):
    with pytest.raises(RuntimeError), database.transaction() as connection:
        connection.execute(insert(contract_key).values(ROW))
        raise RuntimeError
    assert rows(database) == []


def test_a_reading_transaction_cannot_write_and_harms_no_later_one(database):
    with pytest.raises(DBAPIError), database.reading() as connection:
        connection.execute(insert(contract_key).values(ROW))
    with database.transaction() as connection:
        connection.execute(insert(contract_key).values(ROW))
    assert len(rows(database)) == 1


def test_reading_sees_one_state_while_others_write(database):
    with database.reading() as reader:
        assert reader.execute(select(contract_key)).all() == []
        with database.transaction() as writer:
            writer.execute(insert(contract_key).values(ROW))
        assert reader.execute(select(contract_key)).all() == []


def test_writers_wait_for_each_other_instead_of_failing(database):
    failed = []

    def work(name: str) -> None:
        try:
            for number in range(10):
                with database.transaction() as connection:
                    count = len(connection.execute(select(contract_key)).all())
                    connection.execute(
                        insert(contract_key).values(contract_id=name, holder=str(number), wrapped=bytes([count % 256]))
                    )
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(rows(database)) == 40


def test_sqlite_is_set_to_survive_a_power_cut_and_to_overwrite_what_is_deleted(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.transaction() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert read == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10000,
    }


def test_what_was_deleted_is_in_no_file_of_the_database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(database.url)
    secret = b"NEVER-AGAIN-READABLE-" + b"x" * 40
    with database.transaction() as connection:
        connection.execute(insert(contract_key).values(contract_id="c", holder="h", wrapped=secret))
    with database.transaction() as connection:
        connection.execute(contract_key.delete())
    database.forget_deleted()
    for file in tmp_path.iterdir():
        assert secret not in file.read_bytes()


def test_the_migrations_make_exactly_the_tables_that_the_code_describes(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, load_tables()) == []


def test_migrating_again_changes_nothing(url, database):
    with database.transaction() as connection:
        connection.execute(insert(contract_key).values(ROW))
    migrate(url)
    assert len(rows(database)) == 1
    database.check_schema()


def test_tables_of_another_version_are_refused(database):
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    with pytest.raises(SchemaOutdated) as refused:
        database.check_schema()
    assert refused.value.code == "store.database.schema"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_a_database_that_cannot_keep_evidence_is_refused(url):
    with pytest.raises(DatabaseError) as refused:
        Database(url)
    assert refused.value.code == "store.database"


def test_what_a_writer_read_stays_true_until_it_commits(database):
    """Read, decide, write: two at once never decide on the same state, on no database."""

    def work() -> None:
        for _ in range(10):
            with database.transaction() as connection:
                count = connection.execute(select(contract_key.c.holder)).scalars().all()
                connection.execute(insert(contract_key).values(contract_id="c", holder=f"{len(count)}", wrapped=b"w"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(row.holder) for row in rows(database)) == list(range(40))


def test_a_copy_is_whole_and_holds_nothing_deleted(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(database.url)
    secret = b"NEVER-AGAIN-READABLE-" + b"x" * 40
    with database.transaction() as connection:
        connection.execute(insert(contract_key).values(contract_id="gone", holder="h", wrapped=secret))
        connection.execute(insert(contract_key).values(ROW))
    with database.transaction() as connection:
        connection.execute(contract_key.delete().where(contract_key.c.contract_id == "gone"))
    database.copy_to(tmp_path / "copy.db")
    copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    copy.check_schema()
    assert [row.contract_id for row in rows(copy)] == ["c"]
    copy.close()
    assert secret not in (tmp_path / "copy.db").read_bytes()
    with pytest.raises(DatabaseError):
        database.copy_to(tmp_path / "copy.db")


def test_a_database_that_is_busy_for_too_long_is_unavailable_not_broken(tmp_path, monkeypatch):
    monkeypatch.setattr("esign.store.database.BUSY_TIMEOUT_MS", 50)
    address = f"sqlite:///{tmp_path / 'esign.db'}"
    migrate(address)
    first, second = Database(address), Database(address)
    with first.transaction() as connection:
        connection.execute(insert(contract_key).values(ROW))
        with pytest.raises(DatabaseUnavailable) as refused, second.transaction():
            raise AssertionError("two writers at once")
    assert refused.value.code == "store.database.unavailable"
    assert len(rows(second)) == 1


def test_a_server_that_is_not_there_is_unavailable():
    gone = Database("postgresql+psycopg://esign@127.0.0.1:1/esign?connect_timeout=2")
    with pytest.raises(DatabaseUnavailable), gone.transaction():
        raise AssertionError("connected to nothing")
    with pytest.raises(DatabaseUnavailable), gone.reading():
        raise AssertionError("connected to nothing")


def test_writers_of_several_processes_and_threads_all_get_their_turn(tmp_path):
    """Far more writers than SQLite's own waiting serves fairly; each of them writes, none is refused."""
    address = f"sqlite:///{tmp_path / 'esign.db'}"
    migrate(address)
    program = (
        "import sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from sqlalchemy import text\n"
        "from esign.store.database import Database\n"
        "database = Database(sys.argv[1])\n"
        "def write(number):\n"
        "    with database.transaction() as connection:\n"
        "        connection.execute(text('UPDATE counter SET value = value + 1'))\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    list(pool.map(write, range(50)))\n"
    )
    database = Database(address)
    with database.transaction() as connection:
        connection.execute(text("CREATE TABLE counter (value INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    started = [subprocess.Popen([sys.executable, "-c", program, address]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    with database.reading() as connection:
        assert connection.execute(text("SELECT value FROM counter")).scalar_one() == 150
    database.close()


def test_a_writer_that_gave_up_leaves_the_line_to_the_next_one(tmp_path):
    first, second = (Writers(tmp_path / "writers", patience=seconds) for seconds in (10.0, 0.05))
    with first.turn():
        with pytest.raises(DatabaseUnavailable), second.turn():
            raise AssertionError("two writers at once")
        with pytest.raises(DatabaseUnavailable), second.turn():
            raise AssertionError("two writers at once")
    with second.turn():
        pass
    with ThreadPoolExecutor(1) as thread, second.turn(), pytest.raises(DatabaseUnavailable):
        thread.submit(lambda: second.turn().__enter__()).result()
    with second.turn():
        pass
    first.close()
    second.close()
