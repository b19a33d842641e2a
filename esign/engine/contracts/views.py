"""What the company is told about a contract without opening anything personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from esign.engine.contracts.invitations import Invited
from esign.engine.records import ContractRecord
from esign.policy import LegalLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractView:
    """What may be shown of a contract without opening anything personal."""

    id: str
    reference: str
    title: str
    template: str
    company: str
    level: LegalLevel
    state: str
    created_at: datetime
    concluded_at: datetime | None
    valid_until: date | None = None
    """Last local day on which it can be signed; None: each invitation lives its days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A contract that was drawn up anew in the place of another."""

    contract_id: str
    invited: Invited | None
    """None where nobody had been invited yet."""


def view_of(record: ContractRecord) -> ContractView:
    """Return what may be shown of a contract."""
    return ContractView(
        id=record.id,
        reference=record.reference,
        title=record.title,
        template=record.template,
        company=record.company,
        level=record.level,
        state=record.state.value,
        created_at=record.created_at,
        concluded_at=record.concluded_at,
        valid_until=date.fromisoformat(record.valid_until) if record.valid_until else None,
    )
