"""/health is 200 when database, catalog and worker are good, and 503 with a reason when one of them is not."""

from __future__ import annotations

import sqlalchemy as sa

from core import __version__
from core.storage import Database


def beat(site) -> None:
    write(site, "INSERT INTO procrastinate_workers DEFAULT VALUES")


def write(site, sql: str) -> None:
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text(sql))


def test_a_site_with_a_worker_is_healthy(site, client):
    beat(site)
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "version": __version__, "catalog": 2})


def test_without_a_worker_it_says_so(client):
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json["reasons"] == ["No worker runs; imports and other jobs wait."]


def test_a_worker_that_was_not_heard_of_for_long_does_not_count(site, client):
    beat(site)
    write(site, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert client.get("/health").status_code == 503


def test_a_database_that_is_gone_is_told_without_its_address(site, pg, client):
    pg.drop(site.settings.database_url)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json["status"] == "unavailable"
    assert "postgresql" not in answer.text
