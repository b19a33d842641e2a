"""Table of the outbox: what must still reach somebody outside."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, String, Table

from esign.store.metadata import Instant, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("contract_id", String(64), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(64), nullable=True),
    Column("lease_until", Instant, nullable=True),
    Column("finished_at", Instant, nullable=True),
    Column("last_code", String(80), nullable=True),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
    Index(None, "state", "due_at"),
)
"""States: waiting → running (leased) → done, or back to waiting, or dead after too many attempts."""
