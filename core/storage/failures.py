"""Errors of the driver, told as facts of ours: no text of PostgreSQL ever reaches a reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from core.errors import BadRequest, Conflict, PayvandError, Problem, Unavailable, ValidationFailed
from core.metadata.catalog import Catalog
from core.storage.constraints import find_constraint

STALE = frozenset({"42703", "42P01", "0A000"})
"""The catalog is older than the tables: undefined column, undefined table, changed plan."""

CONTESTED = frozenset({"40001", "40P01", "55P03"})
"""Somebody else was in the way: serialization failure, deadlock, lock not available."""

LOST = frozenset({"57P01", "57P02", "57P03", "25P03"})
"""The server ended the connection: shutdown, crash, not ready, idle for too long in a transaction."""


def driver_error(failure: BaseException | None) -> psycopg.Error | None:
    """Return the error of the driver behind ``failure``, through SQLAlchemy and through our own errors."""
    met: set[int] = set()  # an error may be the cause of itself
    while failure is not None and id(failure) not in met:
        if isinstance(failure, psycopg.Error):
            return failure
        met.add(id(failure))
        failure = failure.orig if isinstance(failure, sa.exc.DBAPIError) else failure.__cause__
    return None


def sqlstate(failure: BaseException) -> str:
    """Return the five letters PostgreSQL gave, or nothing where it gave none."""
    error = driver_error(failure)
    return (error.sqlstate or "") if error is not None else ""


def is_lost(failure: BaseException) -> bool:
    """Tell whether the connection is gone, not merely the statement refused."""
    error = driver_error(failure)
    if error is None:
        return False
    state = error.sqlstate or ""
    if state:
        return state in LOST or state.startswith("08")
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))


def translate_database_error(failure: BaseException, catalog: Catalog | None = None) -> PayvandError | None:
    """Return what ``failure`` means to people, or None where it is no error of the database."""
    if isinstance(failure, PayvandError):
        return None
    if isinstance(failure, sa.exc.TimeoutError):
        return Unavailable("Too many requests at once; try again.", code="busy")
    error = driver_error(failure)
    if error is None:
        return None
    if is_lost(error):
        return Unavailable("The database does not answer.", code="database_lost")
    state = error.sqlstate or ""
    unavailable = _unavailable(state)
    if unavailable is not None:
        return unavailable
    if state.startswith("23"):
        return _constraint_error(error, state, catalog)
    if state.startswith("22") or isinstance(error, psycopg.DataError):
        return BadRequest("A value does not fit.", code="bad_value")
    if state.startswith("54"):
        return BadRequest("This question is too large.", code="too_complex")
    return PayvandError("The database refused this.", code="database_error")


@contextmanager
def translating(catalog: Catalog | None = None) -> Iterator[None]:
    """Tell errors of the database that the block meets as facts of ours; what has no translation passes as it is."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, psycopg.Error) as failure:
        translated = translate_database_error(failure, catalog)
        if translated is None:
            raise
        raise translated from failure


def _unavailable(state: str) -> Unavailable | None:
    """Return what is wrong with the moment or with the server, None where it is the question."""
    if state in CONTESTED:
        return Unavailable("Someone else is just changing the same; try again.", code="try_again")
    if state in STALE:
        return Unavailable("The definitions have just changed; try again.", code="try_again")
    match state:
        case "57014":
            return Unavailable("This took longer than allowed.", code="too_slow")
        case "53100":
            return Unavailable("The disk of the database is full; nothing can be saved.", code="disk_full")
        case "53200" | "53300":
            return Unavailable("The database is too busy just now; try again later.", code="busy")
        case "25006":
            return Unavailable("The database is read-only just now; nothing can be saved.", code="read_only")
    if state[:2] in ("28", "3D"):
        return Unavailable(
            "The database refuses the connection; look at DATABASE_URL.", code="database_refuses"
        )
    return None


def _constraint_error(error: psycopg.Error, state: str, catalog: Catalog | None) -> PayvandError:
    """Put the refusal of a constraint on the fields that it is about."""
    table, name = error.diag.table_name or "", error.diag.constraint_name or ""
    if state == "23502":
        return _refused("required", "Enter a value.", (error.diag.column_name or "",))
    entity, fields = find_constraint(catalog, table, name)
    if state == "23505":
        return _refused("taken", "This value is already taken.", fields)
    if state == "23503":
        if (error.diag.message_primary or "").startswith("update or delete"):
            return Conflict("This is still used by {entity}.", code="in_use", entity=entity or table)
        return _refused("missing", "This record does not exist.", fields)
    return _refused("not_acceptable", "This value is not acceptable.", fields)


def _refused(code: str, message: str, fields: tuple[str, ...]) -> ValidationFailed:
    named = [name for name in fields if name]
    problems = [Problem(code=code, message=message, field=name) for name in named]
    return ValidationFailed(problems=problems or [Problem(code=code, message=message)])
