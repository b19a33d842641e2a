"""A small world for batches: a workshop that seals anything that begins with %PDF, a journal in a folder, a clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from esign.foundation.clock import Clock, FixedClock
from esign.foundation.errors import EsignError
from esign.sealing.batches import Item, Line, NewItem, Steps, no_steps
from esign.sealing.batches.ports import Buffer, Documents, Preparation, Verdicts
from esign.sealing.document_errors import EmptyDocument, NotPdf
from esign.store.database import Database
from esign.store.seal_folder import FolderDocuments
from esign.store.seal_journal import SqlSealJournal
from esign.store.seal_journal_file import open_journal

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallForm:
    tail: bytes
    hashed: Any
    path: str = "incremental"


@dataclass(slots=True)
class SmallWorkshop:
    """Appends a seal that names the document's digest and how many were made, so that no two are alike."""

    made: list[bytes] = field(default_factory=list)

    def seal(self, items: Sequence[Item], documents: Sequence[Buffer]) -> Iterator[SmallForm | EsignError]:
        for document in documents:
            data = bytes(document)
            if not data:
                yield EmptyDocument()
            elif not data.startswith(b"%PDF"):
                yield NotPdf()
            else:
                digest = hashlib.sha256(data).hexdigest()
                self.made.append(digest.encode())
                tail = b"\n%%SEAL " + digest.encode() + b" %d\n" % len(self.made)
                yield SmallForm(tail=tail, hashed=hashlib.sha256(data))


@dataclass(slots=True)
class SmallWorld:
    """An input and an output folder, and one batch."""

    folder: Path
    clock: Clock = field(default_factory=lambda: FixedClock(at=NOW))
    workshop: SmallWorkshop = field(default_factory=SmallWorkshop)
    database: Database = field(init=False)
    journal: SqlSealJournal = field(init=False)

    def __post_init__(self) -> None:
        for each in (self.inputs, self.out):
            each.mkdir(exist_ok=True)
        self.database = open_journal(self.out / ".esign-seal" / "journal.sqlite")
        self.again()

    @property
    def inputs(self) -> Path:
        return self.folder / "in"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def again(self) -> None:
        """Begin another batch."""
        self.journal = SqlSealJournal.begin(self.database, store="here", level="B-B", clock=self.clock)

    def put(self, name: str, data: bytes) -> NewItem:
        path = self.inputs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return NewItem(source=str(path).encode(), output=name.encode())

    def documents(self, *, large: int = 32 << 20) -> FolderDocuments:
        return FolderDocuments(str(self.out).encode(), large=large)

    def line(
        self,
        *,
        documents: Documents | None = None,
        preparation: Preparation | None = None,
        verdicts: Verdicts | None = None,
        steps: Steps = no_steps,
        level: str = "B-B",
        portion: int = 32 << 20,
    ) -> Line:
        return Line(
            journal=self.journal,
            documents=documents or self.documents(),
            workshop=self.workshop,
            level=level,
            clock=self.clock,
            preparation=preparation,
            verdicts=verdicts,
            steps=steps,
            portion=portion,
        )

    def sealed(self) -> dict[str, bytes]:
        """Return what was given out, by name."""
        found = {str(path.relative_to(self.out)): path for path in self.out.rglob("*") if path.is_file()}
        return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".esign-seal/")}
