from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from esign.store.errors import LeaseLost
from esign.store.outbox import RetryRule, SqlOutbox
from esign.store.tables_outbox import outbox
from tests.store.conftest import NOW

RULE = RetryRule(most=3, first=timedelta(seconds=10), longest=timedelta(seconds=15), lease=timedelta(seconds=60))
SECOND = timedelta(seconds=1)


def put(database, count=1, due_at=NOW):
    with database.transaction() as connection:
        box = SqlOutbox(connection, RULE)
        return [box.add("contract", "mail", b"sealed %d" % number, due_at) for number in range(count)]


def claim(database, owner="a", now=NOW, limit=10):
    with database.transaction() as connection:
        return SqlOutbox(connection, RULE).claim(owner, now, limit)


def finish(database, work, now=NOW):
    with database.transaction() as connection:
        SqlOutbox(connection, RULE).finish(work, now)


def fail(database, work, now=NOW, **how):
    with database.transaction() as connection:
        return SqlOutbox(connection, RULE).fail(work, now, "gateways.mail.unreachable", **how)


def row(database, number):
    with database.reading() as connection:
        return connection.execute(select(outbox).where(outbox.c.id == number)).one()


def test_work_that_is_due_is_leased_once(database):
    put(database, 2)
    first = claim(database)
    assert [work.payload for work in first] == [b"sealed 0", b"sealed 1"]
    assert [work.attempt for work in first] == [1, 1]
    assert claim(database, "b") == ()


def test_work_that_is_not_due_yet_waits(database):
    put(database, due_at=NOW + SECOND)
    assert claim(database) == ()
    assert len(claim(database, now=NOW + SECOND)) == 1


def test_the_longest_due_comes_first(database):
    put(database, 1, NOW - SECOND)
    [number] = put(database, 1, NOW - 5 * SECOND)
    assert [work.id for work in claim(database, limit=1)] == [number]


def test_finished_work_never_comes_again_and_keeps_no_payload(database):
    [number] = put(database)
    [work] = claim(database)
    finish(database, work)
    assert claim(database, now=NOW + timedelta(days=365)) == ()
    done = row(database, number)
    assert (done.state, done.payload, done.finished_at) == ("done", b"", NOW)


def test_failed_work_waits_longer_each_time_and_is_dead_after_the_last(database):
    [number] = put(database)
    now = NOW
    for pause in (10, 15):
        [work] = claim(database, now=now)
        assert fail(database, work, now) is False
        assert claim(database, now=now + timedelta(seconds=pause) - SECOND) == ()
        now += timedelta(seconds=pause)
    [work] = claim(database, now=now)
    assert fail(database, work, now) is True
    dead = row(database, number)
    assert (dead.state, dead.attempts, dead.last_code) == ("dead", 3, "gateways.mail.unreachable")
    assert dead.payload == b"", "a link that was never sent is nobody's any more"
    assert claim(database, now=now + timedelta(days=365)) == ()


def test_work_that_can_never_succeed_is_dead_at_once(database):
    [number] = put(database)
    [work] = claim(database)
    assert fail(database, work, finally_=True) is True
    assert row(database, number).state == "dead"


def test_an_expired_lease_is_taken_over_and_the_first_worker_can_record_nothing(database):
    [number] = put(database)
    [late] = claim(database, "a")
    assert claim(database, "b", NOW + timedelta(seconds=59)) == ()
    [taken] = claim(database, "b", NOW + timedelta(seconds=60))
    assert taken.attempt == 2
    for settle in (finish, fail):
        with pytest.raises(LeaseLost) as refused:
            settle(database, late)
        assert refused.value.code == "store.outbox.lease_lost"
    assert row(database, number).owner == "b"
    finish(database, taken)
    assert row(database, number).state == "done"


def test_the_same_worker_that_comes_back_too_late_is_fenced_off_too(database):
    put(database)
    [late] = claim(database, "a")
    [again] = claim(database, "a", NOW + timedelta(seconds=60))
    with pytest.raises(LeaseLost):
        finish(database, late)
    finish(database, again)


def test_a_lost_lease_takes_the_whole_transaction_with_it(database):
    put(database)
    [late] = claim(database, "a")
    claim(database, "b", NOW + timedelta(seconds=60))
    with pytest.raises(LeaseLost), database.transaction() as connection:
        box = SqlOutbox(connection, RULE)
        box.add("contract", "mail", b"follow-up", NOW)
        box.finish(late, NOW)
    with database.reading() as connection:
        assert len(connection.execute(select(outbox)).all()) == 1


def test_work_that_kills_its_workers_is_dead_after_the_last_attempt(database):
    [number] = put(database)
    now = NOW
    for _ in range(3):
        assert len(claim(database, now=now)) == 1
        now += RULE.lease
    assert claim(database, now=now) == ()
    with database.transaction() as connection:
        [buried] = SqlOutbox(connection, RULE).bury(now, "store.outbox.lease_lost")
    assert (buried.id, buried.attempt) == (number, 3)
    dead = row(database, number)
    assert (dead.state, dead.last_code, dead.payload) == ("dead", "store.outbox.lease_lost", b"")
    with database.transaction() as connection:
        assert SqlOutbox(connection, RULE).bury(now, "store.outbox.lease_lost") == ()


def test_work_that_is_leased_or_may_be_tried_again_is_not_buried(database):
    put(database)
    claim(database)
    for now in (NOW, NOW + RULE.lease):
        with database.transaction() as connection:
            assert SqlOutbox(connection, RULE).bury(now, "store.outbox.lease_lost") == ()


def test_a_mail_server_may_be_away_for_two_days():
    rule = RetryRule()
    waited = sum((rule.pause(attempt) for attempt in range(1, rule.most)), timedelta())
    assert timedelta(days=2) < waited < timedelta(days=3)


def test_workers_at_the_same_time_never_share_work(database):
    put(database, 60)
    taken: list[int] = []

    def work(name: str) -> None:
        while mine := claim(database, name, limit=3):
            for one in mine:
                finish(database, one)
                taken.append(one.id)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60
    assert len(set(taken)) == 60
