"""Until when a contract can be signed; files of bulk runs whose columns are not settled; events about a bulk run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import esign.store.metadata

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATES = "state IN ({}'checked', 'running', 'done', 'cancelled')"


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("valid_until", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("reminder_days", sa.String(length=40), nullable=True))

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remind_at", esign.store.metadata.Instant(length=27), nullable=True))
        batch_op.create_index(batch_op.f("ix_invitation_remind_at"), ["remind_at"], unique=False)

    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bulk_id", sa.String(length=64), nullable=True))

    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_bulk_run_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_bulk_run_state"), _STATES.format("'uploaded', "))

    op.create_table(
        "bulk_file",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_file_run_id_bulk_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_bulk_file")),
    )


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("bulk_file")
    op.execute("DELETE FROM bulk_row WHERE run_id IN (SELECT id FROM bulk_run WHERE state = 'uploaded')")
    op.execute("DELETE FROM bulk_run WHERE state = 'uploaded'")
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_bulk_run_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_bulk_run_state"), _STATES.format(""))

    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_column("bulk_id")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_remind_at"))
        batch_op.drop_column("remind_at")

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_column("reminder_days")
        batch_op.drop_column("valid_until")
        batch_op.drop_column("valid_days")
