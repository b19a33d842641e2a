"""The verdict beside pyHanko's AdES validation with difference analysis and beside ``pdfsig``, in one run.

Run by itself: ``python -m benchmarks.verdict``; with a number: how many files are looked into in parallel.
"""

from __future__ import annotations

import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import typst

from benchmarks.figures import Row, table
from benchmarks.foreign import PDFSIG, pdfsig, pyhanko, run, used_by_children
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from esign.validation.verdict import verify
from tests.pades import small_world
from tests.validation.many_signatures import signed_often

ROUNDS = 15
GROWTH = (1, 8, 32, 100, 300)
FILES = 1_000
PARALLEL_ROUNDS = 3
_CORES = os.cpu_count() or 1
_LATER = timedelta(seconds=1)

_DRAFT = """
#set document(title: "Kaufvertrag", author: "Muster GmbH", date: datetime(year: 2026, month: 11, day: 22))
#set text(lang: "de", font: "Libertinus Serif")
#set page(paper: "a4", margin: 2cm, numbering: "1/1")
#pdf.attach("plan.txt", bytes("{plan}"), relationship: "data", mime-type: "text/plain", description: "Plan")
= Kaufvertrag über Möbel
#for i in range(9) [
== Klausel #str(i)
#lorem(160)
]
"""


class _Sample:
    """One file, and how long each takes to look into it.

    Args:
        what: Which one, for people.
        data: The file.
        world: Trust services.
        crls: Revocation lists for a file that holds none.
        rounds: How often.
    """

    def __init__(
        self, what: str, data: bytes, world: small_world.World, crls: tuple[bytes, ...] = (), rounds: int = ROUNDS
    ) -> None:
        self.what = f"{what}, {len(data) / 1000:,.0f} kB"
        self._data, self._crls, self._rounds = data, crls, rounds
        self._root, self._at = world.root.der, world.now + _LATER

    def ours(self) -> None:
        """Give the full verdict."""
        trust = TrustAnchors(certificates=(self._root,))
        verdict = verify(self._data, trust=trust, material=Material(crls=self._crls), at=self._at)
        if not verdict.clean:
            raise RuntimeError("the verdict on a good file is not clean")

    def theirs(self) -> None:
        """Have pyHanko validate every signature."""
        if pyhanko(self._data, root=self._root, at=self._at, crls=self._crls) < 1:
            raise RuntimeError("the peer refuses a good file")

    def row(self) -> str:
        """Return a line of the table: each in turn, several times; ratios round by round."""
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(self._data)
            file.flush()
            works: list[tuple[Callable[[], None], Callable[[], float]]] = [
                (self.ours, time.process_time),
                (self.theirs, time.process_time),
            ]
            if PDFSIG:
                works.append((partial(pdfsig, Path(file.name)), used_by_children))
            for work, _ in works:
                work()
            rounds = [[_cost(work, clock) for work, clock in works] for _ in range(self._rounds)]
        cells = [self.what]
        for place in range(len(works)):
            cells.append(_spread([found[place][0] * 1000 for found in rounds], "{:,.1f}"))
            cells.append(f"{statistics.median(found[place][1] * 1000 for found in rounds):,.1f}")
        for place in range(1, len(works)):
            cells.append(f"**{_spread([found[0][0] / found[place][0] for found in rounds], '{:.2f}')}**")
        return "| " + " | ".join(cells) + " |"


def measure(files: int = FILES) -> str:
    """Return the section."""
    head = ["file", "verdict CPU ms", "wall", "pyHanko CPU ms", "wall"]
    head += ["`pdfsig` CPU ms", "wall"] * bool(PDFSIG) + ["CPU / pyHanko"] + ["CPU / `pdfsig`"] * bool(PDFSIG)
    samples = _samples()
    words = (
        "Processor time, user and system, median (slowest and fastest round in brackets), each in turn in every round; "
        "ratios round by round. The verdict is all that `esign verify` says: signatures, chains, revocation, "
        "timestamps, levels, attachments and what was changed behind each signature. pyHanko: every signature by "
        "`ades_lta_validation` (B-B: `ades_basic_validation`) with its difference analysis, policy and anchors loaded "
        "once. `pdfsig -nocert`, a process a file, checks digests and signature values, and neither certificates nor "
        "changes. Only the processor time is to be trusted where others load the machine."
    )
    return "\n".join(
        [
            "## The verdict",
            "",
            words,
            "",
            "| " + " | ".join(head) + " |",
            "|---" * len(head) + "|",
            *(sample.row() for sample in samples),
            "",
            "### Growth with the number of signatures",
            "",
            _growth(),
            "",
            f"### {files:,} files, {_CORES} at a time",
            "",
            _parallel(files),
        ]
    )


def _samples() -> list[_Sample]:
    world = _world()
    base = typst.compile(
        _DRAFT.replace("{plan}", secrets.token_hex(33_000)).encode(), format="pdf", pdf_standards=["a-3a", "ua-1"]
    )
    walked = small_world.walk(world, base=base)
    plain = small_world.walk(world, base=base, signature_timestamp=False)
    crls = (world.crl(world.root), world.crl(world.authority))
    return [
        _Sample("B-B", plain.signed, world, crls),
        _Sample("B-LTA", walked.finished, world),
        _Sample("B-LTA, 8 signatures", signed_often(8, world).finished, world, rounds=max(3, ROUNDS // 3)),
    ]


def _world() -> small_world.World:
    """Return trust services of now: the peer asks the clock, whatever instant it is given."""
    return small_world.World(now=datetime.now(UTC).replace(microsecond=0))


def _growth() -> str:
    """Return what a signature costs where there are many."""
    world = _world()
    rows = []
    for count in GROWTH:
        sample = _Sample("", signed_often(count, world).finished, world)
        sample.ours()
        taken = [_cost(sample.ours, time.process_time)[0] * 1000 / count for _ in range(5)]
        rows.append(Row(f"{count} signature(s): CPU each", "ms", tuple(taken)))
    times = statistics.median(rows[-1].values) / statistics.median(rows[1].values)
    return f"{table(rows)}\n\nEach of {GROWTH[-1]} / each of {GROWTH[1]}: **{times:.2f}** (1 is linear)."


def _parallel(files: int) -> str:
    """Return how long a folder takes."""
    world = _world()
    at = world.now + _LATER
    with tempfile.TemporaryDirectory() as place:
        folder, root = Path(place) / "files", Path(place) / "root.pem"
        folder.mkdir()
        small_world.write_pem(root, world.root.der)
        data = small_world.walk(world).finished
        for number in range(files):
            (folder / f"{number:05}.pdf").write_bytes(data)
        command = [sys.executable, "-m", "esign.cli", "verify", str(folder), "--json", "--jobs", str(_CORES)]
        command += ["--trust", str(root), "--at", at.isoformat()]
        works: dict[str, Callable[[], None]] = {
            "`esign verify FOLDER`": partial(run, command),
            "pyHanko in a pool of processes": partial(_pool, sorted(folder.iterdir()), world.root.der, at),
        }
        if PDFSIG:
            each = f"find '{folder}' -name '*.pdf' -print0 | xargs -0 -P {_CORES} -n 1 '{PDFSIG}' -nocert"
            works["`xargs -P … pdfsig -nocert`"] = partial(run, ["sh", "-c", each])
        rounds = [{name: _cost(work, used_by_children) for name, work in works.items()} for _ in range(PARALLEL_ROUNDS)]
    first = next(iter(works))
    lines = ["| | files a second, wall | CPU ms a file | CPU: verdict / this |", "|---|---|---|---|"]
    for name in works:
        rate = _spread([files / found[name][1] for found in rounds], "{:,.0f}")
        cost = _spread([found[name][0] * 1000 / files for found in rounds], "{:,.1f}")
        ratio = _spread([found[first][0] / found[name][0] for found in rounds], "{:.2f}")
        lines.append(f"| {name} | {rate} | {cost} | {'–' if name == first else f'**{ratio}**'} |")
    words = (
        f"{files:,} copies of a B-LTA file of {len(data) / 1000:,.0f} kB in one folder; {PARALLEL_ROUNDS} rounds, "
        "each in turn. `esign verify` looks into each in a helper process with limits and prints its JSON; starting "
        "it, and reading every file, is counted."
    )
    return "\n".join([words, "", *lines])


def _pool(paths: Sequence[Path], root: bytes, at: datetime) -> None:
    with get_context("fork").Pool(_CORES) as pool:
        for _ in pool.imap_unordered(partial(_one, root=root, at=at), paths, chunksize=8):
            pass
        pool.close()
        pool.join()


def _one(path: Path, *, root: bytes, at: datetime) -> int:
    return pyhanko(path.read_bytes(), root=root, at=at)


def _cost(work: Callable[[], None], clock: Callable[[], float]) -> tuple[float, float]:
    """Return seconds of processor time and on the wall."""
    used, began = clock(), time.perf_counter()
    work()
    return clock() - used, time.perf_counter() - began


def _spread(values: Sequence[float], form: str) -> str:
    middle, least, most = (form.format(value) for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({least}–{most})"


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if sys.argv[1:] else FILES))
