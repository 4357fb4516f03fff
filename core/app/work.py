"""The worker of a site, alone or under the supervisor."""

from __future__ import annotations

import os
import resource
from contextlib import nullcontext
from dataclasses import replace
from threading import Thread

from structlog.contextvars import bind_contextvars

from core.app.children import Parent
from core.app.compose import build_site
from core.app.readiness import check_ready
from core.app.sites import Sites, hold
from core.app.workers import OF_SITE
from core.config import Settings
from core.errors import PayvandError
from core.identity import Identity
from core.jobs.runner import JobWatch, Runner
from core.jobs.worker import run_worker
from core.kernel.site import Site
from core.log import SITE, get_logger, set_up
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.engine import SESSION


def work(site: Site, *, wait: bool = True, watch: JobWatch | None = None) -> None:
    """Run jobs until a signal (``wait=False``: until none is left); ``watch`` counts them."""
    url = site.get(Database).engine.url.set(drivername="postgresql")
    url = url.update_query_dict({"application_name": SESSION["application_name"]})
    run_worker(
        site,
        url.render_as_string(hide_password=False),
        site.get(Identity).actor_of,
        site.get(Catalogs).current,
        wait=wait,
        watch=watch,
    )


def limit_memory(megabytes: int) -> None:
    """Let this process ask for no more memory: a job that would take the whole machine fails by itself instead."""
    if megabytes:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = megabytes * 2**20
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def job_watch(settings: Settings, host: str) -> JobWatch | None:
    """Return what counts the jobs of a site, where the first, whose ``settings`` these are, tells metrics."""
    if not settings.metrics_token:
        return None
    from core.app.metrics_files import workers_of
    from core.app.metrics_of_jobs import JobMetrics

    return JobMetrics(workers_of(settings.home), host)


class RunningJob:
    """One job, run in a thread of this process; a worker that wants it, too, leaves it alone or is left alone."""

    def __init__(self, site: Site, job: int) -> None:
        self._site = site
        self._job = job
        self._thread = Thread(target=self._run, name=f"job {job}", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; tell whether the job has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        Runner(self._site, self._site.get(Identity).actor_of, self._site.get(Catalogs).current).finish(
            self._job
        )


def of_site(settings: Settings, host: str, address: str) -> Settings:
    """Return the settings of the site that the worker is for: the first one, or that of the host."""
    if not host:
        return replace(settings, database_url=address)
    sites = Sites(settings)
    return sites.settings_of(sites.get(host), address)


def main() -> int:
    """Wait for the address of the database, then work until a signal."""
    parent = Parent()
    settings = Settings.from_environment()
    set_up(settings.log_level, settings.log_format)
    address = parent.address()
    if address is None:
        return 0
    parent.stop_with()
    host = os.environ.get(OF_SITE, "")
    bind_contextvars(**({SITE: host} if host else {}))
    watch = job_watch(settings, host)
    try:
        settings = of_site(settings, host, address)
        with hold(settings) if host else nullcontext():  # the supervisor holds the folder of the first
            limit_memory(settings.worker_memory)
            site = build_site(settings, role="worker")
            check_ready(site.get(Database).engine)
            work(site, watch=watch)
    except PayvandError as error:
        get_logger("app").warning("worker_stopped", reason=error.text())
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
