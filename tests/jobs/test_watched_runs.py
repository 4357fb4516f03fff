"""Each run of a job is counted once: by the name of its task, by how it ended, with the time that it took."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from core.errors import NotFound
from core.identity import Identity
from core.jobs import JobCancelled
from core.jobs.runner import ATTEMPTS, GivenUp, Postponed, Runner
from core.storage.catalogs import Catalogs


class Counted(list):
    """What a watch was told: kind, outcome, seconds."""

    def ended(self, kind, outcome, seconds):
        self.append((kind, outcome, seconds))

    @property
    def outcomes(self):
        return [(kind, outcome) for kind, outcome, _ in self]


@pytest.fixture
def watched(desk):
    counted = Counted()
    running = Runner(desk.site, desk.site.get(Identity).actor_of, desk.site.get(Catalogs).current, counted)

    def run(job, stopping=bool):
        with suppress(Postponed, GivenUp):
            running.run(job, stopping)

    counted.run = run
    return counted


def raising(failure):
    def run(context):
        raise failure

    return run


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        (lambda context: {}, "done"),
        (raising(JobCancelled()), "cancelled"),
        (raising(NotFound()), "failed"),
        (raising(MemoryError()), "failed"),
        (raising(ZeroDivisionError()), "again"),
    ],
)
def test_how_a_run_ended_is_told(desk, watched, does, outcome):
    watched.run(desk.defer(desk.task("kit.some", does)))
    assert watched.outcomes == [("kit.some", outcome)]


def test_each_try_of_a_job_that_breaks_is_a_run_of_its_own(desk, watched):
    job = desk.defer(desk.task("kit.boom", raising(ZeroDivisionError())))
    for _ in range(ATTEMPTS):
        watched.run(job)
    assert watched.outcomes == [("kit.boom", "again")] * (ATTEMPTS - 1) + [("kit.boom", "failed")]


def test_a_run_that_was_asked_to_stop_is_told_apart_from_the_one_that_ends_the_job(desk, watched):
    job = desk.defer(desk.task("kit.stopped", lambda context: context.report(0) or {}))
    watched.run(job, lambda: True)
    watched.run(job)
    assert watched.outcomes == [("kit.stopped", "interrupted"), ("kit.stopped", "done")]


def test_the_time_is_that_of_the_work(desk, watched):
    def work(context):
        time.sleep(0.05)  # the time that is to be measured
        return {}

    watched.run(desk.defer(desk.task("kit.slow", work)))
    assert 0.05 <= watched[0][2] < 5


def test_jobs_of_tasks_that_are_gone_share_one_name(desk, watched):
    job = desk.defer(desk.task("kit.gone", lambda context: {}))
    desk.run(f"UPDATE core_job SET kind = 'kit.renamed' WHERE id = {job} RETURNING 1")
    watched.run(job)
    assert watched.outcomes == [("unknown", "failed")]
