"""Tables of performance, due acts, tasks and calendars. What is personal stands in the sealed columns only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from esign.store.metadata import Instant, metadata

performance_event = Table(
    "performance_event",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("contract_id", String(64), nullable=False, index=True),
    Column("recorded_at", Instant, nullable=False),
    Column("corrected_at", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""What was stated about a contract's performance."""

due_act = Table(
    "due_act",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("act", String(24), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("contract_id", String(64), nullable=True, index=True),
    Column("due_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Column("done_at", Instant, nullable=True),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("act", "subject"),
    CheckConstraint("state IN ('waiting', 'done', 'dropped')", name="state"),
    Index("ix_due_act_state_not_before", "state", "not_before"),
)
"""One row for one act about one thing."""

clock_place = Table(
    "clock_place",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""How far the ledger was looked at for what becomes due: one row."""

desk_task = Table(
    "desk_task",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("contract_id", String(64), nullable=True, index=True),
    Column("due_on", String(10), nullable=False),
    Column("state", String(4), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant, nullable=True),
    Column("done_by", String(100), nullable=True),
    Column("sealed", LargeBinary, nullable=True),
    CheckConstraint("state IN ('open', 'done')", name="state"),
    Index("ix_desk_task_tenant_state_due_on", "tenant", "state", "due_on"),
    Index("ix_desk_task_subject", "subject"),
)
"""What clerks have to do, with its last local day."""

calendar_link = Table(
    "calendar_link",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("account_id", String(64), nullable=False, index=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
    Column("last_used", String(10), nullable=True),
)
"""Only the digest of a link's secret is kept."""
