"""What forms and cases need from outside, in their own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from esign.engine.forms.records import CaseRecord, CaseState, DraftAccess, DraftRecord
from esign.engine.paging import RowPlace
from esign.forms import Prefill


class Drafts(Protocol):
    """The drafts and the secrets that open them."""

    def add(self, record: DraftRecord) -> None:
        """Keep a new draft."""

    def get(self, draft_id: str) -> DraftRecord | None:
        """Return a draft."""

    def update(self, record: DraftRecord) -> None:
        """Replace a draft."""

    def remove(self, draft_id: str) -> None:
        """Delete a draft with all secrets that open it."""

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of drafts whose time is over, the oldest first."""

    def allow(self, access: DraftAccess) -> None:
        """Keep a secret that opens a draft."""

    def access(self, digest: bytes) -> DraftAccess | None:
        """Return what a secret opens."""

    def revoke(self, digest: bytes) -> None:
        """Let a secret open nothing any more."""

    def revoke_links(self, draft_id: str) -> None:
        """Let the links to further devices open nothing any more."""

    def use_token(self, digest: bytes, expires_at: datetime) -> bool:
        """Note that a prefill token was used; return False if it was before."""

    def forget_tokens(self, now: datetime) -> int:
        """Delete notes of tokens whose time is over anyway; return how many."""


class Cases(Protocol):
    """The cases."""

    def add(self, record: CaseRecord) -> None:
        """Keep a new case."""

    def get(self, case_id: str) -> CaseRecord | None:
        """Return a case."""

    def update(self, record: CaseRecord) -> None:
        """Replace a case."""

    def remove(self, case_id: str) -> None:
        """Delete a case."""

    def page(
        self, tenant: str, *, state: CaseState | None, form: str | None, after: RowPlace | None, limit: int
    ) -> tuple[CaseRecord, ...]:
        """Return a tenant's cases, newest first, from behind a place."""

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of cases whose time is over, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillUse:
    """How a form is filled in from the company's data."""

    source: str
    """Name of the source in the configuration."""
    prefill: Prefill
    by_identity: bool
    """Whether a customer who was recognised at the identity provider is looked up."""
    by_token: bool
    """Whether whoever brings a signed prefill token is looked up."""


class PrefillBook(Protocol):
    """Which form is filled in from where."""

    def of(self, tenant: str, form: str) -> PrefillUse | None:
        """Return how a company's form is filled in, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A form that a company offers."""

    company: Mapping[str, object]
    """As contract data describe a company."""
    prefix: str
    """Beginning of the contracts' references."""


class Offers(Protocol):
    """Which company offers which forms."""

    def of(self, tenant: str) -> Mapping[str, Offer]:
        """Return a tenant's offers by the form's name."""
