"""Databases beside the site's own: to try a backup in, and to take the place of the one that is there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from core.errors import Conflict, PayvandError, Unavailable
from core.storage.embedded import create_database
from core.storage.engine import database_address
from core.storage.snapshots import Connection, connect

SERVER = "postgres"
"""The database that every server has, for what is done to the others."""

NAME_LIMIT = 63
"""Bytes of a name; PostgreSQL cuts what is longer."""

MARK = "payvand: throwaway of {name}"
"""The comment on a database that is ours to remove, with the site's own whose name it was made after."""

USERS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'payvand' AND pid <> pg_backend_pid()"""

PATIENCE, PAUSE = 3.0, 0.1
"""Seconds until connections that were closed are gone from the server, and between looks at them."""

COMMENT = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"


def beside(address: str, what: str) -> str:
    """Return the address of the database that stands beside the site's own for a purpose."""
    own = _name(address)
    if len(f"{own}_{what}".encode()) > NAME_LIMIT:  # cut, two long names would be one
        digest = hashlib.sha256(own.encode()).hexdigest()[:12]
        kept = own.encode()[: NAME_LIMIT - len(f"_{digest}_{what}")].decode(errors="ignore")
        own = f"{kept}_{digest}"
    return database_address(address).set(database=f"{own}_{what}").render_as_string(hide_password=False)


def mark_of(own: str) -> str:
    """Return the comment on what was made beside the database of this name."""
    return MARK.format(name=own)


def check_unused(address: str) -> None:
    """Raise `Conflict` where servers or workers are connected to the site's own database, wherever they run."""
    end = time.monotonic() + PATIENCE
    with telling(address), connect(address) as connection:
        while count := int(str(connection.execute(USERS).fetchall()[0][0])):
            if time.monotonic() > end:
                raise Conflict(
                    "Servers, workers or commands of Payvand are connected to the database {name} (connections: {count}); "
                    "stop them first.",
                    code="database_in_use",
                    name=_name(address),
                    count=count,
                )
            time.sleep(PAUSE)  # the server lets go of a closed connection a moment later


@contextmanager
def throwaway(address: str, what: str) -> Iterator[str]:
    """Make an empty database beside the site's own, and remove it afterwards; one left by a crash is replaced."""
    other = beside(address, what)
    make(other, address)
    try:
        yield other
    finally:
        with suppress(PayvandError, psycopg.Error):
            drop(other, address)


def make(other: str, address: str) -> None:
    """Make an empty database beside the site's own, in place of one that was made so before."""
    drop(other, address)
    with telling(other):
        create_database(_server(other), _name(other), mark_of(_name(address)))


def drop(other: str, address: str) -> None:
    """Remove a database beside the site's own, if there is one, whoever is connected to it.

    Raise `Conflict` where it does not bear our mark: it is somebody's, whatever its name.
    """
    name = _name(other)
    with _at_server(other) as server:
        found = server.execute(COMMENT, [name]).fetchall()
        if found and found[0][0] != mark_of(_name(address)):
            raise Conflict(
                "There is a database {name} that no command of this site has made, or one that was killed at once; look "
                "what it is, and rename or remove it.",
                code="database_of_others",
                name=name,
            )
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def take_place(new: str, address: str, old: str) -> None:
    """Let the database ``new`` have the name of the site's own, which is called ``old`` from then on; both or neither."""
    drop(old, address)
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    with _at_server(address) as server, server.transaction():
        own = str(server.execute(COMMENT, [_name(address)]).fetchall()[0][0])
        for before, after, text in ((address, old, mark_of(_name(address))), (new, address, own)):
            server.execute(rename.format(sql.Identifier(_name(before)), sql.Identifier(_name(after))))
            server.execute(comment.format(sql.Identifier(_name(after)), sql.Literal(text)))


@contextmanager
def telling(address: str) -> Iterator[None]:
    """Tell what PostgreSQL refuses as a sentence."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as failure:
        raise Unavailable(
            "The role of DATABASE_URL may not make databases, which is needed here; let it: ALTER ROLE … CREATEDB.",
            code="may_not_create",
        ) from failure
    except psycopg.errors.ObjectInUse as failure:
        raise Conflict(
            "Other programs are connected to the database {name}; stop all servers and workers first.",
            code="database_in_use",
            name=_name(address),
        ) from failure
    except psycopg.errors.DiskFull as failure:
        raise Unavailable("The disk of the database is full.", code="disk_full") from failure
    except psycopg.Error as failure:
        raise Unavailable(
            "PostgreSQL refuses: {why}",
            code="database_refuses",
            why=(str(failure).strip().splitlines() or [type(failure).__name__])[0],
        ) from failure


@contextmanager
def _at_server(address: str) -> Iterator[Connection]:
    with telling(address), connect(_server(address)) as server:
        yield server


def _server(address: str) -> str:
    return database_address(address).set(database=SERVER).render_as_string(hide_password=False)


def _name(address: str) -> str:
    return database_address(address).database or SERVER
