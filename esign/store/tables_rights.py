"""Table of the declarations that consumers make without a login. What they wrote stands in the sealed column only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

right_declaration = Table(
    "right_declaration",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("right", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("once", LargeBinary(32), nullable=False, unique=True),
    Column("likeness", LargeBinary(32), nullable=False, index=True),
    Column("mailbox", LargeBinary(32), nullable=False),
    Column("same_as", String(64), nullable=True),
    Column("contract_id", String(64), nullable=True, index=True),
    Column("verdict", String(12), nullable=True),
    Column("due_on", String(10), nullable=True),
    Column("acknowledged_at", Instant, nullable=True),
    Column("settled_at", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("state IN ('received', 'open', 'repeated', 'settled')", name="state"),
    CheckConstraint("\"right\" IN ('withdrawal', 'termination')", name="right"),
    Index("ix_right_declaration_tenant_received_at", "tenant", "received_at"),
    Index("ix_right_declaration_mailbox_received_at", "mailbox", "received_at"),
)
"""``once`` names one press of the button, ``likeness`` what was declared, ``mailbox`` the address: keyed indexes."""
