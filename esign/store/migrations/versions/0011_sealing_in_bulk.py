"""Sealing in bulk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


SEALED = sa.text("sealed_at IS NOT NULL")
OPEN = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "seal_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("store", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=5), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("complete_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.Column("listed", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.BigInteger(), nullable=False),
        sa.Column("set_aside", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_batch")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seal_output",
        sa.Column("store", sa.String(length=200), nullable=False),
        sa.Column("output", sa.LargeBinary(), nullable=False),
        sa.Column("digest_out", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest_in", sa.LargeBinary(length=32), nullable=False),
        sa.Column("level", sa.String(length=5), nullable=False),
        sa.Column("promised_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("sealed_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.PrimaryKeyConstraint("store", "output", "digest_out", name=op.f("pk_seal_output")),
    )
    with op.batch_alter_table("seal_output", schema=None) as batch_op:
        batch_op.create_index(
            "uq_seal_output_sealed",
            ["store", "output"],
            unique=True,
            sqlite_where=sa.text("sealed_at IS NOT NULL"),
            postgresql_where=sa.text("sealed_at IS NOT NULL"),
        )

    op.create_table(
        "seal_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("output", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", esign.store.metadata.Instant(length=27), nullable=True),
        sa.Column("digest_in", sa.LargeBinary(length=32), nullable=True),
        sa.Column("digest_out", sa.LargeBinary(length=32), nullable=True),
        sa.Column("level", sa.String(length=5), nullable=False),
        sa.Column("path", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("finished_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'sealed', 'set_aside')", name=op.f("ck_seal_item_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["seal_batch.id"], name=op.f("fk_seal_item_batch_id_seal_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_item")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("seal_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_item_batch_id_id"), ["batch_id", "id"], unique=False)
        batch_op.create_index(
            "ix_seal_item_open",
            ["batch_id", "state", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    with op.batch_alter_table("seal_item", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_seal_item_open",
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )
        batch_op.drop_index(batch_op.f("ix_seal_item_batch_id_id"))

    op.drop_table("seal_item")
    with op.batch_alter_table("seal_output", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_seal_output_sealed",
            sqlite_where=sa.text("sealed_at IS NOT NULL"),
            postgresql_where=sa.text("sealed_at IS NOT NULL"),
        )

    op.drop_table("seal_output")
    op.drop_table("seal_batch")
