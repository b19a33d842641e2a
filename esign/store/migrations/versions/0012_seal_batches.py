"""Batches of documents that backend systems have sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("webhook_delivery", sa.Column("batch_id", sa.String(length=64), nullable=True))
    op.create_table(
        "seal_job",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=5), nullable=False),
        sa.Column("evidence_record", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("completed_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.Column("finished_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.Column("journal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'running', 'done', 'deleted')", name=op.f("ck_seal_job_state")),
        sa.ForeignKeyConstraint(["journal"], ["seal_batch.id"], name=op.f("fk_seal_job_journal_seal_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_job")),
    )
    with op.batch_alter_table("seal_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seal_job_tenant_owner_created_at"), ["tenant", "owner", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_seal_job_state_expires_at"), ["state", "expires_at"], unique=False)
    op.create_table(
        "seal_file",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["seal_job.id"], name=op.f("fk_seal_file_job_id_seal_job")),
        sa.PrimaryKeyConstraint("job_id", "number", name=op.f("pk_seal_file")),
        sa.UniqueConstraint("job_id", "name_digest", name=op.f("uq_seal_file_job_id_name_digest")),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("seal_file")
    with op.batch_alter_table("seal_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_job_state_expires_at"))
        batch_op.drop_index(batch_op.f("ix_seal_job_tenant_owner_created_at"))
    op.drop_table("seal_job")
    with op.batch_alter_table("webhook_delivery") as table:
        table.drop_column("batch_id")
