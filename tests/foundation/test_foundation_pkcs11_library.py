"""The library of a token's maker: told of threads, used by one at a time where it cannot keep them apart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from esign.foundation.pkcs11_library import Pkcs11DriverMissing, Pkcs11Library, Pkcs11LibraryError

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
OK, CANT_LOCK, ALREADY, FAILED = 0x0, 0xA, 0x191, 0x5


class Functions:
    """What a library answers; a call with arguments tells it of threads."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.calls: list[str] = []

    def initialize(self, arguments: int | None) -> int:
        self.calls.append("alone" if arguments is None else "threads")
        return self.answers.pop(0) if self.answers else OK

    def finalize(self, _: None) -> int:
        self.calls.append("end")
        return OK


def library(*answers: int) -> tuple[Pkcs11Library, Functions]:
    if not MODULE.exists():
        pytest.skip("SoftHSM is not installed")
    made = Pkcs11Library(MODULE)
    made._functions = functions = Functions(*answers)
    return made, functions


def most_at_once(made: Pkcs11Library) -> int:
    inside, most, lock, all_in = 0, 0, threading.Lock(), threading.Barrier(4)

    def work(_: int) -> None:
        nonlocal inside, most
        all_in.wait(5)
        with made.using():
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.01)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    return most


def test_a_library_that_keeps_threads_apart_is_used_by_several():
    made, functions = library()
    assert most_at_once(made) > 1
    assert functions.calls == ["threads"]


@pytest.mark.parametrize(
    ("answers", "calls"), [((CANT_LOCK,), ["threads", "alone"]), ((ALREADY,), ["threads"])], ids=["cannot", "foreign"]
)
def test_one_that_cannot_or_that_somebody_else_started_is_used_by_one_at_a_time(answers, calls):
    made, functions = library(*answers)
    assert most_at_once(made) == 1
    assert functions.calls == calls


def test_it_starts_again_once_for_all_who_ask_and_never_what_is_not_ours():
    made, functions = library()
    with made.using():
        generation = made.generation
    made.start_again(generation)
    made.start_again(generation)
    assert (made.generation, functions.calls) == (generation + 1, ["threads", "end", "threads"])
    foreign, functions = library(ALREADY)
    with foreign.using():
        pass
    foreign.start_again(foreign.generation)
    assert functions.calls == ["threads"]


def test_what_does_not_start_is_told_and_tried_again_at_the_next_use():
    made, _ = library(FAILED)
    with pytest.raises(Pkcs11LibraryError) as refused, made.using():
        pass
    assert refused.value.facts == {"result": "0x5"}
    with made.using():
        pass


def test_a_file_that_is_no_library_is_told(tmp_path):
    (tmp_path / "none.so").write_bytes(b"none")
    for path in (tmp_path / "none.so", tmp_path / "gone.so"):
        with pytest.raises(Pkcs11DriverMissing) as refused:
            Pkcs11Library.at(path)
        assert refused.value.facts == {"file": path.name}
