"""Which accounts another service has signed in once: what was disconnected comes back by the hand of its owner alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0016"
down_revision = "core_0015"


def upgrade() -> None:
    """Add the table, with the accounts that are connected today."""
    op.create_table(
        "core_once_outside",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["account"], ["core_account.id"], name="core_once_outside_account", ondelete="CASCADE"
        ),
    )
    op.create_index("core_once_outside_by_account", "core_once_outside", ["account"])
    op.execute(
        "INSERT INTO core_once_outside (issuer, account) SELECT DISTINCT issuer, account FROM core_outside"
    )
