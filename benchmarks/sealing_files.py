"""Sealing from files to files: journal, fsync and the check before release included.

Beside it: sealing the same documents in memory (one process, one thread), and a bare pool of processes that only
hashes, signs with the same library, writes and fsyncs each document. Rounds take turns; what is compared ran in one.

Run by itself: ``python -m benchmarks.sealing_files [--count N] [--rounds N] [--keys P-256,RSA-2048] [--folder DIR]``.
The folder is to lie on the disk that is meant: on memory an fsync costs nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.sealing_sources import invoices
from esign.gateways.seal_keys import open_seal_key
from esign.seal_works import FolderBatch, SealOrder
from esign.sealing import Sealer, SealProfile
from esign.sealing.batches import NewItem
from tests.sealing.helpers.seal_files import seal_file

KEYS = ("P-256", "RSA-2048", "RSA-3072")
COUNT, ROUNDS, SIZE = 10_000, 3, 111_000
PROCESSES = (1, 2, 4)
_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def measure(count: int = COUNT, rounds: int = ROUNDS, keys: Sequence[str] = KEYS, folder: Path | None = None) -> str:
    """Return the section in Markdown."""
    work = Path(tempfile.mkdtemp(prefix="esign-bench-files-", dir=folder))
    try:
        return "\n".join(_section(work, count, rounds, keys))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _section(work: Path, count: int, rounds: int, keys: Sequence[str]) -> list[str]:
    source = work / "in"
    source.mkdir()
    for number, data in enumerate(invoices(SIZE, count)):
        (source / f"{number:06}.pdf").write_bytes(data)
    weight = statistics.mean(path.stat().st_size for path in list(source.iterdir())[:100])
    lines = [
        "## Sealing from files to files",
        "",
        f"{count:,} distinct invoices of {weight / 1000:.0f} kB, level B-B, median of {rounds} rounds that take turns;",
        "documents a second between the first tenth and the last twentieth, so that starting processes does not count.",
        "Gain: how many times what one process reaches. *Bare*: a pool that hashes, signs, writes and fsyncs.",
        "",
        "| key | in memory | processes | bare | esign seal | of in memory | of bare | bare gains | gains | of that |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in keys:
        device = seal_file(work / "keys" / kind, kind)
        memory: list[float] = []
        bare: dict[int, list[float]] = {processes: [] for processes in PROCESSES}
        ours: dict[int, list[float]] = {processes: [] for processes in PROCESSES}
        for _ in range(rounds):
            memory.append(_apart("memory", device, source, work, count, 1)["rate"])
            for processes in PROCESSES:
                bare[processes].append(_apart("bare", device, source, work, count, processes)["rate"])
                ours[processes].append(_apart("esign", device, source, work, count, processes)["rate"])
        whole = statistics.median(memory)
        first, own = statistics.median(bare[1]), statistics.median(ours[1])
        for processes in PROCESSES:
            there, here = statistics.median(bare[processes]), statistics.median(ours[processes])
            lines.append(
                f"| {kind} | {whole:,.0f} | {processes} | {there:,.0f} | **{here:,.0f}** | {here / whole:.0%} "
                f"| {here / there:.0%} | {there / first:.2f} | {here / own:.2f} | {here / own / (there / first):.0%} |"
            )
    device = seal_file(work / "keys" / keys[0], keys[0])
    few, many = (_apart("esign", device, source, work, number, 2) for number in (min(1000, count), count))
    lines += [
        "",
        f"Memory of the largest process with {min(1000, count):,} documents: {few['rss']:.0f} MB, with {count:,}: "
        f"{many['rss']:.0f} MB. The whole command with 2 processes, starting them included: {many['seconds']:.1f} s.",
    ]
    return lines


def _apart(what: str, device: str, source: Path, work: Path, count: int, processes: int) -> dict[str, float]:
    """Measure in a process of its own."""
    out = Path(tempfile.mkdtemp(prefix="out-", dir=work))
    arguments = [what, device, str(source), str(out), str(count), str(processes)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sealing_files", "--one", *arguments],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[1],
    )
    # Emptied, not deleted: a file system that avoids numbers of files deleted just now would slow the next round down.
    for path in out.rglob("*"):
        if path.is_file():
            os.truncate(path, 0)
    os.sync()
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _one(what: str, device: str, source: Path, out: Path, count: int, processes: int) -> dict[str, float]:
    names = sorted(path.name for path in source.iterdir())[:count]
    began = time.perf_counter()
    highest = _Highest()
    highest.start()
    rate = {"memory": _memory, "bare": _bare, "esign": _esign}[what](device, source, out, names, processes)
    seconds = time.perf_counter() - began
    return {"rate": rate, "seconds": seconds, "rss": highest.end() / 1024}


class _Highest(threading.Thread):
    """Looks which process of this one's, itself included, holds the most memory."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._kilobytes = 0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.1):
            self._look(os.getpid())

    def end(self) -> int:
        """Return the kilobytes."""
        self._ended.set()
        return self._kilobytes

    def _look(self, pid: int) -> None:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return
        held = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
        self._kilobytes = max(self._kilobytes, held)
        for each in below:
            self._look(int(each))


def _memory(device: str, source: Path, out: Path, names: Sequence[str], processes: int) -> float:
    """Seal in memory: begin and finish, as a library call."""
    sealer = Sealer(open_seal_key(device), SealProfile(name="Muster GmbH"))
    documents = [(source / name).read_bytes() for name in names[:2000]]
    for document in documents[:50]:
        sealer.seal(document, claimed_at=_AT)
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        for document in documents:
            sealer.seal(document, claimed_at=_AT)
        best = max(best, len(documents) / (time.perf_counter() - began))
    return best


_bare_key = None
_bare_out = ""


def _bare_begin(device: str, out: str) -> None:
    global _bare_key, _bare_out
    _bare_key, _bare_out = open_seal_key(device), out


def _bare_one(path: str) -> None:
    data = Path(path).read_bytes()
    digest = hashlib.sha256(data).digest()
    assert _bare_key is not None
    signature = _bare_key.sign(digest)
    handle = os.open(f"{_bare_out}/{path.rpartition('/')[2]}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.writev(handle, [data, signature, bytes(8192)])
    os.fsync(handle)
    os.close(handle)


def _bare(device: str, source: Path, out: Path, names: Sequence[str], processes: int) -> float:
    seen: list[tuple[float, int]] = []
    with multiprocessing.get_context("spawn").Pool(processes, _bare_begin, (device, str(out))) as pool:
        paths = [str(source / name) for name in names]
        for number, _ in enumerate(pool.imap_unordered(_bare_one, paths, chunksize=64), 1):
            seen.append((time.perf_counter(), number))
    return _between(seen, len(names))


def _esign(device: str, source: Path, out: Path, names: Sequence[str], processes: int) -> float:
    items = [NewItem(source=os.fsencode(source / name), output=os.fsencode(name)) for name in names]
    seen: list[tuple[float, int]] = []
    faults: list[str] = []

    def told(results, counts) -> None:
        seen.append((time.perf_counter(), counts.sealed))
        faults.extend(result.code for result in results if not result.sealed)

    with FolderBatch(order=SealOrder(device=device, out=out)) as batch:
        counts = batch.run(items, jobs=processes, told=told, stop=threading.Event(), every=0.05)
    if counts.sealed != len(names) or faults:
        raise RuntimeError(f"not everything was sealed: {faults[:3]}")
    return _between(seen, len(names))


def _between(seen: Sequence[tuple[float, int]], count: int) -> float:
    """Return documents a second between the first tenth and the last twentieth."""
    begin = next(each for each in seen if each[1] >= count // 10)
    end = next(each for each in seen if each[1] >= count - count // 20)
    return (end[1] - begin[1]) / (end[0] - begin[0]) if end[0] > begin[0] else 0.0


def main() -> None:
    if "--one" in sys.argv:
        what, device, source, out, count, processes = sys.argv[sys.argv.index("--one") + 1 :]
        print(json.dumps(_one(what, device, Path(source), Path(out), int(count), int(processes))))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keys", default=",".join(KEYS))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    print(measure(asked.count, asked.rounds, asked.keys.split(","), asked.folder))


if __name__ == "__main__":
    main()
