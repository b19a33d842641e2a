"""Bulk runs and their rows as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esign.engine.company.bulk_columns import Column, Target
from esign.engine.company.records import BulkContents, BulkRow, BulkRun, RowContents, RowState
from esign.engine.ports import Transaction

ABOUT = "bulk"
"""Under this name what a run is made of is sealed; each row under its number, the uploaded rows under ``file``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row as it is shown."""

    number: int
    state: str
    reference: str
    contract_id: str | None
    code: str | None
    findings: tuple[tuple[str, str, str], ...]
    """Column, and what is wrong in German and English; a code where the words are looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """A run as it is shown."""

    id: str
    name: str
    state: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime
    encoding: str
    delimiter: str
    kind: str
    plan: str
    ignored: tuple[str, ...]
    columns: Mapping[str, str]
    """Column, and what it fills in."""
    validity: Mapping[str, Any]
    counts: Mapping[str, int]
    choosable: bool
    """Whether its columns can still be chosen anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsView:
    """The columns of a run, for whoever chooses what they fill in."""

    run: BulkView
    columns: tuple[Column, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """A page of runs, newest first."""

    runs: tuple[BulkView, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPage:
    """A page of rows, in order."""

    rows: tuple[RowView, ...]
    next: str | None


def contents_of(tx: Transaction, run: BulkRun) -> BulkContents:
    """Open what a run is made of."""
    return BulkContents.from_bytes(tx.safe.open(run.id, ABOUT, run.sealed))


def run_view(tx: Transaction, run: BulkRun) -> BulkView:
    """Return a run as it is shown."""
    contents = contents_of(tx, run)
    counts = tx.bulk.counts(run.id)
    return BulkView(
        id=run.id,
        name=contents.name,
        state=run.state.value,
        created_at=run.created_at,
        finished_at=run.finished_at,
        expires_at=run.expires_at,
        encoding=contents.encoding,
        delimiter=contents.delimiter,
        kind=contents.kind,
        plan=contents.plan,
        ignored=contents.ignored,
        columns=contents.columns,
        validity=contents.validity,
        counts={state.value: counts.get(state.value, 0) for state in RowState},
        choosable=run.choosable and tx.bulk.file(run.id) is not None,
    )


def row_view(tx: Transaction, row: BulkRow) -> RowView:
    """Return a row as it is shown."""
    contents = RowContents(reference="")
    if row.sealed:
        contents = RowContents.from_bytes(tx.safe.open(row.run_id, f"row-{row.number}", row.sealed))
    made = tx.contracts.get(row.contract_id) if row.contract_id else None
    return RowView(
        number=row.number,
        state=row.state.value,
        reference=made.reference if made is not None else contents.reference,
        contract_id=row.contract_id,
        code=row.code,
        findings=tuple((found[0], found[1], found[2]) for found in contents.findings),
    )
