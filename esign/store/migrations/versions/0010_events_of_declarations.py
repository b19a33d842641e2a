"""Webhooks are told of declarations: which one an event is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("webhook_delivery", sa.Column("declaration_id", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take the tables back to the revision before."""
    with op.batch_alter_table("webhook_delivery") as table:
        table.drop_column("declaration_id")
