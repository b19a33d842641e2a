"""The ground of the campaign ``./run kills``: a folder of documents, good and bad, and what must be true of them."""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from esign.gateways.seal_keys import open_seal_key
from esign.pades import read_signatures, read_signed_data
from esign.proof.timestamps import verify_token
from esign.seal_works import FolderBatch, SealOrder
from esign.sealing import Sealed, check_sealed
from esign.sealing.batches import Item, ItemResult, NewItem
from esign.sealing.levels.level_check import check_raised
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication
from esign.validation.verdict import verify
from tests.pades import small_world
from tests.sealing.helpers.served_world import ServedWorld

CHUNK = 5
Steps = Callable[[str, Item | None], None]


@dataclass
class Field:
    """A folder of documents, good and bad, and where they are sealed.

    Args:
        folder: Where they lie.
        world: Whose seal, authorities and lists.
        documents: How many good ones.
        level: What they are to reach.
        reserve: Whether a second authority is named.
    """

    folder: Path
    world: ServedWorld
    documents: int = 12
    level: str = "B-B"
    reserve: bool = False
    good: dict[str, bytes] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        draft = small_world.draft()
        for number in range(self.documents):
            self.good[f"{number % 3}/{number:04}.pdf"] = draft + b"%%%d\n" % number
        self.bad = {"0/empty.pdf": "sealing.document.empty", "1/text.pdf": "sealing.document.not_pdf"}
        for name, data in (*self.good.items(), ("0/empty.pdf", b""), ("1/text.pdf", b"no document")):
            path = self.folder / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        key = open_seal_key(self.world.device)
        self.certificate, self.chain = key.certificate, tuple(key.chain)

    def items(self) -> list[NewItem]:
        """Return everything that is given; one document twice, as lists do."""
        names = [*self.good, *self.bad, next(iter(self.good))]
        return [NewItem(source=str(self.folder / "in" / name).encode(), output=name.encode()) for name in names]

    def order(self, out: Path, steps: Steps | None = None) -> SealOrder:
        more: dict[str, object] = {} if steps is None else {"steps": steps}
        if self.level != "B-B":
            desks = (self.world.first, self.world.second) if self.reserve else (self.world.first,)
            more |= {"tsa_urls": tuple(desk.tsa_url for desk in desks), "anchors": self.world.anchors}
        if self.level in ("B-LT", "B-LTA"):
            more |= {"revocation_hosts": self.world.hosts}
        return SealOrder(
            device=self.world.device,
            out=out,
            level=self.level,
            invoices="integrity-only",  # looking for e-invoices is a step, too
            chunk=CHUNK,
            threads=2,
            **more,
        )

    def run(self, out: Path, steps: Steps | None = None, *, jobs: int = 0) -> list[ItemResult]:
        """Seal the folder; returns what was told."""
        return seal(self.order(out, steps), self.items(), jobs)

    def save(self, place: Path, out: Path) -> Path:
        """Write down what is to be sealed, for another process."""
        path = place / "order.pickle"
        path.write_bytes(pickle.dumps((self.order(out), self.items())))
        return path

    def faults(self, out: Path, told: list[ItemResult]) -> list[str]:
        """Return everything that is not as it must be after the batch has run to its end."""
        found = self.standing(out)
        for name in self.good:
            path = out / name
            if not path.is_file():
                found.append(f"lost: {name}")
                continue
            digest = hashlib.sha256(path.read_bytes()).digest()
            said = [each for each in told if each.item.output == name.encode()]
            if not said or any((each.digest_out, each.level) != (digest, self.level) for each in said):
                found.append(f"told otherwise: {name}: {[each.code for each in said]}")
        for name, code in self.bad.items():
            if [each.code for each in told if each.item.output == name.encode()] != [code]:
                found.append(f"not told: {name}")
        if len(told) != len(self.items()):
            found.append(f"{len(told)} lines for {len(self.items())} documents")
        return found + self._otherwise_recorded(out)

    def standing(self, out: Path) -> list[str]:
        """Return what is wrong with what stands under a name, at any moment: it is ours, whole, and at its level."""
        found = []
        for path in out.rglob("*"):
            name = str(path.relative_to(out))
            if not path.is_file() or name.startswith(".esign-seal/"):
                continue
            if name not in self.good:
                found.append(f"left behind: {name}")
            elif fault := self._fault(self.good[name], path.read_bytes()):
                found.append(f"not whole: {name}: {fault}")
        return found

    def doubted(self, name: str, out: Path) -> list[str]:
        """Return what our own full verdict has against a sealed document."""
        anchors, material = TrustAnchors(certificates=self.world.anchors), self.world.material()
        verdict = verify((out / name).read_bytes(), trust=anchors, material=material, at=datetime.now(UTC))
        (seal,) = verdict.signatures
        level = f"PAdES-BASELINE-{self.level.removeprefix('B-')}"
        said = seal.level, seal.indication, verdict.clean
        return [] if said == (level, Indication.TOTAL_PASSED, True) else [f"verdict on {name}: {said}"]

    def _fault(self, data: bytes, sealed: bytes) -> str:
        """Return why a sealed document is not good; nothing of how it was made is used."""
        try:
            if not sealed.startswith(data):
                return "another document"
            seal, *stamps = read_signatures(sealed)
            end = seal.byte_range[2] + seal.byte_range[3]
            tail = Sealed(sealed[len(data) : end], (0, 0, 0, 0), b"", "incremental")
            check_sealed(data, tail, certificate=self.certificate, chain=self.chain)
            signed = read_signed_data(seal.cms)
            if (signed.signature_timestamp is not None) != (self.level != "B-B"):
                return "without the timestamp of its level, or with one that was not asked for"
            if signed.signature_timestamp is not None:
                imprint = hashlib.sha256(signed.signature).digest()
                verify_token(signed.signature_timestamp, imprint, anchors=self.world.anchors)
            if self.level in ("B-B", "B-T"):
                return "" if end == len(sealed) and not stamps else "longer than its level"
            check_raised(data, sealed[len(data) :], archived=self.level == "B-LTA")
            for stamp in stamps:
                _, start, behind, length = stamp.byte_range
                whole = hashlib.sha256(sealed[:start] + sealed[behind : behind + length]).digest()
                verify_token(stamp.cms, whole, anchors=self.world.anchors)
            return "" if len(stamps) == (self.level == "B-LTA") else "another number of document timestamps"
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _otherwise_recorded(self, out: Path) -> list[str]:
        """Return what the journal says otherwise: each document given out once, at its level, with its digest."""
        with sqlite3.connect(out / ".esign-seal" / "journal.sqlite") as journal:
            rows = journal.execute(
                "SELECT output, digest_out, level FROM seal_output WHERE sealed_at IS NOT NULL"
            ).fetchall()
        there = {
            (name.encode(), hashlib.sha256((out / name).read_bytes()).digest(), self.level)
            for name in self.good
            if (out / name).is_file()
        }
        return [] if sorted(rows) == sorted(there) else [f"recorded otherwise: {len(rows)} rows"]


def seal(order: SealOrder, items: list[NewItem], jobs: int) -> list[ItemResult]:
    """Do what an order says; returns what was told."""
    told: list[ItemResult] = []
    with FolderBatch(order=order) as batch:
        batch.run(items, jobs=jobs, told=lambda results, _: told.extend(results), stop=threading.Event(), every=0.01)
    return told
