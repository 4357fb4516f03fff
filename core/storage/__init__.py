"""Tables, schema plans, transactions and conditions in SQL: everything that speaks to PostgreSQL."""

from core.storage import kernel_tables
from core.storage.check import check_database
from core.storage.database import Database
from core.storage.failures import translate_database_error
from core.storage.migrate import check_revision, migrate
from core.storage.reader import Driver, Reader, Row
from core.storage.tables import Tables
from core.storage.unit import UnitOfWork
from core.storage.versions import bump, bump_access, lock_schema

__all__ = [
    "Database",
    "Driver",
    "Reader",
    "Row",
    "Tables",
    "UnitOfWork",
    "bump",
    "bump_access",
    "check_database",
    "check_revision",
    "kernel_tables",
    "lock_schema",
    "migrate",
    "translate_database_error",
]
