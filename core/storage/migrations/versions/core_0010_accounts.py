"""What pages tell of accounts and sessions: the last sign-in, one-time links, from where; and an entry of the history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0010"
down_revision = "core_0009"

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the columns, none of which has to look through a table, and allow one more action of the history."""
    op.add_column("core_account", sa.Column("last_sign_in", MOMENT))
    op.add_column(
        "core_account", sa.Column("must_change", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("core_account", sa.Column("link_hash", sa.LargeBinary))
    op.add_column("core_account", sa.Column("link_until", MOMENT))
    op.create_unique_constraint("core_account_link", "core_account", ["link_hash"])
    op.add_column("core_session", sa.Column("agent", sa.Text, nullable=False, server_default=""))
    op.add_column("core_session", sa.Column("address", sa.Text, nullable=False, server_default=""))
    op.add_column("core_session", sa.Column("fresh_at", MOMENT))
    op.execute(
        "UPDATE core_account SET last_sign_in = s.at FROM "
        "(SELECT account, max(created_at) AS at FROM core_session GROUP BY account) s WHERE s.account = core_account.id"
    )
    op.execute("ALTER TABLE core_history DROP CONSTRAINT core_history_action")
    op.execute(
        "ALTER TABLE core_history ADD CONSTRAINT core_history_action CHECK (action IN "
        "('create', 'update', 'delete', 'restore', 'transition', 'view_as', 'view_as_ended', 'account')) NOT VALID"
    )
    op.execute("ALTER TABLE core_history VALIDATE CONSTRAINT core_history_action")
