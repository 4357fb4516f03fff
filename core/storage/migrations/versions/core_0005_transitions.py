"""Steps of workflows stand in the history as what they are."""

from __future__ import annotations

from alembic import op

revision = "core_0005"
down_revision = "core_0004"


def upgrade() -> None:
    """Allow one more action; what is written already fits, so that nothing is looked through under a lock."""
    op.execute("ALTER TABLE core_history DROP CONSTRAINT core_history_action")
    op.execute(
        "ALTER TABLE core_history ADD CONSTRAINT core_history_action "
        "CHECK (action IN ('create', 'update', 'delete', 'restore', 'transition')) NOT VALID"
    )
    op.execute("ALTER TABLE core_history VALIDATE CONSTRAINT core_history_action")
