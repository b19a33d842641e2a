"""A company's own documents: uploads, page templates and their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "page_template",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("archived_at", esign.store.metadata.Instant(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_template")),
    )
    with op.batch_alter_table("page_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_template_tenant"), ["tenant"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("expires_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_tenant"), ["tenant"], unique=False)

    op.create_table(
        "page_template_version",
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", esign.store.metadata.Instant(length=27), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["page_template.id"], name=op.f("fk_page_template_version_template_id_page_template")
        ),
        sa.PrimaryKeyConstraint("template_id", "number", name=op.f("pk_page_template_version")),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("page_template_version")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_tenant"))
        batch_op.drop_index(batch_op.f("ix_upload_expires_at"))

    op.drop_table("upload")
    with op.batch_alter_table("page_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_template_tenant"))

    op.drop_table("page_template")
