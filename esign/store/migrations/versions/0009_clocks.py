"""Performance of contracts, acts that become due, tasks of clerks, links of calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    instant = esign.store.metadata.Instant(length=27)
    op.create_table(
        "performance_event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("contract_id", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("corrected_at", instant, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_event")),
    )
    op.create_table(
        "due_act",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("contract_id", sa.String(length=64), nullable=True),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("not_before", instant, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dropped')", name=op.f("ck_due_act_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_act")),
        sa.UniqueConstraint("act", "subject", name=op.f("uq_due_act_act_subject")),
    )
    op.create_table(
        "clock_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_place")),
    )
    op.create_table(
        "desk_task",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("contract_id", sa.String(length=64), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.Column("done_by", sa.String(length=100), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_desk_task_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_task")),
    )
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("revoked_at", instant, nullable=True),
        sa.Column("last_used", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_link_digest")),
    )
    for table, columns in (
        ("performance_event", ["contract_id"]),
        ("due_act", ["contract_id"]),
        ("due_act", ["state", "not_before"]),
        ("desk_task", ["contract_id"]),
        ("desk_task", ["subject"]),
        ("desk_task", ["tenant", "state", "due_on"]),
        ("calendar_link", ["account_id"]),
    ):
        op.create_index(op.f(f"ix_{table}_" + "_".join(columns)), table, columns, unique=False)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    for table in ("calendar_link", "desk_task", "clock_place", "due_act", "performance_event"):
        op.drop_table(table)
