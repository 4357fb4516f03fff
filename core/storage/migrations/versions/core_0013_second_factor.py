"""Second factors: codes of a time, codes to recover with, and steps of signing in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0013"
down_revision = "core_0012"


def upgrade() -> None:
    """Add the tables, and a column that has to look through none."""
    op.add_column(
        "core_account",
        sa.Column("second_factor", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "core_totp",
        sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
        _moment("created_at", now=True),
        _moment("confirmed_at"),
        _of_account("core_totp"),
    )
    op.create_table(
        "core_recovery_code",
        sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        _moment("used_at"),
        _of_account("core_recovery_code"),
    )
    _create_step()


def _create_step() -> None:
    op.create_table(
        "core_step",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account", sa.BigInteger),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("body", JSONB(none_as_null=True), nullable=False, server_default="{}"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        _moment("created_at", now=True),
        _moment("expires_at", nullable=False),
        sa.UniqueConstraint("token_hash", name="core_step_token"),
        _of_account("core_step"),
    )
    op.create_index("core_step_by_account", "core_step", ["account"])
    op.create_index("core_step_by_expiry", "core_step", ["expires_at"])


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account"], ["core_account.id"], name=f"{table}_account", ondelete="CASCADE"
    )


def _moment(name: str, *, now: bool = False, nullable: bool = True) -> sa.Column[Any]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable and not now, server_default=default)
