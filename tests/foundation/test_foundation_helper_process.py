"""A helper process answers over its pipes, in an empty environment, and is ended when it takes too long."""

import os
import time

import pytest

from esign.foundation.helper_process import HelperProcess

ECHO = """
import os, sys
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(repr((line, sorted(set(os.environ) - {"LC_CTYPE"}), sys.flags.isolated)).encode() + b"\\n")
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def helper(tmp_path):
    worker = tmp_path / "worker.py"
    worker.write_text(ECHO)
    found = HelperProcess(worker)
    yield found
    found.end()


def test_it_answers_isolated_and_without_our_environment(helper):
    with helper.within(60):
        helper.source.write(b"a question\n")
        helper.source.flush()
        assert helper.answers.readline() == b"(b'a question\\n', [], 1)\n"
    assert (helper.alive, helper.late, helper.running) == (True, False, True)


def test_one_that_takes_too_long_is_ended_and_called_late(helper):
    with helper.within(0.01):
        assert helper.answers.read(1) == b"", "it waits for a question that never comes"
    assert helper.break_off()
    assert (helper.alive, helper.late, helper.running) == (False, True, False)


def test_one_that_breaks_down_is_not_called_late(helper):
    assert not helper.break_off()
    assert (helper.alive, helper.late, helper.running) == (False, False, False)


def test_a_forked_copy_does_not_talk_to_it_and_does_not_end_it(helper):
    child = os.fork()
    if child == 0:
        foreign = helper.running
        helper.end()
        os._exit(int(foreign))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    time.sleep(0.05)
    assert helper.running
