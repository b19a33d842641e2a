"""The company's desk: search words of contracts, bulk runs and their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "search_token",
        sa.Column("contract_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_search_token_contract_id_contract")),
        sa.PrimaryKeyConstraint("contract_id", "token", name=op.f("pk_search_token")),
    )
    with op.batch_alter_table("search_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_token_token"), ["token"], unique=False)

    op.create_table(
        "search_state",
        sa.Column("contract_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_search_state_contract_id_contract")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_search_state")),
    )
    op.create_table(
        "bulk_run",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("finished_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('checked', 'running', 'done', 'cancelled')", name=op.f("ck_bulk_run_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
    )
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_run_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_run_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_run_tenant_created_at"), ["tenant", "created_at"], unique=False)

    op.create_table(
        "bulk_row",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("contract_id", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('bad', 'waiting', 'done', 'failed', 'skipped')", name=op.f("ck_bulk_row_state")),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_row_run_id_bulk_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_bulk_row")),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("bulk_row")
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_run_tenant_created_at"))
        batch_op.drop_index(batch_op.f("ix_bulk_run_state"))
        batch_op.drop_index(batch_op.f("ix_bulk_run_expires_at"))

    op.drop_table("bulk_run")
    op.drop_table("search_state")
    with op.batch_alter_table("search_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_token_token"))

    op.drop_table("search_token")
