"""Tables of drafts and cases. What people fill in stands in sealed columns only."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

form_draft = Table(
    "form_draft",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("form", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("case_id", String(64), nullable=True),
    Column("sent", Boolean, nullable=False),
    Column("resumed", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

form_access = Table(
    "form_access",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("draft_id", String(64), ForeignKey("form_draft.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("expires_at", Instant, nullable=False),
    CheckConstraint("kind IN ('device', 'link')", name="kind"),
)
"""Who holds the secret of a digest may go on with the draft."""

prefill_use = Table(
    "prefill_use",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)
"""Prefill tokens that were used, until their time is over."""

form_case = Table(
    "form_case",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("form", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=True, index=True),
    Column("contract_id", String(64), nullable=True, index=True),
    Column("rules", String(4000), nullable=False),
    Column("corrected", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("state IN ('accepted', 'refused', 'referred', 'asked', 'closed')", name="state"),
    Index("ix_form_case_tenant_created_at", "tenant", "created_at"),
)
