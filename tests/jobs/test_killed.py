"""A worker that is killed in the middle of a job loses nothing that was committed, and nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.jobs.toiling import BLOCK, STEPS, toil


@pytest.fixture
def worker(desk):
    """A worker process; it stops at the blocking step and waits there."""
    env = {
        **os.environ,
        "DATABASE_URL": desk.site.settings.database_url,
        "PAYVAND_HOME": str(desk.site.settings.home),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.toiling"], env=env, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def reach_the_block(worker):
    return [int(worker.stdout.readline()) for _ in range(BLOCK)]


def shelves(desk):
    return desk.run("SELECT count(*), count(DISTINCT name) FROM kit_shelf")


@pytest.mark.covers("PL-15")
def test_a_killed_job_goes_on_from_its_checkpoint_elsewhere(desk, worker):
    desk.jobs.register(toil(lambda context, step: None))
    job = desk.defer("kit.toil")
    assert reach_the_block(worker) == [1, 2, 3]
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert shelves(desk) == [(BLOCK, BLOCK)]
    assert desk.status(job).state == "running"
    desk.run("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' RETURNING 1")
    desk.work()
    assert shelves(desk) == [(STEPS, STEPS)]
    assert (desk.status(job).state, desk.status(job).result) == ("done", {"shelves": STEPS})


def test_a_worker_that_is_told_to_stop_does_so_between_two_steps(desk, worker):
    desk.jobs.register(toil(lambda context, step: None))
    job = desk.defer("kit.toil")
    reach_the_block(worker)
    worker.send_signal(signal.SIGTERM)
    worker.wait(30)
    assert (desk.status(job).state, desk.status(job).done) == ("queued", BLOCK)
    desk.work()
    assert shelves(desk) == [(STEPS, STEPS)]
    assert desk.status(job).state == "done"


def test_a_worker_that_looks_dead_but_lives_keeps_its_job(desk, worker):
    desk.jobs.register(toil(lambda context, step: None))
    job = desk.defer("kit.toil")
    reach_the_block(worker)
    desk.run("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' RETURNING 1")
    desk.work()
    assert shelves(desk) == [(BLOCK, BLOCK)]
    assert desk.status(job).state == "running"
