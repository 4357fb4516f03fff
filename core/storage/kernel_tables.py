"""The fixed tables of the core (``core_``): what every site has before any module."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

KERNEL = sa.MetaData()


def _moment(name: str, *, now: bool = False, nullable: bool = True) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable and not now, server_default=default)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _text(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable, server_default=default)


def _count(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=str(default))


def _json(name: str, default: str | None = "{}") -> sa.Column[object]:
    return sa.Column(name, JSONB(none_as_null=True), nullable=default is None, server_default=default)


catalog = sa.Table(
    "core_catalog",
    KERNEL,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
    sa.Column("access_version", sa.BigInteger, nullable=False, server_default="1"),
    sa.CheckConstraint("id = 1", name="core_catalog_one_row"),
)

module = sa.Table(
    "core_module",
    KERNEL,
    sa.Column("name", sa.Text, primary_key=True),
    _text("version"),
    _text("state"),
    _moment("installed_at", now=True),
    _json("manifest"),
    _count("position"),
    sa.CheckConstraint("state in ('enabled', 'disabled')", name="core_module_state"),
)

document = sa.Table(
    "core_document",
    KERNEL,
    _id(),
    _text("owner"),
    _text("kind"),
    _text("name"),
    # json, not jsonb: the order of fields, choices and sections is part of a document, and jsonb forgets it.
    sa.Column("body", sa.JSON(none_as_null=True), nullable=False, server_default="{}"),
    _text("digest", ""),
    _json("place"),
    _moment("set_at", now=True),
    sa.Column("set_by", sa.BigInteger),
    _text("reason", ""),
    sa.UniqueConstraint("owner", "kind", "name", name="core_document_name"),
)

document_change = sa.Table(
    "core_document_change",
    KERNEL,
    _id(),
    _moment("at", now=True),
    sa.Column("actor", sa.BigInteger),
    _text("actor_name", ""),
    _text("reason", ""),
    _text("kind"),
    _text("name"),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON(none_as_null=True)),
    sa.Index("core_document_change_by_name", "kind", "name", "id"),
)

physical = sa.Table(
    "core_physical",
    KERNEL,
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("column_name", sa.Text, primary_key=True),
    _text("entity"),
    _text("field"),
    _text("owner", ""),
    _text("state", "active"),
    _text("type"),
    _text("sql_type", ""),
    sa.Column("unique", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("only", ""),
    sa.CheckConstraint("state in ('active', 'trash')", name="core_physical_state"),
)

index = sa.Table(
    "core_index",
    KERNEL,
    sa.Column("name", sa.Text, primary_key=True),
    _text("table_name"),
    _text("kind"),
    sa.Column("columns", ARRAY(sa.Text), nullable=False),
    _text("state"),
    _text("problem", ""),
    _moment("set_at", now=True),
    sa.CheckConstraint("state in ('built', 'pending', 'failed')", name="core_index_state"),
)

account = sa.Table(
    "core_account",
    KERNEL,
    _id(),
    _text("login"),
    _text("password_hash", nullable=True),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    _count("epoch", 1),
    sa.Column("roles", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("second_factor", sa.Boolean, nullable=False, server_default=sa.false()),
    _count("failed"),
    _moment("locked_until"),
    _moment("created_at", now=True),
    _moment("last_sign_in"),
    sa.Column("must_change", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("link_hash", sa.LargeBinary),
    _moment("link_until"),
    sa.UniqueConstraint("login", name="core_account_login"),
    sa.UniqueConstraint("link_hash", name="core_account_link"),
)

session = sa.Table(
    "core_session",
    KERNEL,
    _id(),
    sa.Column("token_hash", sa.LargeBinary, nullable=False),
    sa.Column("account", sa.BigInteger, nullable=False),
    _moment("created_at", now=True),
    _moment("seen_at", now=True),
    _moment("expires_at", nullable=False),
    _text("csrf", ""),
    sa.Column("viewing", sa.BigInteger),
    _moment("viewing_until"),
    _text("agent", ""),
    _text("address", ""),
    _moment("fresh_at"),
    sa.UniqueConstraint("token_hash", name="core_session_token"),
    sa.ForeignKeyConstraint(
        ["account"], ["core_account.id"], name="core_session_account", ondelete="CASCADE"
    ),
    sa.ForeignKeyConstraint(
        ["viewing"], ["core_account.id"], name="core_session_viewing", ondelete="CASCADE"
    ),
    sa.Index("core_session_by_account", "account"),
    sa.Index("core_session_by_expiry", "expires_at"),
)

api_key = sa.Table(
    "core_api_key",
    KERNEL,
    _id(),
    sa.Column("account", sa.BigInteger, nullable=False),
    _text("name"),
    _text("prefix"),
    sa.Column("key_hash", sa.LargeBinary, nullable=False),
    _json("scopes", "[]"),
    _moment("created_at", now=True),
    _moment("expires_at"),
    _moment("last_used_at"),
    _moment("revoked_at"),
    sa.UniqueConstraint("key_hash", name="core_api_key_hash"),
    sa.ForeignKeyConstraint(
        ["account"], ["core_account.id"], name="core_api_key_account", ondelete="CASCADE"
    ),
    sa.Index("core_api_key_by_account", "account"),
)

history_id = sa.Sequence("core_history_id", metadata=KERNEL, data_type=sa.BigInteger)

history = sa.Table(
    "core_history",
    KERNEL,
    sa.Column("id", sa.BigInteger, history_id, server_default=history_id.next_value(), primary_key=True),
    sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), primary_key=True),
    _text("entity"),
    sa.Column("record_id", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.BigInteger),
    _text("actor_name", ""),
    _text("channel", ""),
    _text("reason", nullable=True),
    _text("cause", nullable=True),
    _text("action"),
    _json("changes"),
    sa.CheckConstraint(
        "action in "
        "('create', 'update', 'delete', 'restore', 'transition', 'view_as', 'view_as_ended', 'account')",
        name="core_history_action",
    ),
    sa.Index("core_history_by_record", "entity", "record_id", "id"),
    sa.Index("core_history_by_actor", "actor", "id"),
    postgresql_partition_by="RANGE (at)",
)

VIEWING = ("view_as", "view_as_ended")
"""The actions of the history that tell who began and who ended to see what a person sees."""

OF_ACCOUNT = "account"
"""The action of the history that tells what happened to somebody's account; what it was stands in its changes."""

external_id = sa.Table(
    "core_external_id",
    KERNEL,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    _text("entity"),
    sa.Column("record_id", sa.BigInteger, nullable=False),
    sa.Index("core_external_id_by_record", "entity", "record_id"),
)

merge = sa.Table(
    "core_merge",
    KERNEL,
    _id(),
    _text("entity"),
    sa.Column("winner", sa.BigInteger, nullable=False),
    sa.Column("losers", ARRAY(sa.BigInteger), nullable=False),
    _text("cause"),
    _moment("at", now=True),
    sa.Column("actor", sa.BigInteger),
    _text("actor_name"),
    _text("reason", ""),
    _json("moved", "[]"),
    _json("conflicts", "[]"),
    _json("external", "[]"),
    _moment("undone_at"),
    sa.Column("undone_by", sa.BigInteger),
    sa.Index("core_merge_by_winner", "entity", "winner"),
)

redirect = sa.Table(
    "core_redirect",
    KERNEL,
    sa.Column("entity", sa.Text, primary_key=True),
    sa.Column("record_id", sa.BigInteger, primary_key=True),
    sa.Column("target", sa.BigInteger, nullable=False),
    sa.Column("merge", sa.BigInteger, nullable=False),
    sa.Index("core_redirect_by_merge", "merge"),
)

sequence = sa.Table(
    "core_sequence",
    KERNEL,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("next", sa.BigInteger, nullable=False, server_default="1"),
    sa.Column("last_day", sa.Date),
)

file = sa.Table(
    "core_file",
    KERNEL,
    _id(),
    _text("sha256"),
    _text("name"),
    _text("mime"),
    sa.Column("size", sa.BigInteger, nullable=False),
    _moment("created_at", now=True),
    sa.Column("created_by", sa.BigInteger),
    _text("entity", nullable=True),
    sa.Column("record_id", sa.BigInteger),
    sa.Index("core_file_by_content", "sha256"),
    sa.Index("core_file_by_record", "entity", "record_id"),
)

job = sa.Table(
    "core_job",
    KERNEL,
    _id(),
    _text("kind"),
    _text("state", "queued"),
    sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("total", sa.BigInteger),
    _json("result", None),
    _text("error", nullable=True),
    sa.Column("actor", sa.BigInteger),
    _moment("created_at", now=True),
    _moment("started_at"),
    _moment("finished_at"),
    _moment("heartbeat"),
    sa.Column("procrastinate_id", sa.BigInteger),
    sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    _json("arguments"),
    _json("checkpoint", None),
    _json("scopes", None),
    sa.Column("starts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint(
        "state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="core_job_state"
    ),
    sa.Index("core_job_by_state", "state", "id"),
    sa.Index("core_job_by_actor", "actor", "id"),
    sa.Index("core_job_by_procrastinate", "procrastinate_id"),
)

mail = sa.Table(
    "core_mail",
    KERNEL,
    _id(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    _text("message_id"),
    _text("recipient"),
    _text("subject"),
    _text("text"),
    _text("html", ""),
    _json("attachments", "[]"),
    sa.Column("made_of", JSONB(none_as_null=True)),
    _text("state", "waiting"),
    _count("attempts"),
    _moment("next_at", now=True),
    _text("error", nullable=True),
    _moment("created_at", now=True),
    _moment("sent_at"),
    sa.CheckConstraint(
        "state in ('waiting', 'sending', 'sent', 'failed', 'withdrawn')", name="core_mail_state"
    ),
    sa.Index("core_mail_due", "state", "next_at"),
)

job_note = sa.Table(
    "core_job_note",
    KERNEL,
    sa.Column("job", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("body", JSONB(none_as_null=True), nullable=False),
    sa.ForeignKeyConstraint(["job"], ["core_job.id"], name="core_job_note_job", ondelete="CASCADE"),
)

idempotency = sa.Table(
    "core_idempotency",
    KERNEL,
    sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, primary_key=True),
    _text("route"),
    sa.Column("request_hash", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("response", sa.LargeBinary),
    _moment("created_at", now=True),
    sa.Index("core_idempotency_by_age", "created_at"),
)

attempt = sa.Table(
    "core_attempt",
    KERNEL,
    sa.Column("key", sa.Text, primary_key=True),
    _count("failed"),
    _moment("last", now=True),
    _moment("locked_until"),
)
