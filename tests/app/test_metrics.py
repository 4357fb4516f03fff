"""/metrics is there for whoever has the token, counts every request once, and names nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.app.metrics_files import folder_of, tidy
from core.app.web import create_app
from core.config import Settings
from core.errors import SettingsInvalid
from core.hooks import Plugins
from core.storage import Database

TOKEN = "a-token-that-nobody-guesses"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(site, monkeypatch):
    """A client of the site as it is where it has a token."""
    monkeypatch.setattr(site, "settings", replace(site.settings, metrics_token=TOKEN))
    return create_app(site).test_client()


def read(client):
    answer = client.get("/metrics", headers=HEADERS, buffered=True)
    assert answer.status_code == 200
    return samples(answer.text)


def samples(text):
    """Return every sample by its name and labels; one that is empty is none, as Prometheus has it."""
    return {
        (sample.name, *sorted(label for label in sample.labels.items() if label[1])): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests(found, route):
    return {
        dict(key[1:])["status"]: value
        for key, value in found.items()
        if key[0] == "payvand_requests_total" and ("route", route) in key
    }


def write(site, sql):
    with site.get(Database).engine.begin() as connection:
        connection.exec_driver_sql(sql)


def test_without_a_token_there_is_no_such_page(client):
    answer = client.get("/metrics", headers=HEADERS)
    assert answer.status_code == 404
    assert "payvand_" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": TOKEN}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}],
)
def test_without_the_right_one_there_is_none_either(watched, headers):
    answer = watched.get("/metrics", headers=headers)
    assert answer.status_code == 404
    assert "payvand_" not in answer.text


def test_a_token_that_can_be_guessed_is_refused_by_name():
    with pytest.raises(SettingsInvalid, match="PAYVAND_METRICS_TOKEN"):
        Settings.from_environment({"PAYVAND_METRICS_TOKEN": "secret"})


def test_each_request_is_counted_once_by_its_route(watched):
    before = read(watched)
    for number in (7, 8, 9):
        watched.get(f"/api/v1/records/kit.widget/{number}", buffered=True)
    watched.get("/sign-in", buffered=True)
    after = read(watched)
    route = "/api/v1/records/<entity>/<record>"
    counted = requests(after, route)
    assert counted["401"] - requests(before, route).get("401", 0) == 3
    assert after["payvand_request_seconds_count", ("route", route)] == sum(counted.values())
    assert after["payvand_request_seconds_bucket", ("le", "+Inf"), ("route", route)] == sum(counted.values())
    assert after["payvand_requests_in_flight",] == 1  # the one that reads
    assert after["payvand_database_trips_total",] > before.get(("payvand_database_trips_total",), 0)
    assert after["payvand_database_wait_seconds_total",] > 0


def test_what_anybody_may_write_is_no_label(watched):
    watched.get("/nowhere/Mina/at/all?name=Mina", buffered=True)
    watched.open("/sign-in", method="MINA", buffered=True)
    told = watched.get("/metrics", headers=HEADERS).text
    assert "Mina" not in told
    assert "MINA" not in told


def test_what_the_database_says_of_jobs_mail_and_sessions(site, watched):
    before = read(watched)
    assert before["payvand_jobs", ("state", "failed")] == 0
    write(
        site,
        "INSERT INTO core_job (kind, state, created_at) VALUES ('kit.a', 'queued', now() - interval '1 hour'), "
        "('kit.a', 'failed', now())",
    )
    write(
        site,
        "INSERT INTO core_mail (key, message_id, recipient, subject, text) VALUES ('k', 'm', 'mina@example.com', 's', 't')",
    )
    write(site, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    site.get(Plugins).quarantine("kit", RuntimeError("broken"), "a test")
    after = read(watched)
    assert after["payvand_jobs", ("state", "queued")] == before["payvand_jobs", ("state", "queued")] + 1
    assert after["payvand_jobs", ("state", "failed")] == 1
    assert after["payvand_jobs_oldest_seconds", ("state", "queued")] >= 3600
    assert after["payvand_mails", ("state", "waiting")] == 1
    assert (before["payvand_worker_up",], after["payvand_worker_up",]) == (0, 1)
    assert after["payvand_modules", ("state", "quarantined")] == 1
    assert after["payvand_web_memory_bytes",] > 2**20
    assert after["payvand_database_up",] == 1


def test_without_a_database_the_rest_is_told(site, pg, watched):
    pg.drop(site.settings.database_url)
    found = read(watched)
    assert found["payvand_database_up",] == 0
    assert ("payvand_jobs", ("state", "queued")) not in found
    assert found["payvand_web_processes",] >= 1


def test_what_the_dead_have_counted_stays_and_what_they_had_in_hand_goes(site, watched):
    folder = folder_of(site.settings.home)
    watched.get("/health", buffered=True)
    (mine,) = folder.glob("counter_*.db")
    dead = folder / "counter_999999999.db"
    dead.write_bytes(mine.read_bytes())
    (folder / "gauge_livesum_999999999.db").write_bytes(next(folder.glob("gauge_livesum_*.db")).read_bytes())
    before = read(watched)
    watched.get("/health", buffered=True)
    after = read(watched)
    assert sum(requests(after, "/health").values()) == sum(requests(before, "/health").values()) + 1
    assert sum(requests(before, "/health").values()) >= 2  # those of the dead, and those of this process
    assert after["payvand_requests_in_flight",] == 1
    assert not (folder / "gauge_livesum_999999999.db").exists()
    tidy(folder, all_of_the_dead=True)
    assert not dead.exists()
    assert mine.exists()
