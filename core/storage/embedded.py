"""`Embedded`: the PostgreSQL that comes with Payvand, started on a unix socket of its own and left running on its own.

One folder holds everything: ``<home>/postgres/{data,run,log,password,start.lock}``. The server is started by
``pg_ctl``, detached, so that nothing that happens to our process happens to the database.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from core.errors import Unavailable
from core.storage.embedded_binaries import Binaries, find_binaries
from core.storage.embedded_user import Runner, place_for, short_folder

DATABASE = "payvand"
ROLE = "payvand"
PORT = 5432  # names the socket file only; the server does not listen on the network
PATIENCE = 60  # seconds for recovery after a crash, or for a shutdown
SOCKET_LIMIT = 107  # bytes of sun_path that the kernel accepts

CLUSTER = (
    "--auth scram-sha-256 --encoding UTF8 --locale-provider libc --lc-collate C --lc-ctype C.UTF-8 "
    "--lc-messages C --lc-monetary C --lc-numeric C --lc-time C"
)
"""Options of initdb: sorted by bytes, and with the letters of every language known to searches."""

SERVER_SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "300",  # of several sites each takes some; those that nobody takes cost next to nothing
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "client_connection_check_interval": "1s",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    # Counts and totals read indexes alone, which costs four times as much where records were changed since the last vacuum.
    "autovacuum_naptime": "10s",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.02",
    "log_min_duration_statement": "5s",
    "logging_collector": "on",
    "log_directory": "'../log'",
    "log_filename": "'postgresql-%a.log'",  # one file a weekday, overwritten after a week
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "autovacuum_naptime": "1min",  # hundreds of databases, none of which lives for long
    "deadlock_timeout": "100ms",  # the default second turned a 27 s test run into 128 s
    "logging_collector": "off",
}


class Embedded:
    """The PostgreSQL of one installation.

    ``throwaway`` gives up durability for speed (tests). ``outside`` is where the data goes when the server must
    run as another user who cannot reach ``home``; None means the system's place for such data.
    """

    def __init__(self, home: Path, *, throwaway: bool = False, outside: Path | None = None) -> None:
        self.home = Path(home).absolute()
        self._throwaway = throwaway
        self._settings = SERVER_SETTINGS | (THROWAWAY_SETTINGS if throwaway else {})
        self._outside = outside
        self._runner = Runner.for_this_process(self.home / "postgres")

    def start(self) -> str:
        """Start the server unless it runs already, and return the URL of the database ``payvand``."""
        with _told(self.home):
            folder = place_for(self.home, self._runner, self._outside)
        if not self.running():
            with _told(folder), _locked(folder / "start.lock"):
                if not self._settled(folder):
                    self._launch(folder)
                    self._settled(folder)  # one that goes back to an instant is up before it has got there
        return self.ensure_database(DATABASE)

    def stop(self) -> None:
        """Stop the server; open transactions are rolled back. Nothing happens where none runs."""
        folder = self.folder()
        if folder is None:
            return
        patience = time.monotonic() + PATIENCE
        while (pid := self._server_process(folder)) is not None:
            if time.monotonic() > patience:
                raise Unavailable("The embedded PostgreSQL (process {pid}) does not stop.", pid=pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)  # "fast shutdown"; needs no program of its version
            time.sleep(0.02)  # a process that is no child of ours does not wake us

    def running(self) -> bool:
        """Tell whether the server accepts connections."""
        folder = self.folder()
        if folder is None or self._server_process(folder) is None:
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._socket_folder(folder) / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        # A server that starts or stops accepts connections, too, only to refuse them.
        return _lines(folder / "data" / "postmaster.pid")[7:8] == ["ready"]

    def folder(self) -> Path | None:
        """Return the folder with data, log and password, or None before the first start."""
        folder = self.home / "postgres"
        return folder.resolve() if folder.is_dir() else None

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of a database of this server (SQLAlchemy form)."""
        folder = self.folder()
        if folder is None:
            raise Unavailable("The embedded PostgreSQL was never started in {home}.", home=str(self.home))
        password = (folder / "password").read_text()
        host = quote(str(self._socket_folder(folder)), safe="")
        return f"postgresql+psycopg://{ROLE}:{quote(password, safe='')}@/{database}?host={host}&port={PORT}"

    def ensure_database(self, name: str) -> str:
        """Create the database where it is missing, ready for us, and return its URL."""
        create_database(self.url("postgres"), name)
        return self.url(name)

    def _settled(self, folder: Path) -> bool:
        """Wait while a server is starting, recovering or dying; tell whether it runs afterwards."""
        patience = time.monotonic() + PATIENCE
        while self._server_process(folder) is not None and time.monotonic() < patience:
            if self.running():
                return True
            time.sleep(0.02)  # a process that is no child of ours does not wake us
        return False

    def _launch(self, folder: Path) -> None:
        binaries = self._binaries(folder)
        run = self._socket_folder(folder)
        for lock in (folder / "data" / "postmaster.pid", run / f".s.PGSQL.{PORT}.lock"):
            _remove_stale(lock)
        self._runner.own(run)
        self._runner.own(folder / "log")
        if not (folder / "data" / "PG_VERSION").exists():
            self._initialise(binaries, folder)
        settings = self._settings | {"unix_socket_directories": _quoted(str(run)), "port": str(PORT)}
        text = "# Written at every start; your own settings go to the end of postgresql.conf.\n"
        text += "".join(f"{name} = {value}\n" for name, value in settings.items())
        self._runner.write(folder / "data" / "payvand.conf", text)
        log = folder / "log" / "start.log"
        self._runner.write(log, "")
        done = self._runner.run(
            binaries.path("pg_ctl"), "start", "-D", folder / "data", "-l", log, "-w", "-t", str(PATIENCE)
        )
        if done.returncode:
            raise _explained(log.read_text(errors="replace") or done.stderr, log)

    def _initialise(self, binaries: Binaries, folder: Path) -> None:
        # A crash in the middle leaves data.new, which the next start throws away; data is complete or absent.
        fresh = folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        secret = folder / "password"
        self._runner.write(secret, secrets.token_urlsafe(32))
        done = self._runner.run(
            binaries.path("initdb"),
            "-D",
            fresh,
            "--username",
            ROLE,
            "--pwfile",
            secret,
            *CLUSTER.split(),
            *binaries.initdb_options(throwaway=self._throwaway),
        )
        if done.returncode:
            raise _explained(done.stderr, folder)
        os.chown(secret, os.geteuid(), -1)  # the server keeps only its hash
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude = 'payvand.conf'\n")
        fresh.rename(folder / "data")

    def _binaries(self, folder: Path) -> Binaries:
        version = folder / "data" / "PG_VERSION"
        return find_binaries(self._runner, int(version.read_text()) if version.exists() else None)

    def _server_process(self, folder: Path) -> int | None:
        """Return the process id of the server of this folder, None where it does not run."""
        return _living_server(_lines(folder / "data" / "postmaster.pid"))

    def _socket_folder(self, folder: Path) -> Path:
        run = folder / "run"
        for choice in (run, short_folder(folder)):
            if len(os.fsencode(choice / f".s.PGSQL.{PORT}.lock")) <= SOCKET_LIMIT:
                return choice
        raise Unavailable(
            "The folders {folder} and {short} are too deep for the socket of PostgreSQL: set PAYVAND_HOME "
            "or TMPDIR to a shorter path.",
            code="path_too_long",
            folder=str(run),
            short=str(choice),
        )


def create_database(server_url: str, name: str, comment: str = "") -> None:
    """Create a database (UTF8, collation C, character classes C.UTF-8, pg_trgm) where it is missing.

    One that is created gets the ``comment``.
    """
    dsn = server_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_advisory_lock(hashtext('payvand'), hashtext(%s))", [name]
        )  # one creator at a time
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            # Without C.UTF-8 the trigrams of Persian text are empty and search scans.
            text = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
            connection.execute(sql.SQL(text).format(sql.Identifier(name)))
            if comment:
                noted = sql.SQL("COMMENT ON DATABASE {} IS {}")
                connection.execute(noted.format(sql.Identifier(name), sql.Literal(comment)))
        with psycopg.connect(dsn, dbname=name, autocommit=True) as created:
            if created.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone() is None:
                created.execute("CREATE EXTENSION pg_trgm SCHEMA public")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time start the server; the others wait and find it running."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say which folder cannot be written, instead of a traceback."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "PostgreSQL cannot keep its data in {folder}: {why}.",
            code="home_not_writable",
            folder=str(error.filename or folder),
            why=(error.strerror or str(error)),
        ) from error


def _explained(output: str, where: Path) -> Unavailable:
    if "lock file" in output and "already exists" in output:
        return Unavailable(
            "PostgreSQL cannot start: its port or socket is taken by another server. Details: {log}",
            code="socket_taken",
            log=str(where),
        )
    if "No space left" in output:
        return Unavailable(
            "PostgreSQL cannot start: the disk is full. Details: {log}", code="disk_full", log=str(where)
        )
    return Unavailable(
        "PostgreSQL cannot start: {why} Details: {log}",
        code="database_not_started",
        why=_last_line(output),
        log=str(where),
    )


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    return (telling or lines or ["no reason was given."])[-1]


def _lines(lock: Path) -> list[str]:
    try:
        return [line.strip() for line in lock.read_text().splitlines()]
    except OSError:
        return []


def _living_server(lock_lines: list[str]) -> int | None:
    """Return the process number in a lock file where it is a living PostgreSQL."""
    if not lock_lines or not lock_lines[0].isdecimal():
        return None
    return int(lock_lines[0]) if _is_postgres(int(lock_lines[0])) else None


def _remove_stale(lock: Path) -> None:
    """Remove a lock whose process is gone, or whose number now belongs to another program.

    PostgreSQL alone would not dare to: it asks only whether there is any process of that number, and after a crash
    in a container, where nobody collects the dead, there is one.
    """
    if _lines(lock) and _living_server(_lines(lock)) is None:
        lock.unlink(missing_ok=True)


def _is_postgres(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        name, _, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
        return "postgres" in name and not state.startswith("Z")  # Z: dead, but not collected by its parent
    except OSError:
        return not Path("/proc/self").exists()  # a system without /proc: trust the number


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
