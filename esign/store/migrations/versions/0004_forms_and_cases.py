"""Forms that are filled in, and the cases that come of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0004"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "form_case",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("changed_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.Column("contract_id", sa.String(length=64), nullable=True),
        sa.Column("rules", sa.String(length=4000), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('accepted', 'refused', 'referred', 'asked', 'closed')", name=op.f("ck_form_case_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_case")),
    )
    with op.batch_alter_table("form_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_case_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_form_case_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_form_case_tenant_created_at", ["tenant", "created_at"], unique=False)

    op.create_table(
        "form_draft",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("resumed", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft")),
    )
    with op.batch_alter_table("form_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_draft_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "prefill_use",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_prefill_use")),
    )
    with op.batch_alter_table("prefill_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prefill_use_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "form_access",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.CheckConstraint("kind IN ('device', 'link')", name=op.f("ck_form_access_kind")),
        sa.ForeignKeyConstraint(["draft_id"], ["form_draft.id"], name=op.f("fk_form_access_draft_id_form_draft")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_form_access")),
    )
    with op.batch_alter_table("form_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_access_draft_id"), ["draft_id"], unique=False)

    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take the tables back to the revision before."""
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_column("case_id")

    with op.batch_alter_table("form_access", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_access_draft_id"))

    op.drop_table("form_access")
    with op.batch_alter_table("prefill_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prefill_use_expires_at"))

    op.drop_table("prefill_use")
    with op.batch_alter_table("form_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_draft_expires_at"))

    op.drop_table("form_draft")
    with op.batch_alter_table("form_case", schema=None) as batch_op:
        batch_op.drop_index("ix_form_case_tenant_created_at")
        batch_op.drop_index(batch_op.f("ix_form_case_expires_at"))
        batch_op.drop_index(batch_op.f("ix_form_case_contract_id"))

    op.drop_table("form_case")
