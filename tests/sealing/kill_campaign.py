"""``./run kills``: stops sealing at every named step and at random moments, and looks for each document exactly once.

A trial seals a folder in a process that is killed (SIGKILL), once or several times in a row: at a step, or at a moment
that is drawn by lot. Then the same batch runs to its end, and everything is looked at: each document has exactly one
sealed file, whole, whose seal verifies; the journal says of each what is true; nothing else lies in the folder; and
running once more seals nothing.

Usage: python -m tests.sealing.kill_campaign [--moments N] [--workers N] [--seed N] [--documents N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from esign.seal_works import FolderBatch, SealOrder
from esign.sealing import Sealed, check_sealed
from esign.sealing.batches import Item, ItemResult, NewItem
from tests.pades import small_world
from tests.sealing.helpers.seal_files import certificate_of, seal_file

STEPS = (
    *("claimed", "read", "begun", "verified", "sealed", "checked", "written"),
    *("settled", "promised", "named", "confirmed", "recorded"),
)
"""Every step of a document or a chunk at level B-B."""
CHUNK = 5


@dataclass
class KillAt:
    """Kills the process as it comes to a step for the so-manieth time."""

    step: str
    times: int

    def __call__(self, step: str, item: Item | None = None) -> None:
        if step == self.step:
            self.times -= 1
            if self.times == 0:
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Field:
    """A folder of documents, good and bad, and where they are sealed."""

    folder: Path
    documents: int = 12
    device: str = ""
    good: dict[str, bytes] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.device = seal_file(self.folder / "key")
        draft = small_world.draft()
        for number in range(self.documents):
            data = draft + b"%%%d\n" % number
            self.good[f"{number % 3}/{number:04}.pdf"] = data
        self.bad = {"0/empty.pdf": "sealing.document.empty", "1/text.pdf": "sealing.document.not_pdf"}
        for name, data in (*self.good.items(), ("0/empty.pdf", b""), ("1/text.pdf", b"no document")):
            path = self.folder / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def items(self) -> list[NewItem]:
        """Return everything that is given; one document twice, as lists do."""
        names = [*self.good, *self.bad, next(iter(self.good))]
        return [NewItem(source=str(self.folder / "in" / name).encode(), output=name.encode()) for name in names]

    def order(self, out: Path, steps: Callable[..., None] | None = None) -> SealOrder:
        more = {} if steps is None else {"steps": steps}
        return SealOrder(device=self.device, out=out, chunk=CHUNK, threads=2, **more)

    def run(self, out: Path, steps: Callable[..., None] | None = None, *, jobs: int = 0) -> list[ItemResult]:
        """Seal the folder; returns what was told."""
        told: list[ItemResult] = []
        with FolderBatch(order=self.order(out, steps)) as batch:
            batch.run(
                self.items(),
                jobs=jobs,
                told=lambda results, _: told.extend(results),
                stop=threading.Event(),
                every=0.01,
            )
        return told

    def faults(self, out: Path, told: list[ItemResult]) -> list[str]:
        """Return everything that is not as it must be after the batch has run to its end."""
        found = []
        certificate = certificate_of()
        for name, data in self.good.items():
            path = out / name
            if not path.is_file():
                found.append(f"lost: {name}")
                continue
            sealed = path.read_bytes()
            if not sealed.startswith(data):
                found.append(f"not the document: {name}")
                continue
            try:
                check_sealed(
                    data, Sealed(sealed[len(data) :], (0, 0, 0, 0), b"", "incremental"), certificate=certificate
                )
            except Exception as error:
                found.append(f"not whole: {name}: {error}")
            said = [each for each in told if each.item.output == name.encode()]
            if not said or any(each.digest_out != hashlib.sha256(sealed).digest() for each in said):
                found.append(f"told otherwise: {name}: {[each.code for each in said]}")
        for name, code in self.bad.items():
            if [each.code for each in told if each.item.output == name.encode()] != [code]:
                found.append(f"not told: {name}")
        there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
        if strange := {name for name in there if not name.startswith(".esign-seal/")} - set(self.good):
            found.append(f"left behind: {sorted(strange)}")
        if len(told) != len(self.items()):
            found.append(f"{len(told)} lines for {len(self.items())} documents")
        return found


def killed_at(ground: Field, out: Path, step: str, times: int) -> bool:
    """Seal in a process that kills itself at a step; returns whether it came to that."""
    return _in_child(lambda: ground.run(out, KillAt(step, times))) == -signal.SIGKILL


def killed_after(ground: Field, out: Path, seconds: float) -> bool:
    """Seal in a process that is killed after some time; returns whether it was still working."""
    child = os.fork()
    if child == 0:
        _leave(lambda: ground.run(out))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def judged(ground: Field, out: Path) -> list[str]:
    """Run the batch to its end, once more after that, and return what is wrong."""

    def look() -> None:
        found = ground.faults(out, ground.run(out))
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}
        told = ground.run(out)
        found += [f"again: {fault}" for fault in ground.faults(out, told)]
        found += [f"sealed twice: {each.item.output!r}" for each in told if each.sealed and not each.again]
        if before != {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}:
            found.append("a sealed file was touched again")
        (out.parent / "faults.json").write_text(json.dumps(found))

    status = _in_child(look)
    return [f"ended with {status}"] if status else json.loads((out.parent / "faults.json").read_text())


def worker_killed(ground: Field, out: Path, seconds: float, *, parent: bool) -> None:
    """Seal with worker processes, and kill one of them, or the one above them, after some time."""
    code = (
        "import sys; from pathlib import Path; from tests.sealing.kill_campaign import Field, reopened;"
        "reopened(Path(sys.argv[1]), int(sys.argv[2])).run(Path(sys.argv[3]), jobs=2)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(ground.folder), str(ground.documents), str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    time.sleep(seconds)
    victims = [process.pid] if parent else _children(process.pid)
    if victims:
        os.kill(random.choice(victims), signal.SIGKILL)
    process.wait(120)


def reopened(folder: Path, documents: int) -> Field:
    """Return the same field in another process."""
    return Field(folder, documents)


def _children(pid: int) -> list[int]:
    """Return the worker processes below a process: the children of its fork server."""
    try:
        below = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        servers = [each for each in below if b"forkserver" in Path(f"/proc/{each}/cmdline").read_bytes()]
        found = [Path(f"/proc/{each}/task/{each}/children").read_text().split() for each in servers]
    except OSError:
        return []
    return [int(each) for some in found for each in some]


def _in_child(act: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        _leave(act)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _leave(act: Callable[[], object]) -> None:
    try:
        act()
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(3)
    os._exit(0)


@dataclass
class Score:
    """What a campaign comes to."""

    trials: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    faults: list[str] = field(default_factory=list)


def campaign(folder: Path, *, moments: int, workers: int, seed: int, documents: int) -> Score:
    """Run all trials; each in a folder of its own."""
    chance = random.Random(seed)
    ground = Field(folder / "ground", documents)
    score = Score()

    def trial(kind: str, kill: Callable[[Path], None]) -> None:
        place = folder / f"trial-{sum(score.trials.values())}"
        out = place / "out"
        out.mkdir(parents=True)
        kill(out)
        score.trials[kind] += 1
        if found := judged(ground, out):
            score.faults += [f"{kind}: {fault}" for fault in found]
        else:
            shutil.rmtree(place)

    def at(step: str, times: int) -> Callable[[Path], None]:
        def kill(out: Path) -> None:
            score.kills += killed_at(ground, out, step, times)

        return kill

    for step in STEPS:
        for times in (1, 2, 7):
            trial(f"step {step}", at(step, times))
    whole = _seconds(ground, folder / "whole")

    def at_random(out: Path) -> None:
        for _ in range(chance.choice((1, 1, 2, 4))):
            score.kills += killed_after(ground, out, chance.uniform(0.0, whole))

    for _ in range(moments):
        trial("random moment", at_random)
    for number in range(workers):
        trial(
            "worker process" if number % 2 else "process above",
            lambda out, number=number: worker_killed(ground, out, chance.uniform(1.0, 4.0), parent=number % 2 == 0),
        )
    return score


def _seconds(ground: Field, place: Path) -> float:
    place.mkdir()
    began = time.perf_counter()
    _in_child(lambda: ground.run(place / "out"))
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=40)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--documents", type=int, default=12)
    asked = parser.parse_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="esign-kills-"))
    score = campaign(folder, moments=asked.moments, workers=asked.workers, seed=asked.seed, documents=asked.documents)
    steps = sum(count for kind, count in score.trials.items() if kind.startswith("step "))
    print(f"seed {asked.seed}; {asked.documents} documents a trial, one given twice, two that cannot be sealed")
    print(f"trials at {len(STEPS)} named steps: {steps}")
    for kind in ("random moment", "process above", "worker process"):
        print(f"trials, {kind}: {score.trials[kind]}")
    print(f"processes killed at work by step or moment: {score.kills}; {time.monotonic() - began:.0f} s")
    for fault in score.faults:
        print(f"FAULT {fault}")
    print("faults: none" if not score.faults else f"faults: {len(score.faults)} (see {folder})")
    if not score.faults:
        shutil.rmtree(folder)
    return 1 if score.faults else 0


if __name__ == "__main__":
    sys.exit(main())
