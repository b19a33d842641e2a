"""Drafts of forms and cases as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from esign.engine.contents import Contents


class CaseState(StrEnum):
    """Where a case stands."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFERRED = "referred"
    """It waits for an employee."""
    ASKED = "asked"
    """It waits for the customer."""
    CLOSED = "closed"
    """Nobody goes on with it."""


FINAL = frozenset({CaseState.ACCEPTED, CaseState.REFUSED, CaseState.CLOSED})
"""States that no rule and nobody changes any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRecord:
    """A form that is being filled in."""

    id: str
    tenant: str
    form: str
    created_at: datetime
    expires_at: datetime
    case_id: str | None
    """The case that came of it."""
    sent: bool
    """Whether it has been sent in for good: what was filled in is gone from here."""
    resumed: int
    """How many links to another device were made."""
    sealed: bytes = field(repr=False)
    """Sealed :class:`DraftContents`; empty once it was sent in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAccess:
    """A secret that opens a draft: a device's token, or a link to a further device."""

    digest: bytes
    draft_id: str
    kind: str
    """``device`` or ``link``."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """What became of a form that was sent in."""

    id: str
    tenant: str
    form: str
    version: int
    state: CaseState
    created_at: datetime
    changed_at: datetime
    expires_at: datetime | None
    """When it is deleted; None: it is kept with its contract, or waits."""
    contract_id: str | None
    rules: tuple[str, ...]
    """Names of the rules that spoke, the strictest first."""
    corrected: bool
    """Whether the customer corrected what the company knew."""
    sealed: bytes = field(repr=False)
    """Sealed :class:`CaseContents`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContents(Contents):
    """What is filled in so far."""

    answers: dict[str, str]
    prefilled: dict[str, str] = field(default_factory=dict)
    """What the company's data filled in, as it was."""
    source: str = ""
    """Where that came from; empty: nothing was filled in."""
    customer: dict[str, str] = field(default_factory=dict)
    """The key under which the company knows the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseContents(Contents):
    """What was sent in, and why it was decided so."""

    day: str
    """ISO day of the check."""
    answers: dict[str, str]
    values: dict[str, str]
    """As checked."""
    left_over: dict[str, str]
    """What the contract does not say."""
    outcome: str
    reasons: tuple[dict[str, Any], ...]
    """``rule``, ``outcome``, ``source``, ``text`` by language, ``fields``."""
    salt: bytes
    """For the digest of the decision's words in the ledger."""
    reference: str = ""
    """The contract's reference, where the company gave one."""
    prefilled: dict[str, str] = field(default_factory=dict)
    corrections: dict[str, list[str]] = field(default_factory=dict)
    """By field: what the company knew, and what the customer says."""
    source: str = ""
    customer: dict[str, str] = field(default_factory=dict)
    words: str = ""
    """An employee's words to the customer."""
    sent_at: str = ""
