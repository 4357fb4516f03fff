"""The PostgreSQL of a test run: one server for all its processes, template databases, clones in milliseconds.

The server is ``PAYVAND_TEST_PG`` (a URL whose role may create databases) or an embedded one without durability,
started by whoever asks first and stopped when the run ends. All names carry the id of the run, so that runs
side by side on one server do not meet.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from core.storage.embedded import Embedded, create_database

SERVER_VARIABLE = "PAYVAND_TEST_PG"
MEMORY = Path("/dev/shm")  # noqa: S108  # names in it are random
ENOUGH_MEMORY = 2 * 2**30
RUN_VARIABLE = "PAYVAND_TEST_RUN"  # handed down to the worker processes of the run


class TestPostgres:
    """The server of one test run, and the databases made on it."""

    __test__ = False  # pytest: not a test, whatever its name

    def __init__(self, run: str, url: str, embedded: Embedded | None = None) -> None:
        self.run = run
        self.url = url
        self._embedded = embedded
        self._kept: psycopg.Connection[tuple[object, ...]] | None = None
        self._templates: set[str] = set()

    @classmethod
    def of_run(cls, run: str, environ: Mapping[str, str] = os.environ) -> TestPostgres:
        """Return the server of a run, starting it where nobody has yet."""
        given = environ.get(SERVER_VARIABLE)
        if given:
            return cls(run, given)
        # Others may walk through it: where tests run as root, the server runs as an unprivileged user.
        _folder(run).mkdir(mode=0o711, exist_ok=True)
        embedded = Embedded(_folder(run), throwaway=True)
        embedded.start()
        return cls(run, embedded.url("postgres"), embedded)

    def template(self, key: str, build: Callable[[str], None]) -> str:
        """Return the name of the template for ``key``; the first to ask in this run makes it with ``build(url)``.

        ``build`` gets the URL of an empty database and must leave no connection open.
        """
        name = f"{self._prefix}t_{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        if name not in self._templates:
            self._make_template(name, build)
            self._templates.add(name)
        return name

    def _make_template(self, name: str, build: Callable[[str], None]) -> None:
        with self._server() as server:
            # Another worker may need longer for it than a statement or a lock may wait.
            server.execute("SET lock_timeout = 0; SET statement_timeout = 0")
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            if not _exists(server, name):
                unfinished = f"{name}_new"
                _drop(server, unfinished)
                create_database(self.url, unfinished)
                build(self.url_of(unfinished))
                server.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(unfinished), sql.Identifier(name)
                    )
                )

    def clone(self, template: str, again: str = "") -> str:
        """Copy a template and return the URL of the copy: ``again`` where a database that was dropped had it."""
        name = (make_url(again).database if again else None) or f"{self._prefix}c_{secrets.token_hex(6)}"
        self._own().execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url_of(name)

    def empty(self) -> str:
        """Return the URL of a new database with nothing in it but pg_trgm."""
        return self.clone(self.template("", _nothing))

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        name = make_url(url).database or ""
        if not name.startswith(self._prefix):
            raise ValueError(f"{name} does not belong to this test run")
        _drop(self._own(), name)

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Lend a database (a copy of ``template``, or an empty one) for the length of a block."""
        url = self.empty() if template is None else self.clone(template)
        try:
            yield url
        finally:
            self.drop(url)

    def url_of(self, database: str) -> str:
        """Return the URL of a database of this server."""
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    def close(self) -> None:
        """End the run: remove its databases, stop its server."""
        self.let_go()
        if self._embedded is not None:
            self._embedded.stop()
            for leftover in (self._embedded.folder(), _folder(self.run)):
                if leftover is not None:
                    shutil.rmtree(leftover, ignore_errors=True)
            return
        with self._server() as server:
            pattern = self._prefix.replace("_", r"\_") + "%"
            for (name,) in server.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
            ).fetchall():
                _drop(server, name)

    def let_go(self) -> None:
        """Close the connection of this process; the server stays for the others of the run."""
        if self._kept is not None:
            self._kept.close()

    @property
    def _prefix(self) -> str:
        return f"payvand_test_{self.run}_"

    @contextmanager
    def _server(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        with self._connect() as connection:
            yield connection

    def _own(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return the connection that copies and drops; it is kept, as every test asks for it twice."""
        if self._kept is None or self._kept.closed:
            self._kept = self._connect()
        return self._kept

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        dsn = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(dsn, autocommit=True)


def open_run(*, worker: bool = False) -> str:
    """Name this test run and tell its worker processes; nothing is started.

    Only a worker takes the name it finds: a run that a test starts is a run of its own, and ends alone.
    """
    run = (os.environ.get(RUN_VARIABLE) if worker else None) or secrets.token_hex(4)
    os.environ[RUN_VARIABLE] = run
    return run


def close_run(run: str) -> None:
    """Remove what the run has left: databases on a given server, or its own server."""
    os.environ.pop(RUN_VARIABLE, None)
    given = os.environ.get(SERVER_VARIABLE)
    if given:
        TestPostgres(run, given).close()
    elif _folder(run).exists():
        embedded = Embedded(_folder(run), throwaway=True)
        TestPostgres(run, embedded.url("postgres"), embedded).close()


def _nothing(url: str) -> None:
    """Build the empty template: what create_database makes is enough."""


def _folder(run: str) -> Path:
    return roomy_folder() / f"payvand-test-{run}"


def roomy_folder() -> Path:
    """Return where throwaway data go: in memory where there is room (a clone took 12 ms there, 40 to 600 on a disk)."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY
    return MEMORY if roomy else Path(tempfile.gettempdir())


def _exists(server: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: psycopg.Connection[tuple[object, ...]], name: object) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(name))))
