"""``./run fuzz``: random changes by the hundred thousand; whatever comes in, the answer is a verdict, and a true one.

1. Nothing is raised, no check breaks. 2. Each verdict takes less than ten seconds of processor time, and the process
stays below its limit of memory. 3. A file that is called clean shows, to programs that are not under test, the same
pages, texts and attachments as before it was changed, unless the verdict tells of a form that was filled in where that
is permitted, and every byte that its people signed is what it was. 4. A
trusted list that is accepted says what it said before.

A case of a file is made again, byte by byte, by its kind and number: ``--kinds objects --first 3905 --cases 1``. With
``--keep`` the files of a case that is wrong are kept, before and after the change; the keys of the lists are made anew
in each run.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pikepdf

from certs.trusted_lists import ListWorld
from esign.validation.changes import ChangeKind
from esign.validation.trusted_lists import TrustedListError, read_list, verify_list
from esign.validation.verdict import FileVerdict, Outcome
from tests.attacks.effects import attachments, picture, text
from tests.attacks.mutations import mutated_bytes, mutated_der, mutated_objects, mutated_words, mutated_xml
from tests.attacks.on_signatures import signed_range
from tests.attacks.subjects import Subject, scene
from tests.attacks.workbench import NotHereError

SLOWEST = 10.0
MEMORY = 500_000
"""Kilobytes that a process may grow by."""
_SMALL = (
    "rich table B-B",
    "rich table P=3",
    "rich stream P=1",
    "rich table B-LTA",
    "rich stream B-LTA",
    "invoice B-LTA",
)
_BROKE = ("a check broke", "could not be compared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What became of one case; ``wrong`` says what is wrong with it."""

    seed: str
    kind: str
    answer: str
    seconds: float
    wrong: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A file as it was and as it was changed; ``ask`` says what became of it, in which time, and what is wrong."""

    before: bytes
    after: bytes
    ending: str
    ask: Callable[[], tuple[str, float, str | None]]

    def keep(self, folder: Path, name: str) -> None:
        """Write both files into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for when, data in (("", self.after), ("-before", self.before)):
            (folder / f"{name}{when}.{self.ending}").write_bytes(data)


def _pdf(change: Callable[[bytes, random.Random], bytes]) -> Callable[[random.Random], Attempt | None]:
    def case(chance: random.Random) -> Attempt | None:
        subject = scene().named(chance.choice(_SMALL))
        try:
            made = change(subject.data, chance)
        except (NotHereError, pikepdf.PdfError):
            return None
        return Attempt(before=subject.data, after=made, ending="pdf", ask=lambda: _asked(subject, made))

    return case


def _asked(subject: Subject, made: bytes) -> tuple[str, float, str | None]:
    began = time.process_time()
    verdict = scene().verdict(made)
    verdict.to_json()
    seconds = time.process_time() - began
    told = verdict.error.detail if verdict.error is not None else ""
    notes = (told, *(finding.what for finding in verdict.all_findings))
    if any(mark in note for note in notes for mark in _BROKE):
        return "broke", seconds, next(note for note in notes if any(mark in note for mark in _BROKE))
    if not verdict.clean or made == subject.data:
        return _answer(verdict), seconds, None
    if any(change.kind is ChangeKind.FORM_FILLING for part in verdict.parts for change in part.changes.changes):
        return "clean, told as filled in", seconds, None
    return "clean", seconds, _untrue(subject, made)


def _answer(verdict: FileVerdict) -> str:
    if verdict.outcome is not Outcome.OK:
        return verdict.outcome.value
    return verdict.status.name.lower()


@cache
def _shown(name: str) -> tuple[object, ...]:
    data = scene().named(name).data
    return picture(data), text(data), attachments(data)


def _untrue(subject: Subject, made: bytes) -> str | None:
    """Return what is wrong with calling a file clean."""
    start, end, length = signed_range(subject.data)
    if made[:start] != subject.data[:start] or made[end : end + length] != subject.data[end : end + length]:
        return "signed bytes are others"
    try:
        now = picture(made), text(made), attachments(made)
    except Exception as error:
        return f"called clean, and no other program opens it ({type(error).__name__})"
    names = [
        name for name, a, b in zip(("pages", "texts", "attachments"), now, _shown(subject.name), strict=True) if a != b
    ]
    return f"called clean with other {', '.join(names)}" if names else None


def _within(data: bytes, chance: random.Random) -> bytes:
    """Change the CMS or timestamp in a hole, which keeps its size."""
    start, end, _ = signed_range(data, chance.randrange(2))
    room = bytes.fromhex(data[start + 1 : end - 1].decode())
    used = len(room.rstrip(b"\0"))
    made = mutated_der(room[:used], chance)[: len(room)]
    return data[: start + 1] + made.ljust(len(room), b"\0").hex().encode() + data[end - 1 :]


@cache
def _lists() -> tuple[tuple[bytes, tuple[bytes, ...]], ...]:
    world = ListWorld.create(datetime(2026, 11, 22, 12, tzinfo=UTC))
    found = []
    for data in list(world.files.values())[:6]:
        from esign.validation.verdict.handed_lists import DS, binary, parse

        signers = tuple(binary(item) for item in parse(data).iter(f"{{{DS}}}X509Certificate"))
        try:
            read_list(verify_list(data, signers=signers))
        except TrustedListError:
            continue
        found.append((data, signers[:1]))
    return tuple(found)


def _list(chance: random.Random) -> Attempt:
    data, signers = chance.choice(_lists())
    good = verify_list(data, signers=signers)
    signed = chance.random() < 0.5
    before = data if signed else good.content
    made = mutated_xml(before, chance)

    def ask() -> tuple[str, float, str | None]:
        began = time.process_time()
        answer, wrong = "refused", None
        try:
            if signed:
                verified = verify_list(made, signers=signers)
                answer = "accepted"
                if read_list(verified) != read_list(good):
                    wrong = "a list was accepted that says something else"
            else:
                read_list(dataclasses.replace(good, content=made))
                answer = "read"
        except TrustedListError:
            pass
        return answer, time.process_time() - began, wrong

    return Attempt(before=before, after=made, ending="xml", ask=ask)


KINDS: dict[str, Callable[[random.Random], Attempt | None]] = {
    "bytes": _pdf(mutated_bytes),
    "words": _pdf(mutated_words),
    "objects": _pdf(mutated_objects),
    "cms": _pdf(_within),
    "lists": _list,
}


def one(seed: str, kind: str, number: int, kept: Path | None = None) -> Case:
    """Make one case from its seed; its files are kept where it is wrong."""
    told = f"{seed}/{kind}/{number}"
    chance = random.Random(told)
    attempt: Attempt | None = None
    answer, seconds, wrong = "not made", 0.0, None
    try:
        attempt = KINDS[kind](chance)
        if attempt is not None:
            answer, seconds, wrong = attempt.ask()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        answer = "raised"
        wrong = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {error}"[:300]
    if seconds > SLOWEST:
        wrong = f"took {seconds:.1f} s"
    if wrong is not None and attempt is not None and kept is not None:
        attempt.keep(kept, told.replace("/", "-"))
    return Case(seed=told, kind=kind, answer=answer, seconds=seconds, wrong=wrong)


def _part(part: tuple[str, str, range, Path | None]) -> tuple[list[Case], int]:
    seed, kind, numbers, kept = part
    return [one(seed, kind, number, kept) for number in numbers], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _parts(
    seed: str, kinds: list[str], first: int, cases: int, kept: Path | None
) -> Iterator[tuple[str, str, range, Path | None]]:
    each = cases // len(kinds)
    for start in range(first, first + each, 250):
        for kind in kinds:
            yield seed, kind, range(start, min(start + 250, first + each)), kept


def main(arguments: list[str]) -> int:
    """Run and print what came of it; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="./run fuzz")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0, help="number of the first case of each kind")
    parser.add_argument("--kinds", nargs="*", choices=sorted(KINDS), default=sorted(KINDS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a folder for the files of cases that are wrong")
    options = parser.parse_args(arguments)
    scene()
    _lists()
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.time()
    answers: dict[str, Counter[str]] = {kind: Counter() for kind in options.kinds}
    slowest, memory, wrong = 0.0, begun, 0
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("fork")) as pool:
        parts = _parts(options.seed, options.kinds, options.first, options.cases, options.keep)
        for cases, peak in pool.map(_part, parts):
            memory = max(memory, peak)
            for case in cases:
                answers[case.kind][case.answer] += 1
                slowest = max(slowest, case.seconds)
                if case.wrong is not None:
                    wrong += 1
                    print(f"WRONG {case.seed}: {case.wrong}", flush=True)
    for kind, found in answers.items():
        print(f"{kind:8} {sum(found.values()):8,}: " + ", ".join(f"{word} {n:,}" for word, n in found.most_common()))
    print(f"wrong: {wrong}; slowest verdict {slowest:.2f} s of CPU; most memory of a process {memory // 1024} MB")
    print(f"{time.time() - began:.0f} s in all")
    return bool(wrong or memory - begun > MEMORY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
