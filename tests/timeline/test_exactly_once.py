"""Twenty reminders, two workers, killed where it hurts and started again: everybody is told once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.app.work import work
from core.jobs import Jobs
from core.kernel.actor import system_actor
from core.mail import SEND
from core.sdk import remind
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.timeline.due import REMIND
from tests.timeline.post_office import post_office

pytestmark = pytest.mark.modules

LONG_AGO = datetime.now(UTC) - timedelta(minutes=5)
SYSTEM = system_actor("a test")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base",)


@pytest.fixture(scope="session")
def site_folders() -> None:
    return None


@pytest.fixture
def office():
    with post_office() as found:
        yield found


@pytest.fixture
def workers(site, office):
    """Start two workers, and kill them."""
    running: list[subprocess.Popen] = []
    env = {
        **os.environ,
        "DATABASE_URL": site.settings.database_url,
        "PAYVAND_HOME": str(site.settings.home),
        "PAYVAND_MAIL_URL": office.url,
    }

    def start() -> None:
        running.extend(
            subprocess.Popen([sys.executable, "-m", "tests.timeline.reminding"], env=env) for _ in range(2)
        )

    def kill() -> None:
        while running:
            process = running.pop()
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        run(site, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")

    yield start, kill
    kill()


def run(site, sql):
    with site.get(Database).engine.begin() as connection:
        result = connection.execute(sa.text(sql))
        return [tuple(row) for row in result] if result.returns_rows else []


def promise(site, *names):
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
        for name in names:
            site.get(Jobs).defer(uow, name, {})


def wait_for(site, sql):
    """Wait until a worker waits for the lock that the test holds."""
    pause = "SELECT pg_sleep(0.05)"
    for _ in range(600):
        if run(site, sql):
            return
        run(site, pause)
    raise AssertionError(f"never: {sql}")


BLOCKED = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'base_notification'::regclass"


def test_each_of_twenty_reminders_is_told_once_though_two_workers_are_killed(site, actor_as, workers, office):
    start, kill = workers
    person = actor_as("base.member", login="nima@example.com", name="Nima")
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
        for n in range(20):
            remind(
                uow,
                user=person.id,
                at=LONG_AGO,
                title=f"Call number {n}",
                key=f"call:{n}",
                channels=("in_app", "mail"),
            )
    promise(site, REMIND, REMIND)
    # Killed in the middle of a batch: both wait for a table that the test holds.
    with site.get(Database).engine.connect() as holding:
        holding.execute(sa.text("LOCK TABLE base_notification IN EXCLUSIVE MODE"))
        start()
        wait_for(site, BLOCKED)
        kill()
        holding.rollback()
    assert run(site, "SELECT count(*) FROM base_notification") == [(0,)]
    # Killed while the mail server has not answered yet, and again when it has taken a mail but has not said so.
    for point in ("RCPT", "TAKEN"):
        office.hold_at = point
        office.held.clear()
        office.release.clear()
        promise(site, REMIND, SEND, SEND)
        start()
        assert office.held.wait(60)
        kill()
        office.release.set()
    promise(site, REMIND, SEND)
    site.settings = replace(site.settings, mail_url=office.url)
    work(site, wait=False)
    told = [row[0] for row in run(site, "SELECT title FROM base_notification ORDER BY title")]
    assert sorted(told) == sorted(f"Call number {n}" for n in range(20))
    assert run(site, "SELECT state, count(*) FROM base_reminder GROUP BY state") == [("sent", 40)]
    assert sorted(str(m["Subject"]) for m in office.taken) == sorted(told)
    assert set(office.counts().values()) == {1}
