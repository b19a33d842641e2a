"""What uploads and page templates need from outside, in their own words."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esign.engine.templates.records import TemplateRecord, TemplateVersionRecord, UploadRecord


class Uploads(Protocol):
    """The uploads."""

    def add(self, record: UploadRecord) -> None:
        """Keep a new upload."""

    def get(self, upload_id: str) -> UploadRecord | None:
        """Return an upload."""

    def count(self, tenant: str) -> int:
        """Return how many uploads a tenant has."""

    def size(self, tenant: str) -> int:
        """Return how many bytes a tenant's uploads have together, sealed."""

    def remove(self, upload_id: str) -> None:
        """Delete an upload."""

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of uploads whose time is over, the oldest first."""


class PageTemplates(Protocol):
    """The page templates and their versions."""

    def add(self, record: TemplateRecord) -> None:
        """Keep a new template."""

    def get(self, template_id: str) -> TemplateRecord | None:
        """Return a template."""

    def of_tenant(self, tenant: str) -> tuple[TemplateRecord, ...]:
        """Return a tenant's templates, newest first."""

    def update(self, record: TemplateRecord, *, was: TemplateRecord) -> bool:
        """Replace a template unless somebody else has changed it meanwhile; return whether it was replaced."""

    def add_version(self, record: TemplateVersionRecord) -> None:
        """Keep a new version."""

    def version(self, template_id: str, number: int) -> TemplateVersionRecord | None:
        """Return a version."""
