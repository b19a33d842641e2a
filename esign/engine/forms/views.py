"""What the form's pages are shown of offers and drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form that a company offers."""

    name: str
    title: Mapping[str, str]
    lead: Mapping[str, str]
    company: str
    """Name of the company."""
    languages: tuple[str, ...]
    prefill: bool
    """Whether a customer who is recognised at the identity provider finds it filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOpened:
    """A device may go on with a draft; the token stands nowhere else."""

    token: str
    tenant: str
    form: str
    expires_at: datetime
    prefilled: Mapping[str, str]
    prefill: str = "none"
    """``found``, ``none`` (nothing is known, or nothing asked for), ``unavailable`` (the source did not answer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """What is filled in so far."""

    tenant: str
    form: str
    answers: Mapping[str, str]
    prefilled: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeLink:
    """A link with which another device goes on, once."""

    link: str
    qr: tuple[tuple[int, ...], ...]
    """Rows of modules, 1 is dark, without quiet zone."""
    expires_at: datetime
