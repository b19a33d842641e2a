"""Sealing through a shared journal: workers that Celery wakes, and workers that look, beside the local path.

PostgreSQL is a temporary one without fsync; Redis keeps nothing; documents lie in folders. Rates are those between the
first tenth and the last twentieth, so that starting processes does not count.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from benchmarks.sealing_sources import invoices
from esign.seal_works import FolderBatch, SealOrder
from esign.seal_works.shared_batch import SharedBatch, celery_dispatcher
from esign.sealing.batches import Counts, NewItem
from tests.postgres import PostgresMissing, schema, server
from tests.sealing.helpers.seal_files import seal_file
from tests.sealing.helpers.servers import has_redis, redis

COUNT, ROUNDS, SIZE, PROCESSES = 4_000, 3, 111_000, 2


def measure(count: int = COUNT, rounds: int = ROUNDS) -> str:
    """Return the section in Markdown."""
    if not has_redis():
        return "## Sealing on many machines\n\nNot measured: redis-server is not installed."
    try:
        return "\n".join(_section(count, rounds))
    except PostgresMissing as error:
        return f"## Sealing on many machines\n\nNot measured: {error}"


def _section(count: int, rounds: int) -> list[str]:
    rates: dict[str, list[float]] = {"local": [], "looking": [], "celery": []}
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="esign-bench-shared-")))
        (work / "in").mkdir()
        for number, data in enumerate(invoices(SIZE, count)):
            (work / "in" / f"{number:06}.pdf").write_bytes(data)
        device = seal_file(work / "key")
        address = stack.enter_context(server())
        broker = stack.enter_context(redis())
        for number in range(rounds):
            rates["local"].append(_local(work, device, number))
            for way, url in (("looking", ""), ("celery", broker.url)):
                with schema(address) as journal:
                    rates[way].append(_shared(work, device, f"{way}-{number}", journal, url))
    local = statistics.median(rates["local"])
    names = {
        "local": "`esign seal`, journal beside the files (SQLite)",
        "looking": "`esign seal-worker`, journal on PostgreSQL, looking by itself",
        "celery": "`esign seal-worker`, journal on PostgreSQL, woken by Celery on Redis",
    }
    lines = [
        "## Sealing on many machines",
        "",
        f"{count:,} distinct invoices of 111 KB, P-256, level B-B, {PROCESSES} processes, chunks of 64; everything on",
        f"one machine; {rounds} rounds in turns. PostgreSQL without fsync (as the tests start it): the rows show the",
        "path, not the disk. Median (lowest to highest).",
        "",
        "| path | documents/s | of the local path | ms a document and process |",
        "|---|---|---|---|",
    ]
    for way, found in rates.items():
        middle = statistics.median(found)
        spread = f"{middle:,.0f} ({min(found):,.0f}–{max(found):,.0f})"
        lines.append(f"| {names[way]} | {spread} | **{middle / local:.2f}** | {1000 * PROCESSES / middle:.2f} |")
    return lines


class _Rate:
    """Documents a second, without the beginning and the end."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._marks: list[tuple[float, int]] = []

    def told(self, _: object, counts: Counts) -> None:
        self._marks.append((time.perf_counter(), counts.sealed + counts.set_aside))

    def rate(self) -> float:
        inner = [mark for mark in self._marks if self._count * 0.1 <= mark[1] <= self._count * 0.95]
        (began, first), (ended, last) = inner[0], inner[-1]
        return (last - first) / (ended - began)


def _items(work: Path) -> list[NewItem]:
    return [
        NewItem(source=os.fsencode(path), output=path.name.encode()) for path in sorted((work / "in").glob("*.pdf"))
    ]


def _local(work: Path, device: str, number: int) -> float:
    out, items = work / f"out-local-{number}", _items(work)
    rate = _Rate(len(items))
    order = SealOrder(device=device, out=out, chunk=64)
    out.mkdir()
    with FolderBatch(order=order) as batch:
        batch.run(items, jobs=PROCESSES, told=rate.told, stop=threading.Event(), every=0.05)
    return rate.rate()


def _shared(work: Path, device: str, name: str, journal: str, broker: str) -> float:
    out, items = work / f"out-{name}", _items(work)
    out.mkdir()
    rate = _Rate(len(items))
    order = SealOrder(device="", out=out, journal_url=journal, chunk=64, lease=timedelta(seconds=60))
    with _worker(out, device, journal, broker), ExitStack() as stack:
        dispatcher = celery_dispatcher(broker, stack) if broker else None
        batch = stack.enter_context(SharedBatch(order=order, dispatcher=dispatcher, patience=120))
        batch.run(items, told=rate.told, stop=threading.Event(), every=0.05)
    return rate.rate()


@contextmanager
def _worker(out: Path, device: str, journal: str, broker: str):
    words = ["--out", str(out), "--journal", journal, "--device", device, "--policy", "none", "--lease", "60"]
    more = ["--broker", broker] if broker else []
    process = subprocess.Popen(
        [sys.executable, "-m", "esign.cli", "seal-worker", *words, *more, "--jobs", str(PROCESSES)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(90)
