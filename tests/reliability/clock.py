"""A clock that tests set: of the process and of the database alike, as on a machine whose clock is put right.

The database gets a function ``now()`` that is found before its own. Values of columns that nobody names still come of the
real one: none of ours counts on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from core.kernel.site import Site
from core.storage import Database

FALSE_NOW = """
CREATE SCHEMA false_clock;
CREATE TABLE false_clock.ahead (by interval NOT NULL);
INSERT INTO false_clock.ahead VALUES ('0');
CREATE FUNCTION false_clock.now() RETURNS timestamptz LANGUAGE sql STABLE
AS 'SELECT pg_catalog.now() + by FROM false_clock.ahead';
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = public, false_clock, pg_catalog', current_database());
END $$
"""


class Clock:
    """Where the clock of a site stands, apart from the real one."""

    def __init__(self, site: Site) -> None:
        self._database = site.get(Database)
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return what the clock shows."""
        return datetime.now(UTC) + self.ahead

    def set(self, **ahead: float) -> None:
        """Set the clock so far ahead of the real one (days, hours, minutes); behind it where that is negative."""
        self.ahead = timedelta(**ahead)
        with self._database.engine.begin() as connection:
            connection.execute(sa.text("UPDATE false_clock.ahead SET by = :by"), {"by": self.ahead})


@contextmanager
def false_clock(site: Site) -> Iterator[Clock]:
    """Give a site a clock that can be set, for as long as its database lives."""
    clock, database = Clock(site), site.get(Database)
    with database.engine.begin() as connection:
        connection.execute(sa.text(FALSE_NOW))
    database.close()  # what connects anew finds the function first
    before = database._clock
    database._clock = clock.now
    try:
        yield clock
    finally:
        database._clock = before
        database.close()
