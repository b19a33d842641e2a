from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.evidence import CommitmentError, Entry, EntryError, EntryKind, Head, HeadError, Opening
from esign.evidence.commitment import commitment

AT = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
ENTRY = Entry(
    seq=7,
    at=AT,
    kind=EntryKind.INTENT_DECLARED,
    contract="c1",
    prev=bytes(range(32)),
    facts={"attempt": 1, "tau": "ab" * 32, "sandbox": True, "none": None},
    commitments={"transcript": bytes(32)},
)
HEAD = Head(size=8, root=bytes([1] * 32), last=bytes([2] * 32), at=AT)

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
FACTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.from_regex(r"[A-Za-z0-9_.:/+=-]{0,200}", fullmatch=True),
)
ENTRIES = st.builds(
    Entry,
    seq=st.integers(0, 2**53 - 1),
    at=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),
    kind=st.sampled_from(EntryKind),
    contract=st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)),
    prev=st.binary(min_size=32, max_size=32),
    facts=st.dictionaries(NAMES, FACTS, max_size=5),
    commitments=st.dictionaries(NAMES, st.binary(min_size=32, max_size=32), max_size=3),
)


def test_the_encoding_of_an_entry_never_changes():
    assert ENTRY.canonical() == (
        b'{"at":"2026-11-22T10:00:00.123456Z","commitments":{"transcript":"' + b"0" * 64 + b'"},"contract":"c1",'
        b'"facts":{"attempt":1,"none":null,"sandbox":true,"tau":"' + b"ab" * 32 + b'"},"kind":"intent.declared",'
        b'"prev":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","seq":7,"v":"esign-ledger/1"}'
    )
    assert ENTRY.hash == hashlib.sha256(b"esign/1/ledger-entry" + ENTRY.canonical()).digest()


def test_the_encoding_of_a_head_never_changes():
    assert HEAD.canonical() == (
        b'{"at":"2026-11-22T10:00:00.123456Z","last":"' + b"02" * 32 + b'","root":"' + b"01" * 32
        + b'","size":8,"v":"esign-ledger-head/1"}'
    )  # fmt: skip
    assert HEAD.digest == hashlib.sha256(b"esign/1/ledger-head" + HEAD.canonical()).digest()


def test_the_encoding_of_a_commitment_never_changes():
    expected = hashlib.sha256(
        b"esign/1/commitment" + b"\x00\x00\x00\x20" + bytes(32) + b"\x00\x00\x00\x04name" + b"content"
    ).digest()
    assert commitment("name", bytes(32), b"content") == expected


@given(ENTRIES)
def test_an_entry_is_read_as_it_was_written(entry):
    assert Entry.parse(entry.canonical()) == entry


@given(st.binary(max_size=300))
def test_other_bytes_are_refused_and_nothing_else_happens(data):
    for parse, error in ((Entry.parse, EntryError), (Head.parse, HeadError)):
        with pytest.raises(error):
            parse(data)


@given(st.data())
def test_an_entry_with_any_byte_changed_is_another_entry_or_none(data):
    raw = bytearray(ENTRY.canonical())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        assert Entry.parse(bytes(raw)).hash != ENTRY.hash
    except EntryError as error:
        assert error.code == "evidence.entry"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("v", "esign-ledger/2"),
        ("seq", -1),
        ("seq", True),
        ("seq", "7"),
        ("at", "2026-11-22T10:00:00Z"),
        ("at", "2026-11-22T10:00:00.1Z"),
        ("at", "2026-11-22T10:00:00.123456+01:00"),
        ("at", 5),
        ("kind", "intent.invented"),
        ("kind", None),
        ("contract", ""),
        ("contract", 5),
        ("contract", "a b"),
        ("prev", "00"),
        ("prev", "AB" * 32),
        ("facts", []),
        ("facts", {"name": "Erika Mustermann"}),
        ("facts", {"mail": "erika@example.org"}),
        ("facts", {"x": {}}),
        ("facts", {"X": 1}),
        ("facts", {"x": "a" * 201}),
        ("commitments", {"x": "00"}),
        ("commitments", {"x y": "00" * 32}),
        ("commitments", None),
        ("more", 1),
    ],
)
def test_an_entry_of_another_form_is_refused(member, value):
    table = json.loads(ENTRY.canonical()) | {member: value}
    with pytest.raises(EntryError) as refused:
        Entry.parse(json.dumps(table, sort_keys=True, separators=(",", ":")).encode())
    assert refused.value.code == "evidence.entry"


@pytest.mark.parametrize(
    ("member", "value"),
    [("v", "x"), ("size", 0), ("size", True), ("size", "8"), ("root", "00"), ("last", None), ("at", "x"), ("more", 1)],
)
def test_a_head_of_another_form_is_refused(member, value):
    table = json.loads(HEAD.canonical()) | {member: value}
    with pytest.raises(HeadError) as refused:
        Head.parse(json.dumps(table, sort_keys=True, separators=(",", ":")).encode())
    assert refused.value.code == "evidence.head"


def test_an_instant_without_a_zone_is_refused_and_another_zone_is_written_in_utc():
    with pytest.raises(EntryError):
        Entry(seq=0, at=datetime(2026, 1, 1), kind=ENTRY.kind, contract=None, prev=bytes(32), facts={}, commitments={})
    berlin = timezone(timedelta(hours=1))
    entry = Entry(
        seq=0,
        at=datetime(2026, 1, 1, 1, tzinfo=berlin),
        kind=ENTRY.kind,
        contract=None,
        prev=bytes(32),
        facts={},
        commitments={},
    )
    assert b'"at":"2026-01-01T00:00:00.000000Z"' in entry.canonical()


def test_what_an_entry_says_cannot_be_changed_afterwards():
    facts = {"attempt": 1}
    entry = Entry(seq=0, at=AT, kind=ENTRY.kind, contract=None, prev=bytes(32), facts=facts, commitments={})
    before = entry.canonical()
    facts["attempt"] = 2
    assert entry.canonical() == before
    with pytest.raises(TypeError):
        entry.facts["attempt"] = 2


def test_a_commitment_opens_with_its_own_name_salt_and_content_only():
    opening = Opening.fresh("transcript", b"content")
    opening.check(opening.commitment)
    for other in (
        Opening(name="transcript", salt=opening.salt, content=b"other"),
        Opening(name="declaration", salt=opening.salt, content=b"content"),
        Opening(name="transcript", salt=bytes(32), content=b"content"),
        Opening.fresh("transcript", b"content"),
    ):
        with pytest.raises(CommitmentError) as refused:
            other.check(opening.commitment)
        assert refused.value.code == "evidence.commitment"
    with pytest.raises(CommitmentError):
        Opening(name="x", salt=b"short", content=b"")


def test_salt_and_content_stand_in_no_representation():
    opening = Opening.fresh("transcript", b"SECRET-CONTENT")
    assert "SECRET" not in repr(opening)
    assert repr(opening.salt) not in repr(opening)
