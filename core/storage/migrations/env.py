"""Alembic's entry: run the revisions on the connection, and in the transaction, of whoever asks."""

from alembic import context

from core.storage import factor_tables, scan_tables  # noqa: F401  # their tables are of the kernel
from core.storage.kernel_tables import KERNEL

context.configure(
    connection=context.config.attributes["connection"], target_metadata=KERNEL, version_table="core_revision"
)
context.run_migrations()
