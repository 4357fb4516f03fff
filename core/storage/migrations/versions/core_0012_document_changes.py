"""What the site has changed of its own documents: who, when, why, before and after."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"

TABLE = "core_document_change"


def upgrade() -> None:
    """Add the table; as with the history of records nobody rewrites it."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("actor", sa.BigInteger),
        sa.Column("actor_name", sa.Text, nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.Column("after", sa.JSON(none_as_null=True)),
    )
    op.create_index("core_document_change_by_name", TABLE, ["kind", "name", "id"])
    for name, what in (
        ("no_change", "UPDATE OR DELETE ON {} FOR EACH ROW"),
        ("no_truncate", "TRUNCATE ON {} FOR EACH STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what.format(TABLE)} EXECUTE FUNCTION public.core_history_refuse()"
        )
