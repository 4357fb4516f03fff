"""A site with a roster of people, files to import, and a worker that does what is queued."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from structlog.testing import capture_logs

from core.app.work import work
from core.exchange import Exchange, Inspection
from core.files import Files
from core.identity import Identity
from core.jobs import Jobs, JobStatus
from core.jobs.runner import Runner
from core.jobs.service import FINISHED
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs

FIXTURE_MODULES = Path(__file__).parent.parent / "fixtures" / "modules"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("roster",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [FIXTURE_MODULES]


class Office:
    """Uploads files, imports them as a person, and looks at what came of it."""

    def __init__(self, site: Site, actor: Actor) -> None:
        self.site = site
        self.actor = actor
        self.system = system_actor("a test")
        self.catalog = site.get(Catalogs).current()
        self.exchange = site.get(Exchange)

    def unit(self, actor: Actor | None = None) -> Any:
        return self.site.get(Database).unit(self.catalog, actor or self.actor)

    def upload(self, content: bytes | str, name: str = "people.csv", actor: Actor | None = None) -> int:
        data = content.encode() if isinstance(content, str) else content
        with self.unit(actor) as uow:
            return self.site.get(Files).store(io.BytesIO(data), name, actor or self.actor, uow)

    def inspect(
        self, content: bytes | str, name: str = "people.csv", entity: str = "roster.person"
    ) -> Inspection:
        return self.exchange.inspect(self.actor, self.upload(content, name), entity, catalog=self.catalog)

    def start(
        self,
        content: bytes | str,
        name: str = "people.csv",
        *,
        entity: str = "roster.person",
        mapping: Mapping[str, str] | None = None,
        **how: Any,
    ) -> int:
        number = self.upload(content, name)
        with self.unit() as uow:
            return self.exchange.start(self.actor, number, entity, mapping, uow=uow, **how)

    def work(self) -> None:
        work(self.site, wait=False)

    def status(self, job: int) -> JobStatus:
        return self.site.get(Jobs).status(self.actor, job)

    def run(self, content: bytes | str, name: str = "people.csv", **how: Any) -> Mapping[str, Any]:
        """Import a file to its end and return the result; fail, with the log, where the job did.

        What breaks is tried again as a worker would, but without the worker's waiting between.
        """
        job = self.start(content, name, **how)
        runner = Runner(self.site, self.site.get(Identity).actor_of, self.site.get(Catalogs).current)
        with capture_logs() as lines:
            while self.status(job).state not in FINISHED:
                with contextlib.suppress(
                    Exception
                ):  # it stands in the log, and after the last try in the job
                    runner.run(job, bool)
        status = self.status(job)
        assert status.state == "done", (status.error, lines)
        return status.result or {}

    def people(self, *fields: str, entity: str = "roster.person", **query: Any) -> list[dict[str, Any]]:
        page = self.site.get(Reading).find(
            self.system,
            entity,
            Query(fields=fields, sort=("id",), limit=200, **query),
            catalog=self.catalog,
        )
        return page.items

    def create(self, entity: str, *rows: Mapping[str, Any], actor: Actor | None = None) -> list[int]:
        with self.unit(actor or self.system) as uow:
            return [s.id for s in self.site.get(Records).create(actor or self.system, entity, rows, uow=uow)]

    def download(self, result: Mapping[str, Any]) -> openpyxl.Workbook:
        """Return the error file of an import."""
        with self.site.get(Database).reading() as reader:
            stored = self.site.get(Files).find(result["error_file_id"], reader)
        with self.site.get(Files).open(stored) as file:
            return openpyxl.load_workbook(io.BytesIO(file.read()))


def counts(result: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a result that are not nought."""
    return {
        name: result[name]
        for name in ("created", "updated", "skipped", "duplicates", "errors")
        if result[name]
    }


def workbook(*rows: Sequence[Any], title: str = "Sheet") -> bytes:
    """Return an xlsx file."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def office(site: Site, actor_as: Any) -> Office:
    return Office(site, actor_as("roster.chief", login="chief@example.com"))
