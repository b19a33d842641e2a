from __future__ import annotations

import multiprocessing

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from esign.evidence import EntryError, ErasedError
from esign.foundation.clock import FixedClock
from esign.proof import InclusionError, MerkleTree, check_consistency, check_inclusion
from esign.store import ledger as ledger_module
from esign.store.contract_keys import SqlContractKeys
from esign.store.database import Database
from esign.store.ledger import SqlLedger
from esign.store.tables_ledger import ledger_entry, ledger_node, sealed_content
from esign.store.vault import SealingKey
from tests.store.conftest import NOW


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
