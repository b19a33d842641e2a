"""Tables of uploads and page templates. Documents may hold personal data: they stand in sealed columns only."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

upload = Table(
    "upload",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

page_template = Table(
    "page_template",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("newest", Integer, nullable=False),
    Column("archived_at", Instant, nullable=True),
)

page_template_version = Table(
    "page_template_version",
    metadata,
    Column("template_id", String(64), ForeignKey("page_template.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""Rows are added, never changed."""
