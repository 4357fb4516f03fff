"""Mail of what is told of records waits as what it is made of, and is withdrawn where nothing of it may be read any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0011"
down_revision = "core_0010"


def upgrade() -> None:
    """Add the column and allow one more state; what is written already fits, so that nothing is looked through under a lock."""
    op.add_column("core_mail", sa.Column("made_of", JSONB))
    op.execute("ALTER TABLE core_mail DROP CONSTRAINT core_mail_state")
    op.execute(
        "ALTER TABLE core_mail ADD CONSTRAINT core_mail_state CHECK (state IN "
        "('waiting', 'sending', 'sent', 'failed', 'withdrawn')) NOT VALID"
    )
    op.execute("ALTER TABLE core_mail VALIDATE CONSTRAINT core_mail_state")
