"""The clock is set back and forward again under jobs, daily work, mail, records, numbers and the history."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.app.doctor import examine
from core.app.work import work
from core.errors import Unavailable, VersionConflict
from core.jobs import Jobs, Task
from core.jobs.service import ALIVE, worker_alive
from core.mail import Mail, mail_waits, promise_mail
from core.records.history_reading import HistoryReading
from core.records.query import Query
from core.records.reading import Reading
from tests.reliability.clock import false_clock
from tests.reliability.conftest import SYSTEM
from tests.timeline.post_office import post_office

BACK = {"days": -1}


@pytest.fixture
def clock(site):
    with false_clock(site) as clock:
        yield clock


@pytest.fixture
def run(depot):
    def run(sql, **values):
        with depot.database.engine.begin() as connection:
            found = connection.execute(sa.text(sql), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    return run


@pytest.fixture
def task(depot):
    """Register a task that lives as long as the test."""
    _ = depot.catalog  # with it the tasks of modules come; those of the tests come after
    jobs = depot.site.get(Jobs)
    before = dict(jobs._tasks)
    yield lambda act, **more: jobs.register(Task(name="depot.task", run=act, **more))
    jobs._tasks = before


def promise(depot):
    return depot.write(lambda uow: depot.site.get(Jobs).defer(uow, "depot.task", {}))


def state(depot, job):
    return depot.site.get(Jobs).status(SYSTEM, job, everybody=True).state


def test_a_job_that_is_tried_again_in_some_seconds_does_not_wait_for_a_day(depot, clock, task):
    runs = []

    def act(_context):
        runs.append(clock.now())
        if len(runs) == 1:
            raise Unavailable
        return {}

    task(act)
    job = promise(depot)
    work(depot.site, wait=False)
    assert (state(depot, job), len(runs)) == ("queued", 1)
    clock.set(**BACK)
    work(depot.site, wait=False)
    assert (state(depot, job), len(runs)) == ("done", 2)
    clock.set()
    work(depot.site, wait=False)
    assert len(runs) == 2


def test_a_worker_that_died_before_is_not_believed_to_live_and_its_job_is_taken_up(depot, clock, task, run):
    task(lambda _context: {})
    job = promise(depot)
    ((worker,),) = run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
    run("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker", worker=worker)
    assert worker_alive(run(ALIVE))
    clock.set(**BACK)
    assert not worker_alive(run(ALIVE))
    work(depot.site, wait=False)
    assert state(depot, job) == "queued", "it may yet tell that it lives"
    clock.set(days=-1, seconds=15)
    for _ in range(
        2
    ):  # the queue's own library is told by the real clock when to try again: put right at the next look
        work(depot.site, wait=False)
    assert state(depot, job) == "done"


def test_daily_work_is_done_each_day_of_the_present_clock_and_no_day_twice(depot, clock, task):
    task(lambda _context: {}, daily=True)
    jobs = depot.site.get(Jobs)

    def promised():
        depot.write(jobs.defer_due)
        found = depot.rows("SELECT count(*) FROM core_job WHERE kind = 'depot.task'")
        return found[0][0]

    assert (promised(), promised()) == (1, 1)
    clock.set(**BACK)
    assert (promised(), promised()) == (2, 2)
    clock.set(minutes=1)
    assert promised() == 2
    clock.set(days=1)
    assert promised() == 3


def test_a_mail_leaves_at_once_whenever_its_moment_was_written_and_once(depot, clock, run):
    settings = depot.site.settings
    with post_office() as office:
        depot.site.settings = replace(settings, mail_url=office.url)
        try:
            for key in ("new", "tried"):
                mail = Mail(to="nima@example.com", key=key, subject=key, text="…\n")
                assert depot.write(lambda uow, mail=mail: promise_mail(uow, mail))
            run(
                "UPDATE core_mail SET attempts = 1, next_at = now() + interval '1 minute' WHERE key = 'tried'"
            )
            clock.set(**BACK)
            assert depot.write(mail_waits)
            work(depot.site, wait=False)
            clock.set(days=1)
            work(depot.site, wait=False)
        finally:
            depot.site.settings = settings
        assert sorted(str(one["Subject"]) for one in office.taken) == ["new", "tried"]


def test_a_mail_that_was_not_taken_waits_as_long_as_it_has_to(depot, clock, run):
    depot.site.settings, before = (
        replace(depot.site.settings, mail_url="smtp://localhost:1"),
        depot.site.settings,
    )
    try:
        depot.write(
            lambda uow: promise_mail(uow, Mail(to="nima@example.com", key="k", subject="s", text="t"))
        )
        run("UPDATE core_mail SET attempts = 6, next_at = now() + interval '720 minutes'")
        assert not depot.write(mail_waits)
        clock.set(hours=-1)
        assert depot.write(mail_waits)
    finally:
        depot.site.settings = before


def test_records_their_numbers_and_their_history_keep_their_order_whatever_the_clock_shows(depot, clock, run):
    (first,) = depot.create("depot.item", {"code": "first", "weight": 1})
    clock.set(days=-400)
    depot.update("depot.item", first, {"weight": 2}, version=1)
    (second,) = depot.create("depot.item", {"code": "second", "weight": 1})
    depot.delete("depot.item", second)
    depot.restore("depot.item", second)
    with pytest.raises(VersionConflict):
        depot.update("depot.item", first, {"weight": 3}, version=1)
    clock.set()
    depot.update("depot.item", first, {"weight": 4}, version=2)
    (third,) = depot.create("depot.item", {"code": "third", "weight": 1})
    assert depot.get("depot.item", first)["version"] == 3
    numbers = [depot.get("depot.item", one)["number"] for one in (first, second, third)]
    assert numbers == ["I-00001", "I-00002", "I-00003"]
    entries = depot.site.get(HistoryReading).history(SYSTEM, "depot.item", first, catalog=depot.catalog)
    assert [(e.action, tuple(e.changes["weight"])) for e in entries] == [
        ("update", (2, 4)),
        ("update", (1, 2)),
        ("create", (None, 1)),
    ]
    assert run("SELECT core_history_partitions(12)")
    assert [one.code for one in examine(depot.site) if one.code != "no_worker"] == []


def test_pages_by_a_cursor_miss_nothing_when_records_are_of_all_times(depot, clock):
    for days in (0, -1, 0, -30, 1, 0):
        clock.set(days=days)
        depot.create("depot.item", *({"code": f"{days} {number}"} for number in range(5)))
    clock.set()
    reading, seen, cursor = depot.site.get(Reading), [], ""
    while cursor is not None:
        query = Query(fields=("id", "code"), sort=("-updated_at",), limit=7, cursor=cursor)
        page = reading.find(SYSTEM, "depot.item", query, catalog=depot.catalog)
        seen += [row["id"] for row in page.items]
        cursor = page.next
    assert len(seen) == len(set(seen)) == 30
