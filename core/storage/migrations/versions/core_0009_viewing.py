"""Whose eyes a session looks through, and the two entries of the history that tell of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0009"
down_revision = "core_0008"


def upgrade() -> None:
    """Add the columns and allow two more actions; what is written already fits, so that nothing is looked through under a lock."""
    op.add_column("core_session", sa.Column("viewing", sa.BigInteger))
    op.add_column("core_session", sa.Column("viewing_until", sa.TIMESTAMP(timezone=True)))
    op.create_foreign_key(
        "core_session_viewing", "core_session", "core_account", ["viewing"], ["id"], ondelete="CASCADE"
    )
    op.execute("ALTER TABLE core_history DROP CONSTRAINT core_history_action")
    op.execute(
        "ALTER TABLE core_history ADD CONSTRAINT core_history_action CHECK (action IN "
        "('create', 'update', 'delete', 'restore', 'transition', 'view_as', 'view_as_ended')) NOT VALID"
    )
    op.execute("ALTER TABLE core_history VALIDATE CONSTRAINT core_history_action")
