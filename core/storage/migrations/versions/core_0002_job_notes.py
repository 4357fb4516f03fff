"""What a job remembers of its steps, in the transaction of each step: which rows an import refused, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0002"
down_revision = "core_0001"


def upgrade() -> None:
    """Make the table of notes; they go with their job."""
    op.create_table(
        "core_job_note",
        sa.Column("job", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["job"], ["core_job.id"], name="core_job_note_job", ondelete="CASCADE"),
    )
