"""Several web and worker processes count for one site: whichever is asked adds up all, also what one that died has counted."""

from __future__ import annotations

import os
import signal
import urllib.request

from core.jobs import Jobs
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import close_site, open_site
from tests.app.processes import children, command, environment, serving, wait_for
from tests.app.test_metrics import HEADERS, TOKEN, requests, samples

ROUTE, KIND = "/sign-in", "storage.build_indexes"
OF_JOBS = ("kind", KIND), ("outcome", "done")


def read(port):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=HEADERS)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return samples(answer.read().decode())


def ask(port, times):
    for _ in range(times):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{ROUTE}", timeout=20) as answer:
            assert answer.status == 200


def counted(port):
    return sum(requests(read(port), ROUTE).values())


def ran(port):
    return read(port).get(("payvand_job_seconds_count", *OF_JOBS), 0)


def promise(site):
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test")) as uow:
        site.get(Jobs).defer(uow, KIND, {})


def test_what_all_have_counted_is_added_up_and_outlives_them(tmp_path, pg, site_folders):
    with pg.database() as url:
        env = environment(tmp_path, url, PAYVAND_METRICS_TOKEN=TOKEN, PAYVAND_PROCESSES="2")
        assert command("init", env=env).returncode == 0
        site = open_site(url, tmp_path, site_folders)
        with serving(env) as served:
            port = served.port
            wait_for(served.healthy)
            ask(port, 40)
            assert counted(port) == 40
            _of_workers(site, served, env)
            web = served.child("web_process")
            before = set(children(web))
            os.kill(min(before), signal.SIGKILL)
            wait_for(lambda: len(set(children(web)) - before) == 1 and served.healthy())
            assert counted(port) == 40
            ask(port, 10)
            found = read(port)
            assert sum(requests(found, ROUTE).values()) == 50
            assert found["payvand_requests_in_flight",] == 1  # the one that reads
        close_site(site)
        with serving(env) as served:
            wait_for(served.healthy)
            assert counted(served.port) == 0  # a new start begins anew
            assert ran(served.port) == 0


def _of_workers(site, served, env):
    """Three jobs run: by the worker, by the one that takes its place, and by either that or a second one beside it."""
    before = ran(served.port)
    promise(site)
    wait_for(lambda: ran(served.port) == before + 1)
    os.kill(served.child("core.app.work"), signal.SIGKILL)
    wait_for(served.healthy)
    promise(site)
    wait_for(lambda: ran(served.port) == before + 2)
    promise(site)
    assert command("worker", "--once", env=env).returncode == 0
    wait_for(lambda: ran(served.port) == before + 3)
    found = read(served.port)
    assert found["payvand_job_seconds_sum", *OF_JOBS] > 0
    assert found["payvand_worker_processes",] >= 1
    assert found["payvand_worker_memory_bytes",] > 2**20
    assert found["payvand_web_processes",] == 2
