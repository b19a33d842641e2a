"""``./run kills``: stops sealing at every named step and at random moments, and looks for each document exactly once.

A trial seals a folder in a process that is killed (SIGKILL), once or several times in a row: at a step, or at a moment
that is drawn by lot. What stands under a name then is looked at: it is whole and at its level. Then the same batch runs
to its end, and everything is looked at: each document has exactly one sealed file, whole, whose seal and timestamps
verify; the journal says of each what is true; nothing else lies in the folder; running once more seals nothing; and our
own full verdict on some of them is what was ordered. B-T to B-LTA have the services of a sandbox, in processes of their
own, which are killed as well: then documents are set aside, or sealed with the second authority, and the next run
finishes them.

Usage: python -m tests.sealing.kill_campaign [--levels B-B,B-T,…] [--moments N] [--workers N] [--authorities N]
[--seed N] [--documents N]
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from esign.seal_works import recipe
from esign.sealing.batches import Item, ItemResult
from esign.sealing.levels import CircuitRule, TimestampRules
from tests.sealing.helpers.kill_field import Field, seal
from tests.sealing.helpers.served_world import ServedWorld, served_world

_FIRST, _LAST = ("claimed", "read", "admitted", "begun"), ("sealed", "checked", "written")
_CHUNK = ("settled", "promised", "named", "confirmed", "recorded")
STEPS = {
    "B-B": (*_FIRST, "verified", *_LAST, *_CHUNK),
    "B-T": (*_FIRST, "stamped", "verified", *_LAST, *_CHUNK),
    "B-LT": (*_FIRST, "stamped", "verified", "stored", "raised", *_LAST, *_CHUNK),
    "B-LTA": (*_FIRST, "stamped", "verified", "stored", "archived", "raised", *_LAST, *_CHUNK),
}
"""Every step of a document or a chunk, by level."""
IMPATIENT = TimestampRules(
    seconds=2.0, patience=0.4, pause=0.01, longest_pause=0.05, circuit=CircuitRule(rest=0.05, longest_rest=0.1)
)
"""As the command asks, only that a dead authority is waited for less than half a second instead of two minutes."""


@dataclass
class At:
    """Does something as the process comes to a step for the so-manieth time."""

    step: str
    times: int
    act: Callable[[], None]

    def __call__(self, step: str, item: Item | None = None) -> None:
        if step == self.step:
            self.times -= 1
            if self.times == 0:
                self.act()


def kill(pid: int) -> None:
    """Kill a process, this one included."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def killed_at(ground: Field, out: Path, step: str, times: int) -> bool:
    """Seal in a process that kills itself at a step; returns whether it came to that."""
    die = At(step, times, lambda: kill(os.getpid()))
    return _in_child(lambda: ground.run(out, die)) == -signal.SIGKILL


def killed_after(ground: Field, out: Path, seconds: float) -> bool:
    """Seal in a process that is killed after some time; returns whether it was still working."""
    child = os.fork()
    if child == 0:
        _leave(lambda: ground.run(out))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def judged(ground: Field, out: Path, doubt: str = "") -> list[str]:
    """Look at what stands, run the batch to its end, once more after that, and return what is wrong.

    Args:
        ground: What was to be sealed.
        out: Where.
        doubt: A document that gets the full verdict.
    """

    def look() -> None:
        found = [f"before it went on: {fault}" for fault in ground.standing(out)]
        found += ground.faults(out, ground.run(out))
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}
        told = ground.run(out)
        found += [f"again: {fault}" for fault in ground.faults(out, told)]
        found += [f"sealed twice: {each.item.output!r}" for each in told if each.sealed and not each.again]
        if before != {path: path.stat().st_mtime_ns for path in out.rglob("*.pdf")}:
            found.append("a sealed file was touched again")
        if doubt:
            found += ground.doubted(doubt, out)
        _keep(out, found)

    status = _in_child(look)
    return [f"ended with {status}"] if status else _kept(out)


def authority_killed(ground: Field, out: Path, when: At | float, *, lists: bool = False) -> list[str]:
    """Seal while the first authority (or the lists) die, at a step or after some seconds; returns what is wrong.

    With a second authority everything is sealed; without, a document is sealed or set aside with a code of timestamps
    or levels, and nothing stands under a name that is not whole and at its level.
    """
    desk = ground.world.lists if lists else ground.world.first
    timer = None if isinstance(when, At) else threading.Timer(when, desk.kill)

    def look() -> None:
        recipe.bulk_timestamps = partial(recipe.bulk_timestamps, rules=IMPATIENT)
        told = ground.run(out, when if isinstance(when, At) else None)
        found = ground.faults(out, told) if ground.reserve else ground.standing(out) + _set_aside_wrongly(ground, told)
        _keep(out, found)

    if timer is not None:
        timer.start()
    status = _in_child(look)
    if timer is not None:
        timer.join()
    ground.world.close()
    ground.world.open()
    return [f"ended with {status}"] if status else _kept(out)


def _set_aside_wrongly(ground: Field, told: list[ItemResult]) -> list[str]:
    """Return every line that is neither a sealed document nor one that waits for an authority."""
    codes = {each.item.output.decode(): each.code for each in told if not each.sealed}
    strange = {
        name: code
        for name, code in codes.items()
        if name not in ground.bad and not code.startswith(("sealing.timestamp.", "sealing.level.revocation"))
    }
    lines = [] if len(told) == len(ground.items()) else [f"{len(told)} lines"]
    return [*lines, *(f"set aside otherwise: {name}: {code}" for name, code in strange.items())]


def worker_killed(ground: Field, out: Path, seconds: float, *, parent: bool) -> None:
    """Seal with worker processes, and kill one of them, or the one above them, after some time."""
    code = "import sys; from tests.sealing.kill_campaign import seal_saved; seal_saved(sys.argv[1])"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(ground.save(out.parent, out))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    time.sleep(seconds)
    victims = [process.pid] if parent else _children(process.pid)
    if victims:
        kill(random.choice(victims))
    process.wait(120)


def seal_saved(path: str) -> None:
    """Seal with two worker processes what another process wrote down."""
    order, items = pickle.loads(Path(path).read_bytes())
    seal(order, items, jobs=2)


def _children(pid: int) -> list[int]:
    """Return the worker processes below a process: the children of its fork server."""
    try:
        below = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        servers = [each for each in below if b"forkserver" in Path(f"/proc/{each}/cmdline").read_bytes()]
        found = [Path(f"/proc/{each}/task/{each}/children").read_text().split() for each in servers]
    except OSError:
        return []
    return [int(each) for some in found for each in some]


def _keep(out: Path, found: list[str]) -> None:
    (out.parent / "faults.json").write_text(json.dumps(found))


def _kept(out: Path) -> list[str]:
    found: list[str] = json.loads((out.parent / "faults.json").read_text())
    return found


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
    aside: int = 0
    """Documents that were set aside because an authority was away, and sealed by the next run."""
    faults: list[str] = field(default_factory=list)


@dataclass
class Campaign:
    """All trials, each in a folder of its own."""

    folder: Path
    world: ServedWorld
    chance: random.Random
    documents: int
    score: Score = field(default_factory=Score)

    def ground(self, level: str, *, reserve: bool = False) -> Field:
        place = self.folder / f"ground-{level}{'-reserve' if reserve else ''}"
        return Field(place, self.world, documents=self.documents, level=level, reserve=reserve)

    def trial(self, ground: Field, kind: str, stop: Callable[[Path], list[str] | None]) -> None:
        """Let something be killed, then judge."""
        place = self.folder / f"trial-{sum(self.score.trials.values())}"
        out = place / "out"
        out.mkdir(parents=True)
        found = stop(out) or []
        found += judged(ground, out, doubt=self.chance.choice(sorted(ground.good)))
        self.score.trials[f"{ground.level}, {kind}"] += 1
        if found:
            self.score.faults += [f"{ground.level}, {kind}: {fault} ({place})" for fault in found]
        else:
            shutil.rmtree(place)

    def steps(self, ground: Field) -> None:
        """Kill at every step, at the first document that comes to it, the second and the seventh."""
        for step in STEPS[ground.level]:
            for times in (1, 2, 7):
                self.trial(ground, "named step", partial(self._at, ground, step, times))

    def moments(self, ground: Field, count: int) -> None:
        """Kill at moments drawn by lot."""
        whole = self._seconds(ground)
        for _ in range(count):
            self.trial(ground, "random moment", partial(self._at_random, ground, whole))

    def workers(self, ground: Field, count: int) -> None:
        """Kill worker processes, and the one above them."""
        for number in range(count):
            kind, seconds = ("worker process" if number % 2 else "process above"), self.chance.uniform(1.0, 4.0)
            self.trial(ground, kind, partial(worker_killed, ground, seconds=seconds, parent=number % 2 == 0))

    def authorities(self, levels: Sequence[str], count: int) -> None:
        """Kill the timestamp authority in mid-batch, with and without a second one, and the revocation lists."""
        for level in levels:
            for reserve in (False, True):
                ground = self.ground(level, reserve=reserve)
                kind = "authority killed, a second one there" if reserve else "authority killed"
                whole = self._seconds(ground)
                for step in ("begun", "stamped", *(("stored", "archived") if level == "B-LTA" else ())):
                    when = At(step, self.chance.randint(1, 8), lambda: kill(self.world.first.pid))
                    self.trial(ground, kind, partial(self._authority, ground, when))
                for _ in range(count):
                    when = self.chance.uniform(0.0, whole)
                    self.trial(ground, kind, partial(self._authority, ground, when))
            if level != "B-T":
                ground = self.ground(level)
                for _ in range(count):
                    when = self.chance.uniform(0.0, whole)
                    self.trial(ground, "lists killed", partial(self._authority, ground, when, lists=True))

    def _authority(self, ground: Field, when: At | float, out: Path, *, lists: bool = False) -> list[str]:
        found = authority_killed(ground, out, when, lists=lists)
        self.score.aside += len(ground.good) - len(list(out.rglob("*.pdf")))
        return found

    def _at(self, ground: Field, step: str, times: int, out: Path) -> None:
        self.score.kills += killed_at(ground, out, step, times)

    def _at_random(self, ground: Field, whole: float, out: Path) -> None:
        for _ in range(self.chance.choice((1, 1, 2, 4))):
            self.score.kills += killed_after(ground, out, self.chance.uniform(0.0, whole))

    def _seconds(self, ground: Field) -> float:
        place = Path(tempfile.mkdtemp(prefix="whole-", dir=self.folder))
        began = time.perf_counter()
        _in_child(lambda: ground.run(place / "out"))
        return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", default=",".join(STEPS), help="which ones, with commas between")
    parser.add_argument("--moments", type=int, default=1000, help="at B-B; a fifth of them over the other levels")
    parser.add_argument("--workers", type=int, default=40, help="at B-B; a fifth of them over the other levels")
    parser.add_argument("--authorities", type=int, default=5, help="random moments of each kind")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--documents", type=int, default=12)
    asked = parser.parse_args()
    levels = asked.levels.split(",")
    higher = [level for level in levels if level != "B-B"]
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="esign-kills-"))
    with served_world(folder / "world") as world:
        campaign = Campaign(folder, world, random.Random(asked.seed), asked.documents)
        for level in levels:
            ground = campaign.ground(level)
            share = 1 if level == "B-B" else 5 * len(higher)
            campaign.steps(ground)
            campaign.moments(ground, -(-asked.moments // share))
            campaign.workers(ground, -(-asked.workers // share))
        if asked.authorities:
            campaign.authorities(higher, asked.authorities)
    score = campaign.score
    print(f"seed {asked.seed}; {asked.documents} documents a trial, one given twice, two that cannot be sealed")
    for kind, count in score.trials.items():
        print(f"trials at {kind}: {count}")
    print(f"processes killed at work by step or moment: {score.kills}; {time.monotonic() - began:.0f} s")
    print(f"documents set aside while an authority or the lists were away: {score.aside}")
    for fault in score.faults:
        print(f"FAULT {fault}")
    print("faults: none" if not score.faults else f"faults: {len(score.faults)} (see {folder})")
    if not score.faults:
        shutil.rmtree(folder)
    return 1 if score.faults else 0


if __name__ == "__main__":
    sys.exit(main())
