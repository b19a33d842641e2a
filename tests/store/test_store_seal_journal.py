"""The journal of sealing in bulk, on SQLite and on PostgreSQL: leased once, finished once, known ever after."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, inspect, text

from esign.foundation.clock import FixedClock
from esign.seal_works.telling import Telling
from esign.sealing.batches import Item, ItemResult, ItemState, NewItem, Promise
from esign.sealing.batches.errors import BatchJournalNewer
from esign.store.database import Database, migrate
from esign.store.seal_journal import SqlSealJournal
from esign.store.seal_journal_file import forget_batches, open_journal, settle_promises
from esign.store.seal_statements import HELD, LEASE, OUTPUTS, WAITS
from esign.store.tables_sealing import seal_batch, seal_item, seal_output

IN, OUT, OTHER = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32


@pytest.fixture
def journal(database: Database, clock: FixedClock) -> SqlSealJournal:
    return SqlSealJournal.begin(database, store="here", level="B-B", clock=clock)


def new(*names: str) -> list[NewItem]:
    return [NewItem(source=f"/in/{name}".encode(), output=name.encode()) for name in names]


def promise(item: Item, digest_in: bytes = IN, digest_out: bytes = OUT) -> Promise:
    return Promise(item=item, digest_in=digest_in, digest_out=digest_out, level="B-B")


def sealed(item: Item, digest_out: bytes = OUT, digest_in: bytes = IN) -> ItemResult:
    return ItemResult(
        item=item,
        state=ItemState.SEALED,
        digest_in=digest_in,
        digest_out=digest_out,
        level="B-B",
        path="incremental",
        facts={"invoice": {"notes": ["BR-1"]}},
        seconds=0.5,
    )


def aside(item: Item, code: str = "sealing.document.not_pdf", *, digest_out: bytes = b"") -> ItemResult:
    return ItemResult(
        item=item, state=ItemState.SET_ASIDE, code=code, detail="No.", digest_in=IN, digest_out=digest_out
    )


def test_what_is_recorded_is_told_as_it_is_and_in_order(journal: SqlSealJournal) -> None:
    refused = NewItem(source=b"/in/closed", output=b"", code="sealing.input.unreadable", detail="Closed.")
    journal.add([*new("a", "b"), refused, NewItem(source=b"/in/\xff\n", output=b"\xff\n")])
    journal.complete()
    chunk = journal.claim("one", 10)
    assert [item.output for item in chunk.items] == [b"a", b"b", b"\xff\n"]
    first, second, third = chunk.items
    assert journal.promise("one", [promise(first), promise(third)]) == {}
    assert journal.lines(0) == []
    assert journal.finish("one", [sealed(third), aside(second)]) == 2
    assert journal.lines(0) == []  # the first one is still under way
    assert journal.finish("one", [sealed(first)]) == 1
    told = journal.lines(0)
    assert told[0] == sealed(first) and told[1] == aside(second) and told[3] == sealed(third)
    assert (told[2].code, told[2].detail, told[2].item.source) == ("sealing.input.unreadable", "Closed.", b"/in/closed")
    counts = journal.counts()
    assert (counts.listed, counts.sealed, counts.set_aside, counts.done) == (4, 2, 2, True)


def test_no_document_is_leased_twice_by_many_at_a_time(journal: SqlSealJournal) -> None:
    journal.add(new(*(str(number) for number in range(60))))
    got: list[int] = []
    lock = threading.Lock()

    def work(owner: str) -> None:
        while (chunk := journal.claim(owner, 7)).items:
            with lock:
                got.extend(item.number for item in chunk.items)

    threads = [threading.Thread(target=work, args=(f"worker-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 60


def test_who_lost_the_lease_records_nothing_and_promises_nothing(journal: SqlSealJournal, clock: FixedClock) -> None:
    journal.add(new("a"))
    (old,) = journal.claim("late", 10).items
    clock.at += timedelta(hours=1)
    assert journal.reap() == 1
    (held,) = journal.claim("next", 10).items
    assert held.attempt == 2
    assert journal.promise("late", [promise(old)])[old.number].code == "sealing.batch.lease_ended"
    assert journal.finish("late", [sealed(old)]) == 0
    assert journal.finish("next", [sealed(old)]) == 0  # the same owner with an older attempt
    assert journal.finish("next", [sealed(held)]) == 1
    assert journal.finish("next", [aside(held)]) == 0  # finished is finished
    assert journal.counts().sealed == 1


def test_a_promise_is_on_the_disk_before_anything_is_given_out(journal: SqlSealJournal, database: Database) -> None:
    journal.add(new("a"))
    waited: list[bool] = []

    def at_commit(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            waited.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2)
        else:
            waited.append(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on")

    event.listen(database.engine, "commit", at_commit)
    try:
        (item,) = journal.claim("one", 1).items
        journal.promise("one", [promise(item)])
        journal.finish("one", [sealed(item)])
        journal.settle()
    finally:
        event.remove(database.engine, "commit", at_commit)
    assert waited == [False, True, False, True]


def test_what_is_told_is_on_the_disk_before(tmp_path: Path, clock: FixedClock) -> None:
    """Whoever is told may take the sealed file away: no power cut then takes back that it was recorded."""
    database, log = open_journal(tmp_path / "journal.sqlite"), tmp_path / "journal.sqlite-wal"
    journal = SqlSealJournal.begin(database, store="here", level="B-B", clock=clock)
    journal.add(new("a"))
    (item,) = journal.claim("one", 1).items
    journal.finish("one", [sealed(item)])
    order: list[object] = []

    def at_commit(connection: Connection) -> None:
        if not connection.exec_driver_sql("PRAGMA query_only").scalar_one():
            order.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    event.listen(database.engine, "commit", at_commit)
    telling, size = Telling(journal), log.stat().st_size
    for _ in range(2):
        counts = telling.tell(lambda lines, counts: order.append(len(lines)))
    assert log.stat().st_size > size  # SQLite does not wait for the disk where nothing was written
    assert order == [2, 1, 0]  # waited for the disk (FULL), told one; nothing new, nothing to wait for
    assert (counts.listed, counts.sealed) == (1, 1)
    database.close()


def test_looking_for_work_costs_the_same_however_much_is_done(tmp_path: Path) -> None:
    database = open_journal(tmp_path / "journal.sqlite")
    values = {"the_batch": 1, "the_owner": "one", "the_store": "here", "the_limit": 9}
    values |= {"the_attempt": 0, "the_first": 1, "the_last": 9, "the_end": None}
    try:
        with database.reading() as connection:
            for statement in (WAITS, LEASE, HELD, OUTPUTS):
                made = statement.compile(dialect=connection.dialect)
                named = {**made.params, **{name: value for name, value in values.items() if name in made.params}}
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {made}", tuple(named[name] for name in made.positiontup or ())
                ).all()
                assert any("ix_seal_item_open (batch_id=? AND state=?" in row[3] for row in plan), plan
    finally:
        database.close()


def test_a_name_belongs_to_the_first_document_that_was_promised_under_it(journal: SqlSealJournal) -> None:
    journal.add(new("a", "a", "a"))
    first, same, other = journal.claim("one", 10).items
    refused = journal.promise("one", [promise(first), promise(same, digest_out=OTHER), promise(other, digest_in=OTHER)])
    assert {number: error.code for number, error in refused.items()} == {other.number: "sealing.output.exists"}
    assert set(journal.promised(b"a", IN)) == {OUT, OTHER}
    assert journal.promised(b"a", OTHER) == {}


def test_a_promise_that_was_not_kept_leaves_the_name_free(journal: SqlSealJournal) -> None:
    journal.add(new("a"))
    (item,) = journal.claim("one", 10).items
    journal.promise("one", [promise(item)])
    journal.finish("one", [aside(item, "sealing.output.exists", digest_out=OUT)])
    assert journal.promised(b"a", IN) == {}


def test_what_was_sealed_is_known_to_later_batches_of_the_same_place(
    journal: SqlSealJournal, database: Database, clock: FixedClock
) -> None:
    journal.add(new("a"))
    (item,) = journal.claim("one", 10).items
    journal.promise("one", [promise(item)])
    journal.finish("one", [sealed(item)])
    for store, known in (("here", {b"a"}), ("there", set())):
        later = SqlSealJournal.begin(database, store=store, level="B-T", clock=clock)
        later.add(new("a"))
        assert set(later.claim("two", 10).known) == known


def test_a_document_at_which_processes_die_is_set_aside_at_the_third_time(journal: SqlSealJournal) -> None:
    journal.add(new("a", "b"))
    assert len(journal.claim("one", 10).items) == 2
    journal.release("one")
    for _ in range(2):
        (item,) = journal.claim("one", 10).items  # alone
        assert item.output == b"a"
        journal.release("one")
    (told,) = journal.lines(0)
    assert told.code == "sealing.batch.crashed"
    (item,) = journal.claim("one", 10).items
    assert item.output == b"b"


def test_promises_nobody_kept_track_of_are_settled_by_what_lies_there(
    journal: SqlSealJournal, database: Database, clock: FixedClock
) -> None:
    journal.add(new("given", "lost"))
    items = journal.claim("dead", 10).items
    journal.promise("dead", [promise(item) for item in items])
    assert settle_promises(database, "here", {b"given": OUT, b"lost": OTHER}.get, clock) == 1
    assert (set(journal.promised(b"given", IN)), journal.promised(b"lost", IN)) == ({OUT}, {})
    forget_batches(database, "here")
    later = SqlSealJournal.begin(database, store="here", level="B-B", clock=clock)
    later.add(new("given", "lost"))
    assert set(later.claim("two", 10).known) == {b"given"}


def test_forgotten_documents_leave_their_numbers_to_nobody(journal: SqlSealJournal) -> None:
    journal.add(new("a", "b"))
    first, second = journal.claim("one", 10).items
    journal.finish("one", [sealed(first)])
    journal.forget(second.number)
    assert journal.claim("two", 10).items == ()  # the second one is still held
    journal.finish("one", [sealed(second)])
    journal.forget(second.number)
    journal.add(new("c"))
    (item,) = journal.claim("one", 10).items
    assert item.number > second.number


def test_the_journal_of_a_folder_has_the_tables_of_an_installation(tmp_path: Path) -> None:
    installation = f"sqlite:///{tmp_path / 'esign.db'}"
    migrate(installation)
    folder = open_journal(tmp_path / "out" / "journal.sqlite")
    whole = Database(installation)
    try:
        for table in (seal_batch, seal_item, seal_output):
            shapes = []
            for database in (folder, whole):
                look = inspect(database.engine)
                columns = [(each["name"], str(each["type"]), each["nullable"]) for each in look.get_columns(table.name)]
                indexes = sorted((each["name"], tuple(each["column_names"])) for each in look.get_indexes(table.name))
                shapes.append((columns, indexes))
            assert shapes[0] == shapes[1]
    finally:
        folder.close()
        whole.close()


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    database = open_journal(tmp_path / "journal.sqlite")
    with database.transaction() as connection:
        connection.execute(text("PRAGMA user_version = 2"))
    database.close()
    with pytest.raises(BatchJournalNewer) as refused:
        open_journal(tmp_path / "journal.sqlite")
    assert refused.value.facts == {"found": 2, "known": 1}
