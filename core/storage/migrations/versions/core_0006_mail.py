"""Mail that is to be sent, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0006"
down_revision = "core_0005"


def upgrade() -> None:
    """Add the table; nothing else waits for it."""
    op.create_table(
        "core_mail",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False, server_default=""),
        sa.Column("attachments", JSONB(none_as_null=True), nullable=False, server_default="[]"),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True)),
        sa.CheckConstraint("state in ('waiting', 'sending', 'sent', 'failed')", name="core_mail_state"),
    )
    op.create_index("core_mail_due", "core_mail", ["state", "next_at"])
