"""Several transactions become one: all of it happens, or nothing; reading in between sees what was written."""

from __future__ import annotations

import threading

import pytest

from esign.engine.api.records import ApiKeyRecord, KeptAnswer
from esign.store.errors import StoreError
from esign.store.unit_of_work import SqlStore
from tests.store.conftest import NOW


def record(name: str) -> ApiKeyRecord:
    return ApiKeyRecord(
        id=name,
        tenant="default",
        digest=name.encode().ljust(32, b"0"),
        prefix="esk_",
        name=name,
        scopes="",
        created_by="x",
        created_at=NOW,
        expires_at=NOW,
    )


@pytest.fixture
def store(database, vault, clock) -> SqlStore:
    return SqlStore(database, vault, clock)


def names(store) -> list[str]:
    with store.reading() as tx:
        return sorted(each.id for each in tx.api_keys.of_tenant("default"))


def add(store, name: str) -> None:
    with store.transaction() as tx:
        tx.api_keys.add(record(name))


def test_all_of_it_happens(store):
    with store.together():
        add(store, "a")
        add(store, "b")
        assert names(store) == ["a", "b"]
    assert names(store) == ["a", "b"]


def test_or_nothing(store):
    with pytest.raises(RuntimeError), store.together():
        add(store, "a")
        raise RuntimeError
    assert names(store) == []


def test_a_part_that_failed_takes_the_rest_with_it_even_if_somebody_looks_away(store):
    with pytest.raises(StoreError), store.together():
        add(store, "a")
        with pytest.raises(RuntimeError), store.transaction():
            raise RuntimeError
    assert names(store) == []


def test_others_see_nothing_until_it_is_over_and_are_not_kept_waiting_before_it_begins(store):
    seen = []
    with store.together():
        assert names(store) == []  # reading begins nothing
        other = threading.Thread(target=lambda: add(store, "other"))
        other.start()
        other.join(timeout=20)
        add(store, "a")
        reader = threading.Thread(target=lambda: seen.append(names(store)))
        reader.start()
        reader.join(timeout=20)
    assert seen == [["other"]]
    assert names(store) == ["a", "other"]


def test_it_may_be_refused_at_its_beginning(store):
    def refuse(tx) -> None:
        raise PermissionError

    with pytest.raises(PermissionError), store.together(first=refuse):
        add(store, "a")
    assert names(store) == []


def test_it_is_not_joined_twice_and_leaves_the_thread_as_it_was(store):
    with pytest.raises(StoreError), store.together(), store.together():
        pass
    add(store, "a")
    assert names(store) == ["a"]


def test_a_kept_answer_opens_only_where_it_was_kept(store):
    answer = KeptAnswer(fingerprint="f", status=201, headers=(("Location", "x"),), body=b"{}")
    with store.transaction() as tx:
        tx.answers.put("k", b"d" * 32, answer, NOW.replace(year=2027))
    with store.reading() as tx:
        assert tx.answers.get("k", b"d" * 32, NOW) == answer
        assert tx.answers.get("other", b"d" * 32, NOW) is None
        assert tx.answers.get("k", b"d" * 32, NOW.replace(year=2028)) is None
