"""What must be there before a site can work: its database, its tables, a worker; each lack in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from core.config import Settings
from core.errors import PayvandError, Unavailable
from core.jobs.service import ALIVE, worker_alive
from core.kernel.site import Site
from core.storage import Database, check_database, check_revision
from core.storage.catalogs import VERSION, Catalogs
from core.storage.embedded import Embedded
from core.storage.failures import is_lost, translate_database_error


def find_address(settings: Settings) -> str:
    """Return the address of the database, starting the embedded one where none is named."""
    return settings.database_url or Embedded(settings.home).start()


def check_connection(engine: sa.Engine) -> None:
    """Raise `Unavailable` where the database cannot be reached, or cannot hold a site."""
    with told(engine), engine.connect() as connection:
        check_database(connection)


def check_ready(engine: sa.Engine) -> None:
    """Raise `Unavailable` where something has to be done before a site can start."""
    with told(engine), engine.connect() as connection:
        check_revision(connection)
        check_database(connection)


class told:  # noqa: N801  # reads as a word at its place: with told(engine)
    """Tell errors of the database as sentences; where it does not answer, with the place asked."""

    def __init__(self, engine: sa.Engine) -> None:
        self._url = engine.url

    def __enter__(self) -> None:
        """Nothing is needed before."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or not isinstance(error, sa.exc.SQLAlchemyError):
            return
        if is_lost(error):
            place = self._url.host or self._url.query.get("host") or "localhost"
            raise Unavailable("The database at {place} does not answer; is it running, and is DATABASE_URL right?",
                              code="database_lost", place=str(place)) from error
        raise translate_database_error(error) or Unavailable("The database refuses the connection.") from error


def reasons(site: Site) -> Iterator[PayvandError]:
    """Yield what keeps a running site from being healthy: database, catalog, worker; nothing where all is well."""
    try:
        with site.get(Database).reading() as reader:
            version = reader.value(VERSION)
            alive = worker_alive(reader.rows(ALIVE))
        site.get(Catalogs).at(version)
    except PayvandError as error:
        yield error
        return
    if not alive:
        yield Unavailable("No worker runs; imports and other jobs wait.", code="no_worker")


def shown_address(address: str) -> str:
    """Return an address that may be shown: without its password."""
    return make_url(address).render_as_string(hide_password=True)
