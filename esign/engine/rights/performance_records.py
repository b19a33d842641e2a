"""Statements about a contract's performance as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from esign.contracts.rights.performance import Happened, Statement
from esign.engine.contents import Contents

SEALED = "performance"
"""Name under which a statement is sealed, under its contract's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceRecord:
    """A statement about the performance of a contract."""

    id: str
    tenant: str
    contract_id: str
    recorded_at: datetime
    corrected_at: datetime | None = None
    """When it was taken back; it stays in the evidence."""
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceContents(Contents):
    """What was said, and by whom."""

    event: str
    at: str
    complete: bool
    names_function: bool
    delivery: str
    deliveries: int | None
    places: dict[str, str]
    note: str
    by: str

    @classmethod
    def of(cls, said: Statement, by: str) -> PerformanceContents:
        """Return a statement as it is kept."""
        return cls(
            event=said.event.value,
            at=said.at,
            complete=said.complete,
            names_function=said.names_function,
            delivery=said.delivery,
            deliveries=said.deliveries,
            places=dict(said.places),
            note=said.note,
            by=by,
        )

    @property
    def statement(self) -> Statement:
        """The statement."""
        return Statement(
            event=Happened(self.event),
            at=self.at,
            complete=self.complete,
            names_function=self.names_function,
            delivery=self.delivery,
            deliveries=self.deliveries,
            places=tuple(self.places.items()),
            note=self.note,
        )
