"""Sealing from files to files: journal, fsync and the check before release included.

Beside it, each in the same rounds, which take turns:

* sealing the same documents in memory (one process, one thread);
* a bare pool of processes that only hashes, signs with the same library, writes and fsyncs each document;
* the calls alone: what the work itself consists of and nothing else, in as many processes and threads, fsynced by as
  many documents at a time: read, hash, sign, hash again, verify, write without a name, fsync, name, fsync the folder.
  No PDF, no CMS, no journal: the limit for everything that is written in this language with these libraries.

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
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from benchmarks.sealing_sources import invoices
from esign.gateways.seal_keys import open_seal_key
from esign.jobs.seal_loop import CHUNK
from esign.seal_works import FolderBatch, SealOrder
from esign.seal_works.order import THREADS
from esign.sealing import Sealer, SealProfile
from esign.sealing.batches import NewItem
from tests.sealing.helpers.seal_files import seal_file

KEYS = ("P-256", "RSA-2048", "RSA-3072")
COUNT, ROUNDS, SIZE = 10_000, 3, 111_000
PROCESSES = (1, 2, 4)
WAYS = ("bare", "calls", "esign", "single")
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
        "*Bare*: a pool that hashes, signs, writes and fsyncs. *Calls*: reading, hashing, signing, hashing again,",
        "verifying, writing, fsyncing by the chunk and naming, in as many threads, and nothing else: no PDF, no CMS,",
        "no journal; the limit of this path.",
        "",
        "| key | in memory | processes | bare | calls | esign seal | of in memory | of bare | of the calls |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    gains = [
        "",
        "Gain: how many times what one process reaches. *One thread*: `esign seal` with one thread a process, as the",
        f"bare pool has it, instead of {THREADS}, with which one process uses more than one core already.",
        "",
        "| key | processes | bare | calls | esign seal | of bare's | of the calls' | one thread | of bare's |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in keys:
        device = seal_file(work / "keys" / kind, kind)
        memory: list[float] = []
        rates: dict[tuple[str, int], list[float]] = {(what, each): [] for what in WAYS for each in PROCESSES}
        for _ in range(rounds):
            memory.append(_apart("memory", device, source, work, count, 1)["rate"])
            for processes in PROCESSES:
                for what in WAYS:
                    rates[what, processes].append(_apart(what, device, source, work, count, processes)["rate"])
        whole = statistics.median(memory)
        median = {which: statistics.median(seen) for which, seen in rates.items()}
        for processes in PROCESSES:
            bare, calls, here, _ = (median[what, processes] for what in WAYS)
            lines.append(
                f"| {kind} | {whole:,.0f} | {processes} | {bare:,.0f} | {calls:,.0f} | **{here:,.0f}** "
                f"| {here / whole:.0%} | {here / bare:.0%} | {here / calls:.0%} |"
            )
            bare, calls, here, single = (median[what, processes] / median[what, 1] for what in WAYS)
            if processes > 1:
                gains.append(
                    f"| {kind} | {processes} | {bare:.2f} | {calls:.2f} | **{here:.2f}** | {here / bare:.0%} "
                    f"| {here / calls:.0%} | **{single:.2f}** | {single / bare:.0%} |"
                )
    lines += gains
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
    ways = {"memory": _memory, "bare": _bare, "calls": _calls, "esign": _esign, "single": _single}
    rate = ways[what](device, source, out, names, processes)
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


_TAIL = bytes(8192)


def _calls_of_chunk(paths: Sequence[str]) -> int:
    """Make the calls that sealing a chunk consists of."""
    assert _bare_key is not None
    public = load_der_x509_certificate(_bare_key.certificate).public_key()
    folder = os.open(_bare_out, os.O_RDONLY | os.O_DIRECTORY)
    descriptors = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY)
    written = []
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        data = os.read(handle, os.fstat(handle).st_size)
        os.close(handle)
        digest = hashlib.sha256(data).digest()
        signature = _bare_key.sign(digest)
        again = hashlib.sha256(data).digest()
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, again, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, again, padding.PKCS1v15(), hashes.SHA256())
        handle = os.open(_bare_out, os.O_TMPFILE | os.O_RDWR, 0o644)
        os.writev(handle, [data, signature, _TAIL])
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        written.append((handle, path.rpartition("/")[2]))
    for handle, _ in written:
        os.fsync(handle)
    for handle, name in written:
        os.link(str(handle), name, src_dir_fd=descriptors, dst_dir_fd=folder)
        os.close(handle)
    os.fsync(folder)
    os.close(folder)
    os.close(descriptors)
    return len(paths)


def _calls_of_process(device: str, out: str, chunks: Any, done: Any) -> None:
    """Take chunks in several threads until there are no more."""
    _bare_begin(device, out)

    def run() -> None:
        while (paths := chunks.get()) is not None:
            done.put(_calls_of_chunk(paths))

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _calls(device: str, source: Path, out: Path, names: Sequence[str], processes: int) -> float:
    context = multiprocessing.get_context("spawn")
    chunks, done = context.Queue(), context.Queue()
    paths = [str(source / name) for name in names]
    for begin in range(0, len(paths), CHUNK):
        chunks.put(paths[begin : begin + CHUNK])
    for _ in range(processes * THREADS):
        chunks.put(None)
    workers = [
        context.Process(target=_calls_of_process, args=(device, str(out), chunks, done)) for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    seen: list[tuple[float, int]] = []
    count = 0
    while count < len(paths):
        count += done.get(timeout=120)
        seen.append((time.perf_counter(), count))
    for worker in workers:
        worker.join()
    return _between(seen, len(names))


def _single(device: str, source: Path, out: Path, names: Sequence[str], processes: int) -> float:
    return _esign(device, source, out, names, processes, threads=1)


def _esign(device: str, source: Path, out: Path, names: Sequence[str], processes: int, threads: int = THREADS) -> float:
    items = [NewItem(source=os.fsencode(source / name), output=os.fsencode(name)) for name in names]
    seen: list[tuple[float, int]] = []
    faults: list[str] = []

    def told(results, counts) -> None:
        seen.append((time.perf_counter(), counts.sealed))
        faults.extend(result.code for result in results if not result.sealed)

    with FolderBatch(order=SealOrder(device=device, out=out, threads=threads)) as batch:
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
