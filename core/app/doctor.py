"""`examine`: everything that may be wrong with a site, each in one sentence."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from core.app.derived import drifted, thumbnails
from core.app.overdue import overdue
from core.app.readiness import told
from core.app.repairs import contents, lost_jobs, repair, repair_of, sequences
from core.app.scheduled import troubles
from core.backup.databases import mark_of
from core.errors import PayvandError, Problem, Unavailable
from core.fields import FieldTypes
from core.hooks import Plugins
from core.identity.outside import Outside
from core.jobs.service import ALIVE, worker_alive
from core.kernel.site import Site
from core.mail import failing
from core.metadata.catalog import Catalog
from core.printing import Printing
from core.storage import Database, check_database, check_revision
from core.storage.catalogs import Catalogs
from core.storage.check import check_loaded
from core.storage.doctor import inspect_physical
from core.storage.failures import translate_database_error

WAITING = """SELECT count(*) FROM procrastinate_jobs
WHERE status = 'doing' OR status = 'todo' AND coalesce(scheduled_at, now()) <= now()"""


BESIDE = (
    "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s AND datname <> %s "
    "ORDER BY datname"
)
"""Not by their names: somebody's own database may have one like these."""


def examine(site: Site, *, records: bool = True) -> list[Problem]:
    """Return all problems; nothing where all is well. What stands in the way of looking further is the last.

    What is derived from ``records`` is computed for all of them, which takes a while where there are many.
    """
    found: list[Problem] = []
    try:
        found.extend(_examine(site))
        if records:
            found.extend(drifted(site))
            found.extend(thumbnails(site))
    except PayvandError as error:
        found.append(_problem(error))
    return found


def put_right(site: Site, say: Callable[[str], object]) -> list[Problem]:
    """Repair what can be repaired safely, each told before it is done; return what is wrong afterwards."""
    for problem in examine(site):
        what = repair_of(problem)
        if what:
            say(f"{problem.text()} Repair: {what}.")
            try:
                repair(site, problem)
            except (PayvandError, sa.exc.DBAPIError) as failure:  # the next may be repaired all the same
                say(f"Not repaired: {_why(failure)}")
    return examine(site)


def _why(failure: Exception) -> str:
    """Return why a repair was not possible; never the driver's text, which may hold values."""
    if isinstance(failure, PayvandError):
        return failure.text()
    told = translate_database_error(failure)
    return told.text() if told is not None else "The database refused it."


def _examine(site: Site) -> Iterator[Problem]:
    engine = site.get(Database).engine
    with told(engine), engine.connect() as connection:
        check_revision(connection)
        check_loaded(connection)
        check_database(connection)
        catalog = site.get(Catalogs).current()
        yield from inspect_physical(connection, catalog, site.get(FieldTypes))
        yield from _definitions(site, catalog)
        yield from site.get(Outside).provided.problems(catalog)
        yield from _jobs(connection)
        yield from _mail(connection)
        yield from lost_jobs(connection)
        yield from sequences(connection, catalog)
        yield from contents(site, connection)
        yield from overdue(connection, site.get(Database).now())
    with site.get(Database).reading() as reader:
        yield from troubles(site.settings, reader, site.get(Database).now())
    yield from _left(site)
    yield from _folder(site)
    yield from _paper(site)


def _definitions(site: Site, catalog: Catalog) -> Iterator[Problem]:
    yield from catalog.diagnostics
    yield from site.get(Plugins).quarantined.values()


def _jobs(connection: sa.Connection) -> Iterator[Problem]:
    waiting = connection.scalar(sa.text(WAITING))
    alive = worker_alive([tuple(row) for row in connection.execute(sa.text(ALIVE))])
    if waiting and not alive:
        yield Problem(
            code="no_worker",
            message="{waiting} jobs wait, and no worker runs: start payvand serve.",
            params={"waiting": waiting},
        )


def _mail(connection: sa.Connection) -> Iterator[Problem]:
    for state, count, reason in failing(connection):
        params: dict[str, str | int] = {"count": count, "reason": reason or "—"}
        match state:
            case "failed":
                message = "{count} mails could not be handed over; the last reason: {reason}"
            case "sending":
                message = "Of {count} mails nobody knows whether they left: a worker died while it handed them over."
            case _:
                message = "{count} mails were not taken yet and are tried again; the last reason: {reason}"
        yield Problem(code=f"mail_{state}", message=message, params={**params})


def _left(site: Site) -> Iterator[Problem]:
    """Yield databases beside the site's own that a command has left which was killed; they take room."""
    own = site.get(Database).engine.url.database or ""
    with site.get(Database).reading() as reader:
        found = [str(row[0]) for row in reader.rows(BESIDE, (mark_of(own), own))]
    with (site.settings.home / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # they are being used
    for name in found:
        yield Problem(
            code="database_left",
            message="The database {name} was left by a command that was killed; look that the site is as it should be, then "
            "remove it: DROP DATABASE {name}",
            params={"name": name},
        )


def _folder(site: Site) -> Iterator[Problem]:
    secret = site.settings.home / "secret"
    if secret.stat().st_mode & 0o077:
        yield Problem(
            code="open_secret",
            message="Others may read the site's key; run: chmod 600 {path}",
            params={"path": str(secret)},
        )


def _paper(site: Site) -> Iterator[Problem]:
    try:
        site.get(Printing).check()
    except Unavailable as missing:
        yield Problem(
            code="no_paper",
            message="Nothing can be printed; all else works. {why}",
            params={"why": missing.text()},
        )


def _problem(error: PayvandError) -> Problem:
    return Problem(code=error.reason, message=error.message, params=error.params)
