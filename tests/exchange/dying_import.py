"""A worker that dies in the middle of an import. Each life, ``{"job", "point"}``, runs the job up to that call."""

from __future__ import annotations

from unittest.mock import patch

import psycopg

from core.exchange import running
from core.identity import Identity
from core.jobs.runner import Runner
from core.kernel.site import Site
from core.storage.catalogs import Catalogs
from tests.lives import Told, dies_at, live_as_told

CHUNK = 10


def live(site: Site, told: Told) -> None:
    """Run the job, and die on the way."""
    runner = Runner(site, site.get(Identity).actor_of, site.get(Catalogs).current)
    counting = dies_at(told["point"])
    with (
        patch.object(running, "CHUNK", CHUNK),
        patch.object(psycopg.Cursor, "execute", counting(psycopg.Cursor.execute)),
        patch.object(psycopg.Connection, "commit", counting(psycopg.Connection.commit)),
    ):
        runner.run(told["job"], lambda: False)


if __name__ == "__main__":
    live_as_told(live)
