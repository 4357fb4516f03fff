"""Which columns hold one value only, as the currency of an amount that is always in the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0008"
down_revision = "core_0007"


def upgrade() -> None:
    """Add the value to the records of columns; the next plan of each entity brings the checks."""
    op.add_column("core_physical", sa.Column("only", sa.Text, nullable=False, server_default=""))
