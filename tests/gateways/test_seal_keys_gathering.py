"""Wishes of many threads in one call: each gets its own answer, and no call is larger than it may be."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from esign.gateways.seal_keys.gathering import Answer, Gathering
from esign.sealing import SealKeyError
from esign.sealing.key_errors import SealKeyRefused, SealKeySignatureWrong


def test_each_wish_gets_its_own_answer_or_its_own_refusal():
    sizes: list[int] = []

    def call(wishes: Sequence[bytes]) -> list[Answer]:
        sizes.append(len(wishes))
        return [SealKeySignatureWrong() if wish.endswith(b"3") else wish * 2 for wish in wishes]

    gathering = Gathering(7, call)

    def ask(number: int) -> bytes | str:
        try:
            return gathering.ask(b"%d" % number)
        except SealKeyError as error:
            return error.code

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(ask, range(200)))
    for number, answer in enumerate(answers):
        assert answer == ("sealing.key.signature" if number % 10 == 3 else b"%d" % number * 2)
    assert sum(sizes) == 200 and max(sizes) <= 7
    assert gathering.waiting == 0


def test_one_thread_alone_waits_for_nobody():
    waited: list[float] = []

    def monotonic() -> float:
        waited.append(0.0)
        return float(len(waited))

    gathering = Gathering(100, lambda wishes: list(wishes), monotonic=monotonic)
    for _ in range(5):
        assert gathering.ask(b"a") == b"a"
    assert len(waited) == 10  # the beginning and end of each call, no look at the clock between


@pytest.mark.parametrize("fault", [SealKeyRefused(status=400), ZeroDivisionError()])
def test_a_call_that_fails_fails_for_all_and_the_next_one_goes_on(fault):
    faults = [fault]

    def call(wishes: Sequence[bytes]) -> list[Answer]:
        if faults:
            raise faults.pop()
        return list(wishes)

    gathering = Gathering(10, call)
    with pytest.raises(type(fault)):
        gathering.ask(b"a")
    assert gathering.ask(b"b") == b"b"
