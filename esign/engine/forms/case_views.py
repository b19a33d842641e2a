"""What the company's side is shown of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from esign.engine.forms.records import CaseContents, CaseRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """What may be shown of a case without opening anything personal."""

    id: str
    form: str
    version: int
    state: str
    created_at: datetime
    changed_at: datetime
    expires_at: datetime | None
    contract_id: str | None
    rules: tuple[str, ...]
    """Names of the rules that spoke, the strictest first."""
    corrected: bool

    @classmethod
    def of(cls, record: CaseRecord) -> CaseView:
        """Return the view of a case."""
        return cls(
            id=record.id,
            form=record.form,
            version=record.version,
            state=record.state.value,
            created_at=record.created_at,
            changed_at=record.changed_at,
            expires_at=record.expires_at,
            contract_id=record.contract_id,
            rules=record.rules,
            corrected=record.corrected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReason:
    """Why it was decided so."""

    rule: str
    outcome: str
    source: str
    text: Mapping[str, str]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a customer corrected of what the company knew."""

    field: str
    old: str
    new: str
    """Empty: the customer says that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """All that a customer corrected, and under which key the company knows the customer."""

    source: str
    customer: Mapping[str, str]
    corrections: tuple[Correction, ...]

    @classmethod
    def of(cls, contents: CaseContents) -> Corrections:
        """Return the corrections of a case."""
        found = tuple(Correction(field=name, old=old, new=new) for name, (old, new) in contents.corrections.items())
        return cls(source=contents.source, customer=contents.customer, corrections=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """Everything about a case."""

    view: CaseView
    day: str
    answers: Mapping[str, str]
    values: Mapping[str, str]
    """As checked."""
    left_over: Mapping[str, str]
    """What the contract does not say."""
    reasons: tuple[CaseReason, ...]
    words: str
    """An employee's words to the customer."""
    answer_by: date | None
    corrections: Corrections


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A page of cases, newest first."""

    cases: tuple[CaseView, ...]
    next: str | None
