"""``python -m tests.evidence.byte_campaign``: no byte of any part of a dossier changes unseen.

The company seals whatever was changed again, so that nothing but what a part is checked against tells. Every byte of
every part is turned, taken out, and pushed back by a blank; of the document, which the ledger commits to as a whole, a
sample. ``--share 2/4`` does the second quarter; some thirty changes a second.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.evidence.helpers.case import Case, make_case

DOCUMENT, OF_DOCUMENT = "document.pdf", 2_000
CHANGES = ("turned", "taken out", "pushed back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one byte."""

    part: str
    place: int
    how: str

    def made(self, data: bytes, bit: int) -> bytes:
        """Return the part with the change."""
        before, byte, after = data[: self.place], data[self.place], data[self.place + 1 :]
        if self.how == "turned":
            return before + bytes([byte ^ 1 << bit]) + after
        return before + after if self.how == "taken out" else before + b" " + data[self.place :]


def changes(parts: dict[str, bytes], drawn: random.Random) -> list[Change]:
    """Return every change of every part in an order drawn by lot."""
    found = []
    for part, data in parts.items():
        places = range(len(data))
        chosen = drawn.sample(places, min(OF_DOCUMENT, len(data))) if part == DOCUMENT else places
        found += [Change(part=part, place=place, how=how) for place in chosen for how in CHANGES]
    drawn.shuffle(found)
    return found


def unseen(case: Case, chosen: list[Change], drawn: random.Random) -> Iterator[Change]:
    """Yield the changes after which a dossier that was sealed again is valid."""
    parts = case.dossier.parts()
    for change in chosen:
        made = change.made(parts[change.part], drawn.randrange(8))
        if made != parts[change.part] and case.verify(case.build_parts(parts | {change.part: made})).valid:
            yield change


def main() -> int:
    """Make the changes and tell which nobody saw; 1: there are some."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--share", default="1/1", help="which part of the work, for several processes: 1/4 … 4/4")
    asked.add_argument("--level", choices=("advanced", "simple"), default="advanced")
    given = asked.parse_args()
    share, shares = map(int, given.share.split("/"))
    drawn = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        case = make_case(Path(folder), level=given.level)
        chosen = changes(case.dossier.parts(), drawn)[share - 1 :: shares]
        found = 0
        for change in unseen(case, chosen, drawn):
            found += 1
            print(f"unseen: {change.part}, byte {change.place} {change.how}", flush=True)
    print(f"{len(chosen)} changes, {found} unseen")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
