"""Of several sites in one process each is told by its host; the first has no label, and the others no page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.test import Client

from core.app.dispatch import Dispatcher
from core.app.doors import Doors, Opening
from core.app.sites import Sites
from core.app.web import counting, create_app
from core.hooks import Plugins
from core.storage import Database
from core.testing.site import lent_site
from tests.app.test_metrics import HEADERS, TOKEN, samples

HOST = "beta.example.com"
BROKEN = "gamma.example.com"
OF_IT = ("site", HOST)


@pytest.fixture
def installation(site, pg, tmp_path, monkeypatch):
    """A client of two sites in one process, and the site beside the first."""
    monkeypatch.setattr(site, "settings", replace(site.settings, home=tmp_path, metrics_token=TOKEN))
    sites = Sites(site.settings)
    with lent_site(pg, (), tmp_path) as other:
        _declare(sites, HOST, f"DATABASE_URL={other.settings.database_url}")
        sites.settle()
        metrics = counting(site.settings)
        doors = Doors(sites, Opening(sites, lambda: "", metrics), 4)
        yield Client(Dispatcher(site.settings, create_app(site, metrics=metrics), sites, doors)), other
        doors.close()


def _declare(sites, host, line):
    (sites.folder / host).mkdir(parents=True)
    (sites.folder / host / "site.env").write_text(f"{line}\n")


def ask(client, host, path, **headers):
    return client.get(path, base_url=f"http://{host}", headers=headers, buffered=True)


def read(client):
    return samples(ask(client, "localhost", "/metrics", **HEADERS).text)


def test_each_request_is_counted_for_the_site_that_it_was_sent_to(installation):
    client, _ = installation
    for host, times in (("localhost", 2), (HOST, 3)):
        for _ in range(times):
            assert ask(client, host, "/health").status_code == 503  # there is no worker
    found = read(client)
    counted = (("method", "GET"), ("route", "/health"))
    assert found["payvand_requests_total", *counted, ("status", "503")] == 2
    assert found["payvand_requests_total", *counted, OF_IT, ("status", "503")] == 3
    assert found["payvand_request_seconds_count", ("route", "/health"), OF_IT] == 3
    assert found["payvand_database_trips_total", OF_IT] > 0
    assert found["payvand_requests_in_flight", OF_IT] == 0
    assert found["payvand_database_connections_in_use", ("pool", "reading"), OF_IT] == 0


def test_what_databases_say_is_told_of_each_also_of_one_that_nobody_has_asked(installation):
    client, other = installation
    with other.get(Database).engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO core_job (kind, state, created_at) VALUES ('kit.a', 'failed', now())"
        )
    found = read(client)
    assert found["payvand_jobs", OF_IT, ("state", "failed")] == 1
    assert found["payvand_jobs", ("state", "failed")] == 0
    assert (found["payvand_database_up",], found["payvand_database_up", OF_IT]) == (1, 1)
    assert ("payvand_modules", OF_IT, ("state", "quarantined")) not in found
    ask(client, HOST, "/health")
    assert read(client)["payvand_modules", OF_IT, ("state", "quarantined")] == 0


def test_a_module_that_is_set_aside_is_told_of_its_site_alone(installation, site):
    client, _ = installation
    ask(client, HOST, "/health")
    site.get(Plugins).quarantine("kit", RuntimeError("broken"), "a test")
    found = read(client)
    assert found["payvand_modules", ("state", "quarantined")] == 1
    assert found["payvand_modules", OF_IT, ("state", "quarantined")] == 0


def test_a_site_without_a_database_hides_no_other(installation, site):
    client, _ = installation
    _declare(Sites(site.settings), BROKEN, "PAYVAND_DATABASE=nobody_made_this")
    _declare(Sites(site.settings), f"x{BROKEN}", "PAYVAND_LANGUAGE=none")
    found = read(client)
    assert found["payvand_database_up", ("site", BROKEN)] == 0
    assert found["payvand_database_up", ("site", f"x{BROKEN}")] == 0
    assert ("payvand_sessions", ("site", BROKEN)) not in found
    assert ("payvand_sessions", OF_IT) in found


def test_the_page_is_at_the_first_site_alone(installation):
    client, _ = installation
    assert ask(client, HOST, "/metrics", **HEADERS).status_code == 404
