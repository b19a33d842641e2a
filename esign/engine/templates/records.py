"""Uploads and page templates as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from esign.engine.contents import Contents


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """A company's PDF that waits to become part of a contract or template. Documents may hold personal data."""

    id: str
    tenant: str
    created_at: datetime
    expires_at: datetime
    sealed: bytes
    """Sealed :class:`UploadContents`."""
    content: bytes = field(repr=False)
    """The sealed PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRecord:
    """A page template; what stands in it stands in its versions."""

    id: str
    tenant: str
    created_at: datetime
    newest: int
    """Number of the newest version, from 1."""
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersionRecord:
    """One version of a page template; it is never changed."""

    template_id: str
    number: int
    created_at: datetime
    sealed: bytes
    """Sealed :class:`TemplateContents`."""
    content: bytes = field(repr=False)
    """The sealed PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadContents(Contents):
    """What is known of an upload."""

    name: str
    pages: int
    sizes: tuple[tuple[float, float], ...]
    warnings: tuple[tuple[str, tuple[str, ...]], ...]
    """Kind and values of each."""
    digest: bytes
    """SHA-256 of the file as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateContents(Contents):
    """What is known of a template's version."""

    description: bytes
    """Canonical ``template.json``."""
    sizes: tuple[tuple[float, float], ...]
    warnings: tuple[tuple[str, tuple[str, ...]], ...]
