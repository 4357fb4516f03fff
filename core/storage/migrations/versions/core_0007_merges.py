"""Merges of records, and where those that were merged are found now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "core_0007"
down_revision = "core_0006"


def upgrade() -> None:
    """Add the log of merges and the ways from old ids."""
    op.create_table(
        "core_merge",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("winner", sa.BigInteger, nullable=False),
        sa.Column("losers", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("actor", sa.BigInteger),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("moved", JSONB(none_as_null=True), nullable=False, server_default="[]"),
        sa.Column("conflicts", JSONB(none_as_null=True), nullable=False, server_default="[]"),
        sa.Column("external", JSONB(none_as_null=True), nullable=False, server_default="[]"),
        sa.Column("undone_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("undone_by", sa.BigInteger),
    )

    op.create_table(
        "core_redirect",
        sa.Column("entity", sa.Text, primary_key=True),
        sa.Column("record_id", sa.BigInteger, primary_key=True),
        sa.Column("target", sa.BigInteger, nullable=False),
        sa.Column("merge", sa.BigInteger, nullable=False),
    )

    op.create_index("core_merge_by_winner", "core_merge", ["entity", "winner"])
    op.create_index("core_redirect_by_merge", "core_redirect", ["merge"])
