from __future__ import annotations

import multiprocessing
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from esign.evidence import EntryError, EntryKind, ErasedError, StampedHead, verify_ledger
from esign.foundation.clock import FixedClock
from esign.proof import InclusionError, MerkleTree, check_consistency, check_inclusion
from esign.store import ledger as ledger_module
from esign.store.contract_keys import SqlContractKeys
from esign.store.database import Database
from esign.store.ledger import SqlLedger
from esign.store.tables_ledger import ledger_entry, ledger_head, ledger_node, ledger_tail, sealed_content
from esign.store.vault import SealingKey
from tests.identity.helpers.tsa import TimestampAuthorityDouble
from tests.store.conftest import NOW

TSA = TimestampAuthorityDouble()
ANCHORS = (TSA.authority.der,)


class Bench:
    """A ledger on a database, for tests."""

    def __init__(self, database, vault, clock):
        self.database, self.vault, self.clock = database, vault, clock

    def on(self, connection):
        return SqlLedger(connection, SqlContractKeys(connection, self.vault), self.clock)

    def append(self, count=1, kind="contract.drawn_up", contract=None, facts=None, contents=None):
        with self.database.transaction() as connection:
            return [self.on(connection).append(kind, contract, facts or {}, contents) for _ in range(count)]

    def stamp(self):
        with self.database.transaction() as connection:
            ledger = self.on(connection)
            head = ledger.head(self.clock.now())
            ledger.add_head(StampedHead(head=head.canonical(), token=TSA.token(head.digest, 1)))

    def verify(self):
        with self.database.reading() as connection:
            ledger = self.on(connection)
            return verify_ledger(ledger.read(), ledger.heads(), ANCHORS, tail=ledger.tail())

    def read(self, ask):
        with self.database.reading() as connection:
            return ask(self.on(connection))

    def change(self, statement):
        with self.database.transaction() as connection:
            return connection.execute(statement).rowcount


@pytest.fixture
def bench(database, vault, clock):
    return Bench(database, vault, clock)


@pytest.fixture
def filled(bench):
    """Seven entries; heads over three and over five of them."""
    bench.append(3)
    bench.stamp()
    bench.append(2, facts={"count": 2})
    bench.stamp()
    bench.append(2)
    return bench


def test_an_honest_ledger_is_intact(filled):
    report = filled.verify()
    assert (report.intact, report.entries, report.heads, report.first_fault) == (True, 7, 2, None)
    assert report.proven_at == NOW


def test_an_empty_ledger_is_intact_and_has_no_head(bench):
    assert bench.verify().intact
    assert bench.read(lambda ledger: ledger.head(NOW)) is None


def test_a_receipt_names_place_and_hash_of_the_entry(bench):
    [first, second] = bench.append(2)
    entries = bench.read(lambda ledger: list(ledger.read()))
    assert [(entry.seq, entry.hash) for entry in entries] == [
        (first.sequence, first.entry),
        (second.sequence, second.entry),
    ]
    assert entries[1].prev == first.entry


def test_what_is_not_committed_was_never_in_the_ledger(bench):
    bench.append(2)
    with pytest.raises(RuntimeError), bench.database.transaction() as connection:
        bench.on(connection).append("contract.drawn_up", None, {})
        raise RuntimeError
    bench.append(1)
    report = bench.verify()
    assert (report.intact, report.entries) == (True, 3)


@pytest.mark.parametrize("facts", [{"name": "Erika Mustermann"}, {"mail": "a@b.example"}, {"x": 1.5}, {"X": 1}])
def test_facts_that_could_carry_personal_data_are_refused_and_nothing_is_written(bench, facts):
    with pytest.raises(EntryError) as refused:
        bench.append(1, facts=facts)
    assert refused.value.code == "evidence.entry"
    assert bench.verify().entries == 0


def test_a_kind_outside_the_closed_list_is_refused(bench):
    with pytest.raises(EntryError) as refused:
        bench.append(1, kind="contract.invented")
    assert refused.value.code == "evidence.entry"
    assert bench.verify().entries == 0


def test_contents_are_committed_to_and_open_again(bench):
    with bench.database.transaction() as connection:
        SqlContractKeys(connection, bench.vault).new_key("c1", ("company",))
    [receipt] = bench.append(1, contract="c1", contents={"declaration": b"I order.", "draft": b"pdf"})
    [entry] = bench.read(lambda ledger: ledger.of_contract("c1"))
    openings = bench.read(lambda ledger: ledger.openings(receipt.sequence))
    assert [(opening.name, opening.content) for opening in openings] == [
        ("declaration", b"I order."),
        ("draft", b"pdf"),
    ]
    for opening in openings:
        opening.check(entry.commitments[opening.name])
    assert b"I order." not in entry.canonical()


def test_after_the_erasure_nothing_opens_and_the_ledger_is_still_intact(bench):
    with bench.database.transaction() as connection:
        SqlContractKeys(connection, bench.vault).new_key("c1", ("company", "signatory"))
    bench.append(2, contract="c1", contents={"declaration": b"I order."})
    bench.stamp()
    with bench.database.transaction() as connection:
        keys = SqlContractKeys(connection, bench.vault)
        assert keys.destroy("c1", "signatory") is False
        assert keys.destroy("c1", "company") is True
    with pytest.raises(ErasedError):
        bench.read(lambda ledger: ledger.openings(0))
    with bench.database.transaction() as connection:
        assert bench.on(connection).erase_contents("c1") == 2
    assert bench.read(lambda ledger: ledger.openings(0)) == ()
    with bench.database.reading() as connection:
        assert connection.execute(select(sealed_content)).all() == []
    with pytest.raises(ErasedError):
        bench.append(1, contract="c1", contents={"x": b"y"})
    report = bench.verify()
    assert (report.intact, report.entries, report.heads) == (True, 2, 1)


def test_content_without_a_contract_is_refused(bench):
    with pytest.raises(EntryError):
        bench.append(1, contents={"x": b"y"})
    assert bench.verify().entries == 0


def test_proofs_from_the_stored_nodes_are_those_of_the_whole_tree(bench, monkeypatch):
    monkeypatch.setattr(ledger_module, "NODE_LEVEL", 2)
    receipts = bench.append(23)
    tree = MerkleTree(receipt.entry for receipt in receipts)
    with bench.database.reading() as connection:
        ledger = bench.on(connection)
        assert connection.execute(select(ledger_node)).all() != []
        assert ledger.tail() == tree.frontier
        for size in (1, 4, 13, 22, 23):
            for index in range(size):
                proof = ledger.inclusion(index, size)
                assert proof == tree.inclusion(index, size)
                check_inclusion(proof, leaf=receipts[index].entry, root=tree.root(size))
            proof = ledger.consistency(size, 23)
            assert proof == tree.consistency(size)
            check_consistency(proof, old_root=tree.root(size), new_root=tree.root())


def test_the_smallest_head_that_covers_an_entry_is_found(filled):
    find = [filled.read(lambda ledger, size=size: ledger.head_covering(size)) for size in (1, 3, 4, 5, 6)]
    heads = list(filled.read(lambda ledger: list(ledger.heads())))
    assert find == [heads[0], heads[0], heads[1], heads[1], None]


def test_the_chain_cannot_fork_even_if_the_locks_failed(bench):
    bench.append(2)
    with pytest.raises(IntegrityError), bench.database.transaction() as connection:
        row = connection.execute(select(ledger_entry).where(ledger_entry.c.seq == 1)).one()._asdict()
        connection.execute(ledger_entry.insert().values(row | {"seq": 2}))


# What a person with full access to the database may try; each is named.


def entry(seq):
    return ledger_entry.c.seq == seq


def flip(bench, table, column, where, position):
    with bench.database.transaction() as connection:
        data = bytearray(connection.execute(select(table.c[column]).where(where)).scalar_one())
        data[position] ^= 1
        connection.execute(update(table).where(where).values({column: bytes(data)}))


def test_any_changed_byte_of_any_entry_is_named(filled):
    for seq in (0, 3, 6):
        with filled.database.reading() as connection:
            length = len(connection.execute(select(ledger_entry.c.bytes).where(entry(seq))).scalar_one())
        for position in range(0, length, 23):
            flip(filled, ledger_entry, "bytes", entry(seq), position)
            report = filled.verify()
            assert (report.intact, report.code, report.entries) == (False, "entry.hash", seq)
            assert report.first_fault.startswith(f"entry {seq}: ")
            flip(filled, ledger_entry, "bytes", entry(seq), position)
    assert filled.verify().intact


@pytest.mark.parametrize(
    ("column", "code"), [("hash", "entry.hash"), ("prev", "entry.columns"), ("bytes", "entry.hash")]
)
def test_a_changed_column_is_named(filled, column, code):
    flip(filled, ledger_entry, column, entry(4), 5)
    report = filled.verify()
    assert (report.intact, report.code, report.entries) == (False, code, 4)


@pytest.mark.parametrize("change", [{"kind": "contract.failed"}, {"contract_id": "other"}])
def test_a_column_that_says_something_else_than_the_entry_is_named(filled, change):
    filled.change(update(ledger_entry).where(entry(2)).values(change))
    report = filled.verify()
    assert (report.intact, report.code, report.entries) == (False, "entry.columns", 2)


@pytest.mark.parametrize("seq", [0, 2, 4, 5])
def test_a_removed_row_is_named(filled, seq):
    filled.change(delete(ledger_entry).where(entry(seq)))
    report = filled.verify()
    assert (report.code, report.first_fault) == (
        "entry.missing",
        f"entry {seq} is missing: entry {seq + 1} stands in its place",
    )


def test_removed_last_rows_are_named_by_the_tail_and_behind_a_head_by_the_head(filled):
    filled.change(delete(ledger_entry).where(entry(6)))
    report = filled.verify()
    assert (report.code, report.entries) == ("tail.size", 6)
    filled.change(delete(ledger_entry).where(ledger_entry.c.seq >= 4))
    report = filled.verify()
    assert (report.code, report.first_fault) == (
        "head.size",
        "entries are missing at the end: a head covers 5 of them",
    )


def test_swapped_rows_are_named(filled):
    for old, new in ((1, 100), (2, 1), (100, 2)):
        filled.change(update(ledger_entry).where(entry(old)).values(seq=new))
    report = filled.verify()
    assert (report.code, report.entries) == ("entry.place", 1)


def test_a_rewritten_end_of_the_chain_is_named_by_the_tail(filled):
    stored = filled.read(lambda ledger: list(ledger.read()))
    from esign.evidence import Entry

    forged = Entry.parse(stored[6].data)
    forged = Entry(
        seq=6,
        at=forged.at,
        kind=EntryKind.CONTRACT_FAILED,
        contract=None,
        prev=forged.prev,
        facts={},
        commitments={},
    )
    filled.change(
        update(ledger_entry).where(entry(6)).values(bytes=forged.canonical(), hash=forged.hash, kind="contract.failed")
    )
    assert filled.verify().code == "tail.frontier"


def test_a_chain_rewritten_consistently_is_named_by_the_timestamped_head(filled):
    """The attacker owns the whole store, rewrites every hash and the tail, but has no timestamp authority."""
    clock = FixedClock(at=NOW + timedelta(seconds=1))
    with filled.database.transaction() as connection:
        connection.execute(delete(ledger_entry))
        connection.execute(delete(ledger_tail))
        for _ in range(7):
            SqlLedger(connection, SqlContractKeys(connection, filled.vault), clock).append(
                "contract.drawn_up", None, {}
            )
    report = filled.verify()
    assert (report.code, report.entries, report.heads) == ("head.root", 3, 0)


def test_a_changed_head_is_named(filled):
    for position in (8, 40, 100, 150):
        where = ledger_head.c.size == 3
        flip(filled, ledger_head, "bytes", where, position)
        report = filled.verify()
        assert report.intact is False
        assert report.code in {"head.format", "head.root", "head.last", "head.timestamp", "head.size", "head.order"}
        flip(filled, ledger_head, "bytes", where, position)


def test_a_head_whose_timestamp_is_that_of_another_head_is_named(filled):
    heads = filled.read(lambda ledger: list(ledger.heads()))
    filled.change(update(ledger_head).where(ledger_head.c.size == 5).values(token=heads[0].token))
    report = filled.verify()
    assert (report.code, report.heads) == ("head.timestamp", 1)
    assert report.first_fault == "head over 5 entries: proof.timestamp.imprint_differs"


def test_a_timestamp_of_an_authority_that_is_not_trusted_is_named(filled):
    with filled.database.reading() as connection:
        ledger = filled.on(connection)
        report = verify_ledger(ledger.read(), ledger.heads(), (TimestampAuthorityDouble().authority.der,))
    assert report.first_fault == "head over 3 entries: proof.timestamp.untrusted"


def test_an_entry_dated_after_the_timestamp_that_covers_it_is_named(bench):
    bench.clock.at = NOW + timedelta(minutes=6)
    bench.append(1)
    bench.stamp()
    report = bench.verify()
    assert (report.code, report.entries) == ("head.time", 1)


def test_entries_that_the_ledger_itself_says_are_dated_ahead_are_counted_and_are_no_fault(bench):
    bench.append(1)
    bench.clock.at = NOW + timedelta(hours=1)
    bench.append(2)
    bench.clock.at = NOW
    bench.append(1, kind="clock.corrected", facts={"first": 1, "last": 2, "seconds": 3600})
    bench.stamp()
    bench.append(1)
    bench.stamp()
    report = bench.verify()
    assert (report.intact, report.heads, report.ahead, report.proven_at) == (True, 2, 2, NOW)


@pytest.mark.parametrize(
    ("facts", "corrected_at", "after_the_head"),
    [
        ({"first": 1, "last": 1}, 0, False),
        ({"first": 2, "last": 2}, 0, False),
        ({"first": 1, "last": 3}, 0, False),  # it never speaks for itself
        ({"first": 1}, 0, False),
        ({"first": "1", "last": "2"}, 0, False),
        ({"first": 1, "last": 2}, 60, False),  # dated ahead itself
        ({"first": 1, "last": 2}, 0, True),
    ],
)
def test_what_is_said_about_other_entries_or_too_late_excuses_nothing(bench, facts, corrected_at, after_the_head):
    bench.append(1)
    bench.clock.at = NOW + timedelta(hours=1)
    bench.append(2)
    if after_the_head:
        bench.clock.at = NOW
        bench.stamp()
    bench.clock.at = NOW + timedelta(minutes=corrected_at)
    bench.append(1, kind="clock.corrected", facts=facts)
    bench.clock.at = NOW
    bench.stamp()
    report = bench.verify()
    assert (report.intact, report.code, report.heads) == (False, "head.time", 0)


def append_in_a_process(url, key, count):
    database = Database(url)
    vault = SealingKey(key)
    for _ in range(count):
        with database.transaction() as connection:
            keys = SqlContractKeys(connection, vault)
            SqlLedger(connection, keys, FixedClock(at=NOW)).append("contract.drawn_up", "c1", {}, {"x": b"content"})
    database.close()


def test_four_processes_appending_at_once_make_one_unbroken_chain(bench, url, tmp_path):
    key = (tmp_path / "keys" / "vault.key").read_bytes()
    with bench.database.transaction() as connection:
        SqlContractKeys(connection, bench.vault).new_key("c1", ("company",))
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=append_in_a_process, args=(url, key, 25)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    bench.stamp()
    report = bench.verify()
    assert (report.intact, report.entries, report.heads) == (True, 100, 1)


def test_an_entry_is_not_proved_in_a_head_before_it(filled):
    with filled.database.reading() as connection:
        ledger = filled.on(connection)
        tree = MerkleTree(stored.hash for stored in ledger.read())
        proof = ledger.inclusion(2, 3)
        with pytest.raises(InclusionError):
            check_inclusion(proof, leaf=next(ledger.read(4)).hash, root=tree.root(3))
