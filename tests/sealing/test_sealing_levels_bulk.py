"""Many documents at a time: concurrent, bounded, from a second authority where the first one fails, and back again."""

import asyncio
import hashlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from esign.sealing.levels import CircuitRule, TimestampRules
from esign.sealing.levels.errors import (
    TimestampBusy,
    TimestampUnavailable,
    TimestampUnreachable,
)
from esign.sealing.levels.health import Health
from tests.sealing.helpers.authorities import PATIENT, QUICK, Line, SmallAuthority, bulk


@pytest.fixture(scope="module")
def honest():
    return SmallAuthority()


def digests(count):
    return [hashlib.sha256(b"%d" % number).digest() for number in range(count)]


class Gate(Line):
    """Answers nobody until it is opened."""

    def __init__(self, authority, label="tsa1"):
        super().__init__(authority, label)
        self._opened = threading.Event()

    def open(self):
        self._opened.set()

    async def ask(self, request):
        self.requests.append(request)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        while not self._opened.is_set():
            await asyncio.sleep(0.001)
        self.under_way -= 1
        return self.authority.desk.answer(request)


def dead(_reply):
    raise TimestampUnreachable


def test_64_threads_get_the_token_of_their_own_document(honest):
    wanted = digests(256)
    line = Line(honest, wait=0.002)
    with bulk([line], [honest.root]) as timestamps, ThreadPoolExecutor(64) as threads:
        tokens = list(threads.map(timestamps.stamp, wanted))
    assert [token.digest for token in tokens] == wanted
    assert len({token.serial for token in tokens}) == 256
    assert line.most > 8
    assert len({id(token.certificate) for token in tokens[64:]}) < 10  # what is the same for all is held once


def test_never_more_are_under_way_than_allowed_and_who_wants_more_waits(honest):
    gate = Gate(honest)
    futures: list[Future] = []
    with bulk([gate], [honest.root], replace(PATIENT, most_in_flight=4)) as timestamps:

        def feed():
            futures.extend(timestamps.submit(digest) for digest in digests(40))

        feeder = threading.Thread(target=feed)
        feeder.start()
        feeder.join(0.1)
        assert feeder.is_alive()  # the fifth waits
        assert (timestamps.in_flight, len(futures)) == (4, 4)
        gate.open()
        feeder.join(10)
        assert [future.result(10).digest for future in futures] == digests(40)
    assert gate.most == 4


def test_a_dead_first_authority_slows_only_the_first_documents(honest):
    first, second = Line(honest, spoil=dead), Line(honest, "tsa2")
    rules = replace(PATIENT, circuit=CircuitRule(failures=5, rest=60.0))
    with bulk([first, second], [honest.root], rules) as timestamps:
        for digest in digests(50):
            timestamps.stamp(digest)
        assert [each.state for each in timestamps.health()] == ["open", "closed"]
    assert (len(first.requests), len(second.requests)) == (5, 50)


def test_an_authority_that_is_well_again_is_asked_first_again(honest):
    first, second = Line(honest, spoil=dead), Line(honest, "tsa2")
    rules = replace(PATIENT, circuit=CircuitRule(failures=2, rest=0.01, longest_rest=0.02))
    with bulk([first, second], [honest.root], rules) as timestamps:
        for digest in digests(4):
            timestamps.stamp(digest)
        first.spoil = lambda reply: reply
        while timestamps.health()[0].state != "closed":
            timestamps.stamp(digests(1)[0])
        asked = len(second.requests)
        timestamps.stamp(digests(1)[0])
    assert len(second.requests) == asked


def test_a_dead_authority_is_tried_beside_a_living_one_and_by_one_question_at_a_time(honest):
    """The document whose question tries it does not wait for the outcome."""
    first, second = Line(honest, spoil=dead), Line(honest, "tsa2")
    rules = replace(PATIENT, circuit=CircuitRule(failures=1, rest=0.0, longest_rest=0.0))
    with bulk([first, second], [honest.root], rules) as timestamps:
        timestamps.stamp(digests(1)[0])
        first.faults = Line(honest, silent=True).faults
        for digest in digests(20):
            timestamps.stamp(digest)
        assert timestamps.health()[0].state == "trying"
    assert first.most == 1


def test_documents_wait_through_a_short_outage_of_all_authorities(honest):
    line = Line(honest, spoil=dead)
    rules = replace(PATIENT, circuit=CircuitRule(failures=2, rest=0.01, longest_rest=0.02))
    with bulk([line], [honest.root], rules) as timestamps:
        futures = [timestamps.submit(digest) for digest in digests(20)]
        while timestamps.health()[0].state == "closed":
            pass
        line.spoil = lambda reply: reply
        assert [future.result(10).digest for future in futures] == digests(20)


def test_after_a_long_outage_documents_are_set_aside_at_once_until_a_try_succeeds(honest):
    line = Line(honest, spoil=dead)
    rules = replace(QUICK, seconds=5.0, patience=0.05, circuit=CircuitRule(failures=2, rest=30.0, longest_rest=30.0))
    with bulk([line], [honest.root], rules) as timestamps:
        with pytest.raises(TimestampUnreachable):
            timestamps.stamp(digests(1)[0])
        asked = len(line.requests)
        for digest in digests(100):
            with pytest.raises(TimestampUnavailable):
                timestamps.stamp(digest)
    assert len(line.requests) == asked  # and nobody was asked for it


def test_an_authority_that_asks_for_patience_gets_it_and_fewer_questions_at_a_time(honest):
    line = Line(honest)
    first = digests(32)

    def busy(reply):
        if len(line.requests) <= 32:
            raise TimestampBusy(status=429, seconds=0.02)
        return reply

    line.spoil = busy
    with bulk([line], [honest.root], replace(PATIENT, most_in_flight=32)) as timestamps:
        futures = [timestamps.submit(digest) for digest in first]
        assert [future.result(10).digest for future in futures] == first
        state = timestamps.health()[0]
    assert (state.state, state.failed, state.good) == ("closed", 32, 32)
    assert len(line.requests) == 64  # each was asked again once: nobody hammered
    assert state.window < 32


def test_after_a_while_as_many_are_asked_at_a_time_as_before(honest):
    line = Line(honest, wait=0.001)

    def busy_once(reply):
        if len(line.requests) <= 8:
            raise TimestampBusy(status=429, seconds=0.001)
        return reply

    line.spoil = busy_once
    with bulk([line], [honest.root], replace(PATIENT, most_in_flight=8)) as timestamps:
        futures = [timestamps.submit(digest) for digest in digests(100)]
        assert [future.result(10).digest for future in futures] == digests(100)
        assert timestamps.health()[0].window == 8
        line.most, line.wait = 0, 0.1
        for future in [timestamps.submit(digest) for digest in digests(9)]:
            future.result(10)
        assert line.most == 8
        assert all(task.done() for task in timestamps._tasks) and not timestamps._waiting  # nothing is left behind


def test_while_one_authority_rests_the_other_is_asked(honest):
    def busy(_reply):
        raise TimestampBusy(status=429, seconds=3600.0)

    first, second = Line(honest, spoil=busy), Line(honest, "tsa2")
    with bulk([first, second], [honest.root]) as timestamps:
        for digest in digests(5):
            timestamps.stamp(digest)
        assert timestamps.health()[0].state == "paused"
    assert (len(first.requests), len(second.requests)) == (1, 5)


def test_without_an_authority_there_is_no_timestamp(honest):
    with bulk([], [honest.root]) as timestamps, pytest.raises(TimestampUnavailable):
        timestamps.stamp(digests(1)[0])


def test_closing_gives_up_what_is_under_way_and_lets_nobody_wait(honest):
    line = Line(honest, silent=True)
    timestamps = bulk([line], [honest.root], replace(PATIENT, most_in_flight=2))
    futures = [timestamps.submit(digest) for digest in digests(2)]
    refused = []

    def one_more():
        try:
            timestamps.submit(digests(1)[0])
        except TimestampUnavailable as error:
            refused.append(error)

    waiting = threading.Thread(target=one_more)
    waiting.start()
    timestamps.close()
    waiting.join(10)
    timestamps.close()
    assert len(refused) == 1
    assert [type(future.exception(10)) for future in futures] == [TimestampUnavailable] * 2
    assert line.closed
    with pytest.raises(TimestampUnavailable):
        timestamps.stamp(digests(1)[0])


def test_who_loses_interest_makes_room(honest):
    line = Line(honest, silent=True)
    with bulk([line], [honest.root], replace(PATIENT, most_in_flight=1)) as timestamps:
        timestamps.submit(digests(1)[0]).cancel()
        line.faults = Line(honest).faults
        assert timestamps.stamp(digests(1)[0]).digest == digests(1)[0]


def test_a_circuit_opens_after_failures_in_a_row_only():
    health = Health(CircuitRule(failures=3, rest=1.0), 8)
    for _ in range(2):
        health.failed(0.0, "x")
    health.succeeded()
    for _ in range(2):
        health.failed(0.0, "x")
    assert health.admits(0.0)
    health.failed(0.0, "x")
    assert (health.admits(0.0), health.take_try(0.999), health.take_try(1.0), health.take_try(1.0)) == (
        False,
        False,
        True,
        False,
    )


def test_each_try_in_vain_doubles_the_rest_up_to_its_limit():
    health = Health(CircuitRule(failures=1, rest=1.0, longest_rest=3.0), 8)
    health.failed(0.0, "x")
    now = 0.0
    for rest in (1.0, 2.0, 3.0, 3.0):
        assert not health.take_try(now + rest - 0.001)
        now += rest
        assert health.take_try(now)
        health.failed(now, "x", trying=True)
        health.left(trying=True)
    assert health.told("a", now).state == "open"


def test_what_fails_late_does_not_prolong_the_rest():
    health = Health(CircuitRule(failures=1, rest=1.0), 8)
    health.failed(0.0, "x")
    health.failed(0.9, "x")
    assert health.take_try(1.0)


def test_a_pause_is_cut_to_its_limit_and_halves_the_window_once_for_all_who_hear_it():
    health = Health(CircuitRule(longest_pause=600.0), 64)
    for _ in range(10):
        health.pause(0.0, 86400.0, "busy")
    assert health.told("a", 0.0).window == 32
    assert (health.admits(599.0), health.admits(600.0)) == (False, True)
    for _ in range(10_000):
        health.succeeded()
    assert health.told("a", 600.0).window == 64


def test_the_defaults_are_those_of_the_documentation():
    rules = TimestampRules()
    assert (rules.most_in_flight, rules.seconds, rules.patience, rules.answers) == (256, 10.0, 120.0, 3)
    assert (rules.circuit.failures, rules.circuit.rest, rules.circuit.longest_rest) == (5, 1.0, 60.0)
