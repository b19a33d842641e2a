"""``./run attacks``: attacks and permitted edits by the thousand on files that we signed ourselves.

Every attack is proven: what it claims to change – the picture, the text, an attachment, what the document does – is
told before and after by programs that are not under test. None may be called clean; of the permitted edits hardly one
may be refused. Each case is made from its seed alone; what is missed is printed with it.
"""

from __future__ import annotations

import argparse
import importlib
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pikepdf

from esign.validation.findings import FindingKind
from esign.validation.verdict import FileVerdict, Outcome
from tests.attacks.effects import differs, signatures
from tests.attacks.register import ATTACKS, EDITS, Attack, Edit
from tests.attacks.subjects import Scene, Subject, scene
from tests.attacks.workbench import NotHereError, Workbench

FAMILIES = ("pages", "fonts", "layers", "forms", "annotations", "attachments", "catalog", "signatures", "files")
_TRIES = 30
_NOT_HERE = (NotHereError, LookupError, AttributeError, TypeError, ValueError, pikepdf.PdfError)
"""What a file without the place for an attack answers; kinds that never come to anything are told at the end."""
_BROKE = ("a check broke", "could not be compared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one case.

    Args:
        seed: Makes it again.
        what: Family and names of everything that was done.
        kind: The attack or the first edit.
        subject: The file.
        answers: Kinds of findings, or the error.
        right: Whether the verdict is what it must be.
        broke: Whether a check of ours broke.
        seconds: Processor time of the verdict.
    """

    seed: str
    what: str
    kind: str
    subject: str
    answers: tuple[str, ...]
    right: bool
    broke: bool
    seconds: float


def load() -> None:
    """Load the lists."""
    for family in FAMILIES:
        importlib.import_module(f"tests.attacks.on_{family}")
    importlib.import_module("tests.attacks.edits")
    importlib.import_module("tests.attacks.edits_by_others")


def permitted(edit: Edit, subject: Subject) -> bool:
    """Whether a file permits an edit."""
    match edit.needs:
        case "always":
            return True
        case "forms":
            return subject.rich and subject.certified != 1 and not subject.prepared
        case "signing":
            return subject.certified != 1 and "note" not in subject.locked
        case _:
            return subject.rich and subject.certified == 3


def edited(data: bytes, chance: random.Random, subject: Subject, place: Scene, *, remarks: bool) -> tuple[bytes, Edit]:
    """Return a file with one more permitted edit."""
    choices = [edit for edit in EDITS if permitted(edit, subject) and (remarks or edit.needs != "annotations")]
    for _ in range(_TRIES):
        edit = chance.choice(choices)
        try:
            return edit.act(data, chance, subject, place), edit
        except Exception:
            continue
    raise NotHereError


def attacked(attack: Attack, chance: random.Random, place: Scene) -> tuple[bytes, Subject, str] | None:
    """Return an attacked file; None where this attack finds no file that it works on."""
    for _ in range(_TRIES):
        subject = chance.choice(place.subjects)
        data, around = subject.data, attack.name
        try:
            if chance.random() < 0.25:
                data, before = edited(data, chance, subject, place, remarks=False)
                around = f"{before.name} > {around}"
            if attack.own is not None:
                made = attack.own(data, chance, subject, place)
            else:
                assert attack.act is not None
                bench = Workbench(data)
                own = attack.act(bench, chance, subject)
                made = own if own is not None else bench.append(_hand(data, chance))
        except _NOT_HERE:
            continue
        if not differs(attack.effect, data, made):
            continue
        if chance.random() < 0.25:
            try:
                covered, after = edited(made, chance, subject, place, remarks=False)
                # who signs a file from which the first signature was taken has signed what it shows: that is no attack
                if after.needs != "signing" or signatures(data) <= signatures(made):
                    made, around = covered, f"{around} > {after.name}"
            except Exception:
                pass
        return made, subject, around
    return None


def _hand(data: bytes, chance: random.Random) -> object:
    from tests.attacks.workbench import some_hand

    return some_hand(data, chance, any_style=True)


def attack_case(seed: str, number: int, kept: Path | None = None) -> Told | None:
    """Make an attack from its seed and ask for the verdict."""
    chance = random.Random(f"{seed}/a/{number}")
    attack = ATTACKS[number % len(ATTACKS)]
    found = attacked(attack, chance, scene())
    if found is None:
        return None
    data, subject, around = found
    verdict, seconds = _asked(data)
    what, kind = f"{attack.family}: {around}", f"{attack.family}.{attack.name}"
    told = _told(f"{seed}/a/{number}", (what, kind), subject, verdict, seconds, right=not verdict.clean)
    if kept is not None and (not told.right or told.broke):
        (kept / f"attack-{seed}-{number}.pdf").write_bytes(data)
    return told


def edit_case(seed: str, number: int, kept: Path | None = None) -> Told:
    """Make one to three permitted edits from a seed and ask for the verdict."""
    chance = random.Random(f"{seed}/e/{number}")
    subject = chance.choice([one for one in scene().subjects if not one.prepared])
    data, names, remarks = subject.data, [], False
    choices = [edit for edit in EDITS if permitted(edit, subject)]
    edit = choices[number % len(choices)]
    for index in range(chance.choice((1, 1, 2, 3))):
        try:
            if index == 0:
                made = edit.act(data, chance, subject, scene())
            else:
                made, edit = edited(data, chance, subject, scene(), remarks=True)
        except Exception:
            made, edit = edited(data, chance, subject, scene(), remarks=True)
        data = made
        names.append(edit.name)
        remarks |= edit.needs == "annotations"
    verdict, seconds = _asked(data)
    found = {finding.kind for finding in verdict.all_findings}
    right = found == {FindingKind.PERMITTED_CHANGE_ANNOTATION} if remarks else verdict.clean
    told = _told(f"{seed}/e/{number}", (" > ".join(names), names[0]), subject, verdict, seconds, right=right)
    if kept is not None and (not told.right or told.broke):
        (kept / f"edit-{seed}-{number}.pdf").write_bytes(data)
    return told


def _asked(data: bytes) -> tuple[FileVerdict, float]:
    began = time.process_time()
    verdict = scene().verdict(data)
    return verdict, time.process_time() - began


def _told(
    seed: str, what: tuple[str, str], subject: Subject, verdict: FileVerdict, seconds: float, *, right: bool
) -> Told:
    answers = sorted({f"{finding.kind.value}: {finding.what}" for finding in verdict.all_findings})
    if verdict.outcome is Outcome.CLEAN_ERROR:
        answers.append("unreadable")
    broke = any(mark in answer for answer in answers for mark in _BROKE)
    return Told(
        seed=seed,
        what=what[0],
        kind=what[1],
        subject=subject.name,
        answers=tuple(answers),
        right=right,
        broke=broke,
        seconds=seconds,
    )


def _attack_part(part: tuple[str, range, str]) -> list[Told | None]:
    seed, numbers, kept = part
    return [attack_case(seed, number, Path(kept) if kept else None) for number in numbers]


def _edit_part(part: tuple[str, range, str]) -> list[Told | None]:
    seed, numbers, kept = part
    return [edit_case(seed, number, Path(kept) if kept else None) for number in numbers]


def _parts(seed: str, first: int, last: int, kept: str) -> Iterator[tuple[str, range, str]]:
    for start in range(first, last, 40):
        yield seed, range(start, min(start + 40, last)), kept


def main(arguments: list[str]) -> int:
    """Run the campaign and print what came of it; 1 where something was missed."""
    parser = argparse.ArgumentParser(prog="./run attacks")
    parser.add_argument("--attacks", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=5_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--first", type=int, default=0, help="number of the first case, to see one again")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", default="", help="a folder for the files that were missed")
    options = parser.parse_args(arguments)
    load()
    place = scene()
    for subject in place.subjects:
        if not place.verdict(subject.data).clean:
            print(f"not clean before anything was done: {subject.name}")
            return 1
    if options.keep:
        Path(options.keep).mkdir(parents=True, exist_ok=True)
    began = time.time()
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("fork")) as pool:
        done = _run(pool, _attack_part, options.seed, options.first, options.attacks, options.keep)
        edits = _run(pool, _edit_part, options.seed, options.first, options.edits, options.keep)
    missed = [told for told in done if not told.right]
    refused = [told for told in edits if not told.right]
    broke = [told for told in (*done, *edits) if told.broke]
    for title, found in (("CALLED CLEAN", missed), ("REFUSED", refused), ("BROKE", broke)):
        for told in found:
            print(f"{title} {told.seed} {told.subject}: {told.what} {list(told.answers)[:4]}")
    families: Counter[str] = Counter(told.what.partition(":")[0] for told in done)
    kinds = len({told.what.split(": ")[1] for told in done})
    came = {told.kind for told in done}
    nothing = (
        sorted({f"{attack.family}.{attack.name}" for attack in ATTACKS} - came) if len(done) >= 2 * len(ATTACKS) else []
    )
    unreadable = sum("unreadable" in told.answers for told in done)
    slowest = max((told.seconds for told in (*done, *edits)), default=0.0)
    print(f"attacks: {len(done)} proven, of {len(ATTACKS)} kinds ({kinds} combinations), called clean: {len(missed)}")
    print(f"  {', '.join(f'{name} {count}' for name, count in sorted(families.items()))}")
    print(f"  kinds that came to nothing: {', '.join(nothing) or 'none'}")
    print(f"  refused as unreadable: {unreadable}; all others with findings on their signatures")
    print(f"permitted edits: {len(edits)}, of {len(EDITS)} kinds, refused: {len(refused)}")
    print(
        f"checks that broke: {len(broke)}; slowest verdict {slowest:.2f} s of CPU; {time.time() - began:.0f} s in all"
    )
    return bool(missed or broke or 1_000 * len(refused) > len(edits))


def _run(pool: ProcessPoolExecutor, work: object, seed: str, first: int, count: int, kept: str) -> list[Told]:
    """Return what became of as many cases as asked for; those that came to nothing are made up for."""
    found: list[Told] = []
    while len(found) < count:
        last = first + count - len(found)
        for part in pool.map(work, _parts(seed, first, last, kept)):  # type: ignore[arg-type]  # one of two functions
            before = len(found)
            found.extend(told for told in part if told is not None)
            if before // 500 < len(found) // 500:
                wrong = sum(not told.right or told.broke for told in found)
                print(f"… {len(found):,} done, {wrong} to look at", file=sys.stderr, flush=True)
        first = last
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
