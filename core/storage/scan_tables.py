"""The tables of scans for duplicates: what was compared of each record, by which keys it is found, and the pairs."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from core.storage.kernel_tables import KERNEL

scan_mark = sa.Table(
    "core_scan_mark",
    KERNEL,
    sa.Column("entity", sa.Text, primary_key=True),
    sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
    # Of what is compared, so that a scan knows what has changed; no value can be read out of it.
    sa.Column("digest", sa.BigInteger, nullable=False),
    sa.Column("waits", sa.Boolean, nullable=False, server_default="true"),
    sa.Index("core_scan_mark_waits", "entity", "record_id", postgresql_where=sa.text("waits")),
)

scan_key = sa.Table(
    "core_scan_key",
    KERNEL,
    sa.Column("entity", sa.Text, primary_key=True),
    # A hash: records that share one that is not negative are compared; negative ones count words.
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Index("core_scan_key_by_record", "entity", "record_id"),
)

pair = sa.Table(
    "core_pair",
    KERNEL,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("left_id", sa.BigInteger, nullable=False),
    sa.Column("right_id", sa.BigInteger, nullable=False),
    # Thousandths: exact, so that a page can go on behind one.
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("reasons", JSONB(none_as_null=True), nullable=False, server_default="[]"),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("found_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
    sa.Column("decided_at", sa.TIMESTAMP(timezone=True)),
    sa.Column("decided_by", sa.BigInteger),
    sa.CheckConstraint("left_id < right_id", name="core_pair_order"),
    sa.CheckConstraint("state in ('open', 'dismissed')", name="core_pair_state"),
    sa.UniqueConstraint("entity", "left_id", "right_id", name="core_pair_once"),
    sa.Index("core_pair_queue", "entity", "state", "score", "id"),
    sa.Index("core_pair_by_right", "entity", "right_id"),
)
