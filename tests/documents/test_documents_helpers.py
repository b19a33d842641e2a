"""How many helpers work at a time: who uploads without end must not take every thread of the server."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from esign.cli.server import THREADS
from esign.documents import HelpersBusy, helpers, normalise, render_page
from tests.documents.pdf_making import made


def test_threads_are_left_for_everybody_else() -> None:
    assert helpers.RUNNING + helpers.WAITING <= THREADS - 2


def test_few_run_few_wait_and_all_others_are_sent_away_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = helpers.Bench(running=2, waiting=1, patience=10)
    monkeypatch.setattr(helpers, "BENCH", bench)
    lock, gate = threading.Lock(), threading.Event()
    now, most = 0, 0

    def slow(*arguments: Any, **options: Any) -> Any:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        gate.wait(10)
        with lock:
            now -= 1
        return None

    monkeypatch.setattr(helpers.subprocess, "run", slow)
    with ThreadPoolExecutor(3) as pool:
        held = [pool.submit(helpers.run, ["x"], b"", seconds=1) for _ in range(3)]
        while bench._places._value > 0 or now < 2:
            time.sleep(0.01)
        begun = time.monotonic()
        for _ in range(20):
            with pytest.raises(HelpersBusy) as refused:
                helpers.run(["x"], b"", seconds=1)
        assert time.monotonic() - begun < 10, "twenty of them waited"
        assert (refused.value.code, refused.value.facts) == ("documents.busy", {"again": helpers.AGAIN})
        gate.set()
        for each in held:
            each.result(10)
    assert most == 2
    helpers.run(["x"], b"", seconds=1)  # every place was given back


def test_who_waits_too_long_is_sent_away_and_gives_the_place_back() -> None:
    bench = helpers.Bench(running=1, waiting=1, patience=0.05)
    with bench.place():
        for _ in range(3):
            with pytest.raises(HelpersBusy), bench.place():
                pass
    with bench.place():
        pass


def test_uploads_and_pictures_share_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = helpers.Bench(running=1, waiting=0, patience=0.05)
    monkeypatch.setattr(helpers, "BENCH", bench)
    pdf = normalise(made(pages=1)).pdf
    with bench.place():
        with pytest.raises(HelpersBusy):
            normalise(made(pages=1))
        with pytest.raises(HelpersBusy):
            render_page(pdf)
    assert render_page(pdf, scale=0.2).startswith(b"\x89PNG")
