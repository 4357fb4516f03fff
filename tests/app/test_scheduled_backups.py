"""A site that is to have backups makes one each day, tries one each week, keeps some, and is missed where it makes none."""

from __future__ import annotations

import dataclasses
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.app import scheduled
from core.app.compose import build_site
from core.app.doctor import examine
from core.app.web import create_app
from core.config import Settings
from core.errors import SettingsInvalid
from core.jobs import Jobs
from core.jobs.runner import Runner
from core.kernel.actor import Actor, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import lent_site, make_account


@pytest.fixture
def kept(site, site_folders, tmp_path):
    """A site that is to have backups, three of them at most, at two o'clock in the morning."""
    settings = dataclasses.replace(site.settings, backups=str(tmp_path / "backups"), backups_kept=3)
    made = build_site(settings, role="test", folders=site_folders)
    yield made
    made.get(Database).close()


def at(site, moment):
    site.get(Database)._clock = lambda: moment


def due(site):
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test")) as uow:
        return scheduled.is_due(uow)


def back_up(site):
    """Promise the backup and run it, as the worker does; return how the job ended."""
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test")) as uow:
        job = site.get(Jobs).defer(uow, scheduled.BACKUP, {})
    Runner(site, lambda _id: Actor(), site.get(Catalogs).current).finish(job)
    status = site.get(Jobs).status(Actor(), job, everybody=True)
    with site.get(Database).engine.begin() as connection:  # by the clock of the test
        moment = {"now": site.get(Database).now(), "job": job}
        connection.execute(
            sa.text("UPDATE core_job SET finished_at = :now, created_at = :now WHERE id = :job"), moment
        )
    return status


def troubles(site):
    with site.get(Database).reading() as reader:
        return [p.code for p in scheduled.troubles(site.settings, reader, site.get(Database).now())]


def test_backups_are_made_daily_tried_weekly_kept_to_a_number_and_missed_when_they_are_late(kept, tmp_path):
    folder, now = tmp_path / "backups", datetime(2026, 3, 21, 20, 0, tzinfo=UTC)
    at(kept, now)
    assert troubles(kept) == ["backup_old"]
    assert due(kept)  # there is none yet
    tried = []
    for day in range(9):
        at(kept, now + timedelta(days=day))
        assert due(kept)
        done = back_up(kept)
        assert done.state == "done"
        tried.append(done.result["tried"])
        assert not due(kept)
        assert troubles(kept) == []
    assert tried == [True, False, False, False, False, False, False, True, False]
    files = sorted(path.name for path in folder.iterdir())
    assert files == [f"payvand-202603{day}-200000.zip" for day in (27, 28, 29)]
    assert all(zipfile.ZipFile(folder / name).testzip() is None for name in files)
    at(kept, now + timedelta(days=8, hours=2))  # half past one in Tehran
    assert not due(kept)
    at(kept, now + timedelta(days=8, hours=3))  # half past two
    assert due(kept)
    at(kept, now + timedelta(days=11))
    assert troubles(kept) == ["backup_old"]
    assert "backup_old" in [p.code for p in examine(kept)]
    with kept.get(Database).engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    answer = create_app(kept).test_client().get("/health")
    assert answer.status_code == 200
    assert answer.json["warnings"] == ["No backup was made in the last two days."]


def test_a_backup_that_fails_says_why_and_is_tried_again_after_an_hour(kept, tmp_path):
    now = datetime(2026, 3, 21, 20, 0, tzinfo=UTC)
    at(kept, now)
    (tmp_path / "backups").write_text("a file where the folder should be")
    failed = back_up(kept)
    assert failed.state == "failed"
    assert "backups cannot be written" in failed.error
    assert troubles(kept) == ["backup_failed", "backup_old"]
    assert not due(kept)
    at(kept, now + timedelta(minutes=61))
    assert due(kept)
    (tmp_path / "backups").unlink()
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / ".payvand-20260320-000000.zip.partial").write_text("of one that was killed")
    assert back_up(kept).state == "done"
    assert troubles(kept) == []
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_only_backups_of_the_day_are_removed_and_never_the_one_just_made(kept, tmp_path):
    folder, now = tmp_path / "backups", datetime(2026, 3, 21, 20, 0, tzinfo=UTC)
    folder.mkdir()
    others = (
        *("payvand-before-the-move.zip", "payvand-20260101-000000-kept.zip", "payvand-2026.zip"),
        *(".payvand-crm.partial", ".payvand-20260101-000000.zip.partial.note"),
    )
    days = [f"payvand-202701{day:02}-000000.zip" for day in range(1, 6)]  # the clock went wrong, and back
    left = ".payvand-20260320-000000.zip.partial"
    for name in (*others, *days, left):
        (folder / name).write_text("kept by somebody")
    at(kept, now)
    done = back_up(kept)
    assert done.state == "done"
    assert done.result["removed"] == 3
    assert {path.name for path in folder.iterdir()} == {*others, *days[-2:], "payvand-20260321-200000.zip"}


@pytest.mark.modules
def test_administrators_are_told_once_a_day_that_the_backup_fails(pg, tmp_path):
    with lent_site(pg, ("base",), tmp_path) as site:
        boss = make_account(site, "boss@example.com", ["base.administrator"])
        make_account(site, "anna@example.com", ["base.member"])
        scheduled._tell(site, "the disk is full")
        scheduled._tell(site, "the disk is full")
        with site.get(Database).reading() as reader:
            told = reader.rows('SELECT "user", title FROM base_notification')
    assert told == [(boss, "The backup of the site failed: the disk is full")]


def test_a_site_without_the_setting_makes_none_and_is_not_blamed(site):
    assert not due(site)
    assert examine(site) == []


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("PAYVAND_BACKUPS", "backups", "PAYVAND_BACKUPS"),
        ("PAYVAND_BACKUP_HOUR", "24", "HOUR"),
        ("PAYVAND_BACKUPS_KEPT", "0", "KEPT"),
    ],
)
def test_wrong_settings_of_backups_are_refused_by_name(name, value, named):
    with pytest.raises(SettingsInvalid, match=named):
        Settings.from_environment({name: value})


def test_a_clock_that_was_set_back_delays_no_backup_and_removes_none_that_is_younger(kept, tmp_path):
    folder, now = tmp_path / "backups", datetime(2026, 3, 21, 22, 31, tzinfo=UTC)
    for day in (300, 301, 302):  # of a clock that was ahead
        at(kept, now + timedelta(days=day))
        assert back_up(kept).state == "done"
    at(kept, now)
    assert troubles(kept) == ["backup_old"]
    for day in range(3):
        at(kept, now + timedelta(days=day))
        assert due(kept)
        assert back_up(kept).state == "done"
        assert not due(kept)
        assert troubles(kept) == []
    assert sorted(path.name for path in folder.iterdir()) == [
        f"payvand-202603{day}-223100.zip" for day in (21, 22, 23)
    ]
    at(kept, now + timedelta(days=2, minutes=-10))  # a little back: the backup of this night is made
    assert not due(kept)
    at(kept, now + timedelta(days=303))
    assert due(kept)
