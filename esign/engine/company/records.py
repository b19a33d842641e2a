"""What the company's desk asks for, and what it keeps of contracts that are sent in bulk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from esign.engine.contents import Contents
from esign.engine.records import ContractState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which contracts are asked for; what is left out does not matter."""

    state: ContractState | None = None
    template: str = ""
    text: str = ""
    """Part of the reference or the title, capitals or not."""
    party: str = ""
    """Whole words of a party's name, or the whole e-mail address."""
    created_from: datetime | None = None
    """Instant, inclusive; likewise below."""
    created_before: datetime | None = None
    """Instant, exclusive; likewise below."""
    concluded_from: datetime | None = None
    concluded_before: datetime | None = None


class BulkState(StrEnum):
    """Where a bulk run stands."""

    UPLOADED = "uploaded"
    """Its columns are not settled; nothing was checked yet."""
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class RowState(StrEnum):
    """Where a row of a bulk run stands."""

    BAD = "bad"
    """The check refused it; nothing is ever made of it."""
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    """It was refused when its turn came."""
    SKIPPED = "skipped"
    """The run was cancelled before its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """A file of contracts on its way."""

    id: str
    tenant: str
    by: str
    """Kind and name of who uploaded it."""
    state: BulkState
    created_at: datetime
    expires_at: datetime
    """When everything about it is deleted."""
    finished_at: datetime | None = None
    sealed: bytes
    """Sealed :class:`BulkContents`."""

    @property
    def choosable(self) -> bool:
        """Whether nothing is made of it yet, so that its columns can be chosen anew."""
        return self.state in (BulkState.UPLOADED, BulkState.CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """A row of it; its number is its line in the file."""

    run_id: str
    number: int
    state: RowState
    contract_id: str | None = None
    code: str | None = None
    sealed: bytes = field(repr=False)
    """Sealed :class:`RowContents`; empty once a contract was made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkContents(Contents):
    """What a run is made of."""

    name: str
    """Of the file."""
    encoding: str
    delimiter: str
    plan: str
    """Name of the form or contract after which the rows are made."""
    kind: str
    """``form``, ``like`` or ``data``."""
    ignored: tuple[str, ...] = ()
    """Columns that nothing is made of."""
    columns: dict[str, str] = field(default_factory=dict)
    """Column, and what it fills in."""
    validity: dict[str, Any] = field(default_factory=dict)
    """Until when the contracts can be signed, and reminders, as plain values; empty: as the installation is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowContents(Contents):
    """What a row says."""

    reference: str
    data: bytes = b""
    """Contract data, as JSON; empty where the check refused it."""
    validity: dict[str, Any] = field(default_factory=dict)
    """Until when this one can be signed, as plain values."""
    findings: tuple[tuple[str, str, str], ...] = ()
    """Column, and what is wrong in German and in English."""
