"""Uploads and page templates in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from esign.engine.templates.records import TemplateRecord, TemplateVersionRecord, UploadRecord
from esign.store.statements import found_by, keys, row_of
from esign.store.tables_templates import page_template, page_template_version, upload

_UPLOAD, _UPLOAD_NEW = found_by(upload, "id"), insert(upload)
_TEMPLATE, _TEMPLATE_NEW = found_by(page_template, "id"), insert(page_template)
_OF_TENANT = found_by(page_template, "tenant").order_by(page_template.c.created_at.desc(), page_template.c.id)
_VERSION, _VERSION_NEW = found_by(page_template_version, "template_id", "number"), insert(page_template_version)


class SqlUploads:
    """The uploads, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: UploadRecord) -> None:
        """Keep a new upload."""
        self._connection.execute(_UPLOAD_NEW, row_of(record))

    def get(self, upload_id: str) -> UploadRecord | None:
        """Return an upload."""
        row = self._connection.execute(_UPLOAD, keys(id=upload_id)).first()
        return None if row is None else UploadRecord(**row._mapping)

    def count(self, tenant: str) -> int:
        """Return how many uploads a tenant has."""
        found = self._connection.execute(select(func.count()).select_from(upload).where(upload.c.tenant == tenant))
        return int(found.scalar_one())

    def size(self, tenant: str) -> int:
        """Return how many bytes a tenant's uploads have together, sealed; the documents themselves are not read."""
        length = select(func.coalesce(func.sum(func.length(upload.c.content)), 0)).where(upload.c.tenant == tenant)
        return int(self._connection.execute(length).scalar_one())

    def remove(self, upload_id: str) -> None:
        """Delete an upload."""
        self._connection.execute(delete(upload).where(upload.c.id == upload_id))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Return identifiers of uploads whose time is over, the oldest first."""
        query = select(upload.c.id).where(upload.c.expires_at <= now).order_by(upload.c.expires_at).limit(limit)
        return tuple(self._connection.execute(query).scalars())


class SqlPageTemplates:
    """The page templates and their versions, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: TemplateRecord) -> None:
        """Keep a new template."""
        self._connection.execute(_TEMPLATE_NEW, row_of(record))

    def get(self, template_id: str) -> TemplateRecord | None:
        """Return a template."""
        row = self._connection.execute(_TEMPLATE, keys(id=template_id)).first()
        return None if row is None else TemplateRecord(**row._mapping)

    def of_tenant(self, tenant: str) -> tuple[TemplateRecord, ...]:
        """Return a tenant's templates, newest first."""
        rows = self._connection.execute(_OF_TENANT, keys(tenant=tenant))
        return tuple(TemplateRecord(**row._mapping) for row in rows)

    def update(self, record: TemplateRecord, *, was: TemplateRecord) -> bool:
        """Replace a template unless somebody else has changed it meanwhile; return whether it was replaced."""
        changed = self._connection.execute(
            update(page_template)
            .where(page_template.c.id == record.id, page_template.c.newest == was.newest)
            .values(newest=record.newest, archived_at=record.archived_at)
        )
        return bool(changed.rowcount == 1)

    def add_version(self, record: TemplateVersionRecord) -> None:
        """Keep a new version."""
        self._connection.execute(_VERSION_NEW, row_of(record))

    def version(self, template_id: str, number: int) -> TemplateVersionRecord | None:
        """Return a version."""
        row = self._connection.execute(_VERSION, keys(template_id=template_id, number=number)).first()
        return None if row is None else TemplateVersionRecord(**row._mapping)
