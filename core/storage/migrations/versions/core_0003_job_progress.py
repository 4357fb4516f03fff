"""What a job may do where it was promised with an API key, and how often it was tried since it last got further."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0003"
down_revision = "core_0002"


def upgrade() -> None:
    """Add the columns; jobs that wait already were promised without limits and begin to count anew."""
    op.add_column("core_job", sa.Column("scopes", JSONB))
    op.add_column("core_job", sa.Column("starts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("core_job", sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
