"""The kernel's tables, the history with its months, Procrastinate's tables, the order of text."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core.i18n.collation import sort_key_ddl

revision = "core_0001"
down_revision = None

MONTHS_AHEAD = 12

APPEND_ONLY = """
CREATE FUNCTION public.core_history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""

PARTITIONS = """
CREATE FUNCTION public.core_history_partitions(months_ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz;
    past timestamptz;
    part text;
    made integer := 0;
BEGIN
    FOR month IN 0 .. months_ahead LOOP
        first := (date_trunc('month', now() AT TIME ZONE 'UTC') + month * interval '1 month') AT TIME ZONE 'UTC';
        past := (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        part := 'core_history_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
        -- Rows that came before their month was made stay in the rest; PostgreSQL would refuse the overlap.
        CONTINUE WHEN EXISTS (SELECT FROM public.core_history_rest WHERE at >= first AND at < past);
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.core_history FOR VALUES FROM (%L) TO (%L)',
                       part, first, past);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.core_history_refuse()', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$
"""


def upgrade() -> None:
    """Make everything; all of it or nothing, as the caller's transaction ends."""
    _metadata_tables()
    _physical_tables()
    _account_tables()
    _history()
    _record_tables()
    _job_tables()
    op.execute(sa.text("INSERT INTO core_catalog (id) VALUES (1)"))
    _run(sort_key_ddl())
    _run(SchemaManager.get_schema())


def _metadata_tables() -> None:
    op.create_table(
        "core_catalog",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("access_version", sa.BigInteger, nullable=False, server_default="1"),
        sa.CheckConstraint("id = 1", name="core_catalog_one_row"),
    )
    op.create_table(
        "core_module",
        sa.Column("name", sa.Text, primary_key=True),
        _text("version"),
        _text("state"),
        _moment("installed_at", now=True),
        _json("manifest"),
        _count("position"),
        sa.CheckConstraint("state in ('enabled', 'disabled')", name="core_module_state"),
    )
    op.create_table(
        "core_document",
        _id(),
        _text("owner"),
        _text("kind"),
        _text("name"),
        sa.Column(
            "body", sa.JSON, nullable=False, server_default="{}"
        ),  # jsonb would forget the order of keys
        _text("digest", ""),
        _json("place"),
        _moment("set_at", now=True),
        sa.Column("set_by", sa.BigInteger),
        _text("reason", ""),
        sa.UniqueConstraint("owner", "kind", "name", name="core_document_name"),
    )


def _physical_tables() -> None:
    op.create_table(
        "core_physical",
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("column_name", sa.Text, primary_key=True),
        _text("entity"),
        _text("field"),
        _text("owner", ""),
        _text("state", "active"),
        _text("type"),
        _text("sql_type", ""),
        _flag("unique", sa.false()),
        sa.CheckConstraint("state in ('active', 'trash')", name="core_physical_state"),
    )
    op.create_table(
        "core_index",
        sa.Column("name", sa.Text, primary_key=True),
        _text("table_name"),
        _text("kind"),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        _text("state"),
        _text("problem", ""),
        _moment("set_at", now=True),
        sa.CheckConstraint("state in ('built', 'pending', 'failed')", name="core_index_state"),
    )


def _account_tables() -> None:
    op.create_table(
        "core_account",
        _id(),
        _text("login"),
        sa.Column("password_hash", sa.Text),
        _flag("active", sa.true()),
        _count("epoch", 1),
        sa.Column("roles", ARRAY(sa.Text), nullable=False, server_default="{}"),
        _count("failed"),
        _moment("locked_until"),
        _moment("created_at", now=True),
        sa.UniqueConstraint("login", name="core_account_login"),
    )
    op.create_table(
        "core_session",
        _id(),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        _moment("created_at", now=True),
        _moment("seen_at", now=True),
        _moment("expires_at", nullable=False),
        _text("csrf", ""),
        sa.UniqueConstraint("token_hash", name="core_session_token"),
        sa.ForeignKeyConstraint(
            ["account"], ["core_account.id"], name="core_session_account", ondelete="CASCADE"
        ),
    )
    op.create_index("core_session_by_account", "core_session", ["account"])
    op.create_index("core_session_by_expiry", "core_session", ["expires_at"])
    _key_tables()


def _key_tables() -> None:
    op.create_table(
        "core_api_key",
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
    )
    op.create_index("core_api_key_by_account", "core_api_key", ["account"])
    op.create_table(
        "core_attempt",
        sa.Column("key", sa.Text, primary_key=True),
        _count("failed"),
        _moment("last", now=True),
        _moment("locked_until"),
    )


def _history() -> None:
    """Make the history: one table a month, nothing in it ever changed or removed."""
    # PostgreSQL before 17 knows no identity columns on partitioned tables.
    op.execute(sa.schema.CreateSequence(sa.Sequence("core_history_id", data_type=sa.BigInteger)))
    op.create_table(
        "core_history",
        sa.Column(
            "id", sa.BigInteger, server_default=sa.text("nextval('core_history_id')"), primary_key=True
        ),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), primary_key=True),
        _text("entity"),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.BigInteger),
        _text("actor_name", ""),
        _text("channel", ""),
        sa.Column("reason", sa.Text),
        sa.Column("cause", sa.Text),
        _text("action"),
        _json("changes"),
        sa.CheckConstraint("action in ('create', 'update', 'delete', 'restore')", name="core_history_action"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("core_history_by_record", "core_history", ["entity", "record_id", "id"])
    op.create_index("core_history_by_actor", "core_history", ["actor", "id"])
    _run(APPEND_ONLY)
    _run("CREATE TABLE core_history_rest PARTITION OF core_history DEFAULT")
    _run(
        "CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON core_history "
        "FOR EACH ROW EXECUTE FUNCTION public.core_history_refuse()"
    )
    for table in ("core_history", "core_history_rest"):
        _run(
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.core_history_refuse()"
        )
    _run(PARTITIONS)
    op.execute(sa.select(sa.func.core_history_partitions(MONTHS_AHEAD)))


def _record_tables() -> None:
    op.create_table(
        "core_external_id",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        _text("entity"),
        sa.Column("record_id", sa.BigInteger, nullable=False),
    )
    op.create_index("core_external_id_by_record", "core_external_id", ["entity", "record_id"])
    op.create_table(
        "core_sequence",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("next", sa.BigInteger, nullable=False, server_default="1"),
    )
    op.create_table(
        "core_file",
        _id(),
        _text("sha256"),
        _text("name"),
        _text("mime"),
        sa.Column("size", sa.BigInteger, nullable=False),
        _moment("created_at", now=True),
        sa.Column("created_by", sa.BigInteger),
        sa.Column("entity", sa.Text),
        sa.Column("record_id", sa.BigInteger),
    )
    op.create_index("core_file_by_content", "core_file", ["sha256"])
    op.create_index("core_file_by_record", "core_file", ["entity", "record_id"])


def _job_tables() -> None:
    op.create_table(
        "core_job",
        _id(),
        _text("kind"),
        _text("state", "queued"),
        sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("total", sa.BigInteger),
        _json("result", None),
        sa.Column("error", sa.Text),
        sa.Column("actor", sa.BigInteger),
        _moment("created_at", now=True),
        _moment("started_at"),
        _moment("finished_at"),
        _moment("heartbeat"),
        sa.Column("procrastinate_id", sa.BigInteger),
        _flag("cancel_requested", sa.false()),
        _json("arguments"),
        _json("checkpoint", None),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="core_job_state"
        ),
    )
    op.create_index("core_job_by_state", "core_job", ["state", "id"])
    op.create_index("core_job_by_actor", "core_job", ["actor", "id"])
    op.create_index("core_job_by_procrastinate", "core_job", ["procrastinate_id"])
    op.create_table(
        "core_idempotency",
        sa.Column("account", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        _text("route"),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("response", sa.LargeBinary),
        _moment("created_at", now=True),
    )
    op.create_index("core_idempotency_by_age", "core_idempotency", ["created_at"])


def _run(script: str) -> None:
    """Run a script as it stands: several statements, percent signs and all."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]  # psycopg's own


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _text(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _moment(name: str, *, now: bool = False, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(
        name,
        sa.TIMESTAMP(timezone=True),
        nullable=nullable and not now,
        server_default=sa.text("now()") if now else None,
    )


def _count(name: str, default: int = 0) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=str(default))


def _flag(name: str, default: sa.ColumnElement[bool]) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=default)


def _json(name: str, default: str | None = "{}") -> sa.Column[Any]:
    return sa.Column(name, JSONB, nullable=default is None, server_default=default)
