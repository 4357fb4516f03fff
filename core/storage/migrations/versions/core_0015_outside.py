"""Accounts of another service that sign people in, by the subject that it gives them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0015"
down_revision = "core_0014"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "core_outside",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.ForeignKeyConstraint(
            ["account"], ["core_account.id"], name="core_outside_account", ondelete="CASCADE"
        ),
    )
    op.create_index("core_outside_by_account", "core_outside", ["account"])
