"""Passkeys: what is kept of the keys that devices sign in with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0014"
down_revision = "core_0013"

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "core_passkey",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("credential", sa.LargeBinary, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.text("now()")),
        sa.Column("last_used_at", MOMENT),
        sa.UniqueConstraint("credential", name="core_passkey_credential"),
        sa.ForeignKeyConstraint(
            ["account"], ["core_account.id"], name="core_passkey_account", ondelete="CASCADE"
        ),
    )
    op.create_index("core_passkey_by_account", "core_passkey", ["account"])
