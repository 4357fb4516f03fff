"""A site with the kit, and a worker that does what is queued."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.app.work import work
from core.jobs import Jobs, JobStatus, Task
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.storage import Database
from core.storage.catalogs import Catalogs

FIXTURE_MODULES = Path(__file__).parent.parent / "fixtures" / "modules"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("kit",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [FIXTURE_MODULES]


class Desk:
    """Defers jobs and lets a worker run them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.get(Catalogs).current()  # with it the tasks of modules come; those of the tests come after
        self.jobs = site.get(Jobs)
        self.system = system_actor("a test")

    def task(self, name: str, run: Callable[..., Mapping[str, Any]]) -> str:
        self.jobs.register(Task(name=name, run=run))
        return name

    def unit(self, actor: Actor | None = None) -> Any:
        return self.site.get(Database).unit(self.site.get(Catalogs).current(), actor or self.system)

    def defer(self, name: str, arguments: Mapping[str, Any] | None = None, actor: Actor | None = None) -> int:
        with self.unit(actor) as uow:
            return self.jobs.defer(uow, name, arguments or {})

    def work(self) -> None:
        """Run everything that is queued."""
        work(self.site, wait=False)

    def status(self, job: int) -> JobStatus:
        return self.jobs.status(self.system, job, everybody=True)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        with self.site.get(Database).engine.begin() as connection:
            done = connection.execute(sa.text(sql))
            return [tuple(row) for row in done] if done.returns_rows else []


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)
