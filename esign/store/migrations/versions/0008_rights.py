"""Declarations of withdrawal and termination that consumers make without a login."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    instant = esign.store.metadata.Instant(length=27)
    op.create_table(
        "right_declaration",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("right", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("once", sa.LargeBinary(length=32), nullable=False),
        sa.Column("likeness", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mailbox", sa.LargeBinary(length=32), nullable=False),
        sa.Column("same_as", sa.String(length=64), nullable=True),
        sa.Column("contract_id", sa.String(length=64), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("acknowledged_at", instant, nullable=True),
        sa.Column("settled_at", instant, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('received', 'open', 'repeated', 'settled')", name=op.f("ck_right_declaration_state")
        ),
        sa.CheckConstraint("\"right\" IN ('withdrawal', 'termination')", name=op.f("ck_right_declaration_right")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_declaration")),
        sa.UniqueConstraint("once", name=op.f("uq_right_declaration_once")),
    )
    for columns in (["contract_id"], ["likeness"], ["mailbox", "received_at"], ["tenant", "received_at"]):
        op.create_index(op.f("ix_right_declaration_" + "_".join(columns)), "right_declaration", columns, unique=False)


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("right_declaration")
