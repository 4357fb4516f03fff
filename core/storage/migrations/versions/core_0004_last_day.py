"""On which day the last number of a sequence stands: numbers and dates of a series go the same way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"


def upgrade() -> None:
    """Add the column; sequences without a date field leave it empty."""
    op.add_column("core_sequence", sa.Column("last_day", sa.Date))
