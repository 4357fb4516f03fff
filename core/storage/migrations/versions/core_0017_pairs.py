"""Scans for duplicates: what was compared of each record, by which keys it is found, and the pairs that were found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0017"
down_revision = "core_0016"


def upgrade() -> None:
    """Add the three tables; the first scan fills them."""
    op.create_table(
        "core_scan_mark",
        sa.Column("entity", sa.Text, primary_key=True),
        sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("waits", sa.Boolean, nullable=False, server_default="true"),
    )
    op.create_index(
        "core_scan_mark_waits", "core_scan_mark", ["entity", "record_id"], postgresql_where=sa.text("waits")
    )
    op.create_table(
        "core_scan_key",
        sa.Column("entity", sa.Text, primary_key=True),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("core_scan_key_by_record", "core_scan_key", ["entity", "record_id"])
    _create_pairs()


def _create_pairs() -> None:
    op.create_table(
        "core_pair",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("left_id", sa.BigInteger, nullable=False),
        sa.Column("right_id", sa.BigInteger, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("reasons", JSONB(none_as_null=True), nullable=False, server_default="[]"),
        sa.Column("state", sa.Text, nullable=False, server_default="open"),
        sa.Column("found_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("decided_by", sa.BigInteger),
        sa.CheckConstraint("left_id < right_id", name="core_pair_order"),
        sa.CheckConstraint("state in ('open', 'dismissed')", name="core_pair_state"),
        sa.UniqueConstraint("entity", "left_id", "right_id", name="core_pair_once"),
    )
    op.create_index("core_pair_queue", "core_pair", ["entity", "state", "score", "id"])
    op.create_index("core_pair_by_right", "core_pair", ["entity", "right_id"])
