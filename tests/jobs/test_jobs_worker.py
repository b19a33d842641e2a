"""The worker: does what is due, waits when nothing is, survives failures, stops between two tasks."""

import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.foundation.errors import EsignError
from esign.jobs import Backoff, Beside, Task, Worker


class Clock:
    def __init__(self):
        self.at = 100.0

    def __call__(self):
        return self.at


class MailServerSilent(EsignError):
    """The mail server did not answer."""

    code = "gateway.mail.unavailable"


def task(results, *, every=10.0, name="task", calls=None, backoff=None):
    def run():
        result = results.pop(0)
        if calls is not None:
            calls.append(name)
        if isinstance(result, Exception):
            raise result
        return result

    return Task(name=name, run=run, every=every, backoff=backoff or Backoff(first=1.0, limit=60.0, spread=0.0))


def test_a_task_that_found_nothing_is_asked_again_after_its_interval():
    clock, calls = Clock(), []
    worker = Worker([task([0, 0], calls=calls)], now=clock)
    assert worker.step() == 10.0
    clock.at += 9.9
    worker.step()
    assert calls == ["task"]
    clock.at += 0.1
    worker.step()
    assert calls == ["task", "task"]


def test_a_task_that_did_something_is_asked_again_at_once():
    worker = Worker([task([3, True, 0])], now=Clock())
    assert [worker.step(), worker.step(), worker.step()] == [0.0, 0.0, 10.0]


def test_a_failure_doubles_the_wait_and_a_success_ends_it():
    clock = Clock()
    worker = Worker([task([MailServerSilent(), MailServerSilent(), MailServerSilent(), 0])], now=clock)
    waits = []
    for _ in range(4):
        waits.append(worker.step())
        clock.at += waits[-1]
    assert waits == [1.0, 2.0, 4.0, 10.0]


def test_one_failing_task_does_not_hold_up_the_others():
    calls = []
    tasks = [task([RuntimeError("broken")], name="broken"), task([0], name="sound", calls=calls)]
    Worker(tasks, now=Clock()).step()
    assert calls == ["sound"]


def test_the_log_names_the_code_and_never_the_message(caplog):
    with caplog.at_level(logging.INFO, logger="esign.jobs"):
        worker = Worker([task([MailServerSilent("to jana@example.org")])], now=Clock())
        worker.step()
    (record,) = [record for record in caplog.records if record.message == "task failed"]
    assert (record.task, record.code, record.failures) == ("task", "gateway.mail.unavailable", 1)
    assert record.exc_info is None
    assert "jana" not in caplog.text


def test_a_stop_ends_the_loop_after_the_task_that_is_running():
    calls = []
    worker = Worker([], now=Clock())

    def run():
        calls.append("first")
        worker.stop()
        return 1

    worker = Worker([Task(name="first", run=run), task([0], name="second", calls=calls)], now=Clock())
    worker.run()
    assert calls == ["first"]
    assert worker.stopped


def test_a_waiting_worker_stops_at_once():
    worker = Worker([task([0], every=3600.0)], patience=3600.0)
    thread = threading.Thread(target=worker.run)
    thread.start()
    worker.stop()
    thread.join(5.0)
    assert not thread.is_alive()


def test_a_worker_without_tasks_waits_and_does_nothing():
    assert Worker([], now=Clock(), patience=5.0).step() == 5.0


@given(failures=st.integers(1, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_the_limit_nor_shorter_than_its_share(failures, draw):
    wait = Backoff(first=2.0, limit=60.0, spread=0.25).wait(failures, lambda: draw)
    assert 1.5 <= wait <= 60.0


@pytest.mark.parametrize(("failures", "wait"), [(1, 2.0), (2, 4.0), (3, 8.0), (5, 32.0), (6, 60.0), (99, 60.0)])
def test_waits_double_up_to_the_limit(failures, wait):
    assert Backoff(first=2.0, limit=60.0, spread=0.25).wait(failures, lambda: 0.0) == wait


def test_slow_work_beside_holds_nobody_up_and_is_never_done_twice_at_a_time():
    begun, end, times = threading.Event(), threading.Event(), []

    def work():
        times.append(1)
        begun.set()
        end.wait(5)

    beside = Beside("lists", work)
    assert beside() is False
    assert begun.wait(5)
    assert (beside(), len(times)) == (False, 1)
    end.set()
    beside.wait(5)
    beside()
    beside.wait(5)
    assert len(times) == 2


def test_what_fails_beside_is_logged_and_tried_again(caplog):
    def work():
        raise EsignError

    caplog.set_level(logging.WARNING, logger="esign.jobs")
    beside = Beside("lists", work)
    for _ in range(2):
        beside()
        beside.wait(5)
    assert [record.code for record in caplog.records if record.message == "task failed"] == ["esign", "esign"]
