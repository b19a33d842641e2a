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

    _allow("'uploaded', ")

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
    _allow("")
    op.drop_column("webhook_delivery", "bulk_id")
    op.drop_index("ix_invitation_remind_at", table_name="invitation")
    op.drop_column("invitation", "remind_at")
    for name in ("reminder_days", "valid_until", "valid_days"):
        op.drop_column("contract", name)


def _allow(more: str) -> None:
    """Change which states a run may have; its rows stand aside, where the table has to be written anew (SQLite)."""
    op.execute("CREATE TEMPORARY TABLE bulk_row_aside AS SELECT * FROM bulk_row")
    op.execute("DELETE FROM bulk_row")
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_bulk_run_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_bulk_run_state"), _STATES.format(more))
    op.execute("INSERT INTO bulk_row SELECT * FROM bulk_row_aside")
    op.execute("DROP TABLE bulk_row_aside")
