"""The tables of second factors: what somebody has besides a password, and the steps of signing in that wait for it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from core.storage.kernel_tables import KERNEL


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account"], ["core_account.id"], name=f"{table}_account", ondelete="CASCADE"
    )


def _moment(name: str, *, now: bool = False, nullable: bool = True) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable and not now, server_default=default)


totp = sa.Table(
    "core_totp",
    KERNEL,
    sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
    # Sealed with the key of the site: a copy of the database alone opens nothing.
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
    _moment("created_at", now=True),
    _moment("confirmed_at"),
    _of_account("core_totp"),
)

recovery_code = sa.Table(
    "core_recovery_code",
    KERNEL,
    sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    _moment("used_at"),
    _of_account("core_recovery_code"),
)

passkey = sa.Table(
    "core_passkey",
    KERNEL,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("account", sa.BigInteger, nullable=False),
    sa.Column("credential", sa.LargeBinary, nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("name", sa.Text, nullable=False),
    _moment("created_at", now=True),
    _moment("last_used_at"),
    sa.UniqueConstraint("credential", name="core_passkey_credential"),
    _of_account("core_passkey"),
    sa.Index("core_passkey_by_account", "account"),
)

outside = sa.Table(
    "core_outside",
    KERNEL,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("account", sa.BigInteger, nullable=False),
    _moment("created_at", now=True),
    _of_account("core_outside"),
    sa.Index("core_outside_by_account", "account"),
)

once_outside = sa.Table(
    "core_once_outside",
    KERNEL,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
    _of_account("core_once_outside"),
    sa.Index("core_once_outside_by_account", "account"),
)

step = sa.Table(
    "core_step",
    KERNEL,
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
    sa.Index("core_step_by_account", "account"),
    sa.Index("core_step_by_expiry", "expires_at"),
)
