"""What a person with full access to the database may try: each change of the ledger is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from esign.evidence import EntryKind, verify_ledger
from esign.foundation.clock import FixedClock
from esign.store.contract_keys import SqlContractKeys
from esign.store.ledger import SqlLedger
from esign.store.tables_ledger import ledger_entry, ledger_head, ledger_tail
from tests.identity.helpers.tsa import TimestampAuthorityDouble
from tests.store.conftest import NOW


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
