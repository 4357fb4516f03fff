"""Where a run keeps things, and the database server that both sides share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from core.storage.embedded import Embedded

ROOT = Path(__file__).resolve().parent
RESULTS = ROOT / "results"
PYTHON = sys.executable
BIN = Path(PYTHON).parent


class Place:
    """The folder of the measurements, with a PostgreSQL of its own that keeps every commit, as in use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._embedded = Embedded(folder)

    @classmethod
    def of_environment(cls) -> Place:
        """Return the place that PAYVAND_BENCH_HOME names, or var/bench."""
        return cls(Path(os.environ.get("PAYVAND_BENCH_HOME", ROOT.parent / "var" / "bench")).absolute())

    def start(self) -> None:
        """Start the database server unless it runs."""
        self._embedded.start()

    def stop(self) -> None:
        """Stop the database server."""
        self._embedded.stop()

    @property
    def postmaster(self) -> int:
        """Process number of the database server."""
        folder = self._embedded.folder()
        assert folder is not None  # it was started
        return int((folder / "data" / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        """Return the address of a database, as SQLAlchemy wants it."""
        return self._embedded.url(database)

    def dsn(self, database: str) -> str:
        """Return the address of a database, as the driver wants it."""
        return self.url(database).replace("postgresql+psycopg://", "postgresql://", 1)

    @contextmanager
    def connection(self, database: str = "postgres") -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Lend a connection in autocommit."""
        with psycopg.connect(
            self.dsn(database), autocommit=True, options="-c statement_timeout=0"
        ) as connection:
            yield connection

    def has(self, database: str) -> bool:
        """Tell whether there is a database of this name."""
        with self.connection() as server:
            return (
                server.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
                is not None
            )

    def create(self, database: str) -> None:
        """Make an empty database, as Payvand makes its own."""
        self.drop(database)
        self._embedded.ensure_database(database)

    def copy(self, source: str, database: str) -> None:
        """Make a database that holds what another holds."""
        self.drop(database)
        with self.connection() as server:
            server.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(database), sql.Identifier(source)
                )
            )

    def drop(self, database: str) -> None:
        """Remove a database."""
        with self.connection() as server:
            server.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )

    def rename(self, database: str, name: str) -> None:
        """Give a finished database its name."""
        self.drop(name)
        with self.connection() as server:
            server.execute(
                sql.SQL("alter database {} rename to {}").format(
                    sql.Identifier(database), sql.Identifier(name)
                )
            )

    def run(self, *command: str) -> None:
        """Run a command in an interpreter of its own."""
        subprocess.run([PYTHON, *command], check=True, cwd=ROOT.parent)
