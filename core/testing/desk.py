"""`Desk`: records of a site in one line each, for tests that write and read many of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from core.app.work import work
from core.contributions import OperationCall, Operations, Outcome, Undo
from core.contributions.asking import asking_at
from core.exchange import Exchange
from core.files import Files
from core.i18n import Localization
from core.jobs import Jobs
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.history_reading import HistoryReading
from core.records.page import HistoryEntry
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.timeline.inbox import Promised, Told, inbox, reminders

Values = Mapping[str, Any]


class Desk:
    """Writes and reads through the one door, for the system or for ``as_`` somebody; each call is a transaction."""

    def __init__(self, site: Site, actor: Actor | None = None) -> None:
        self.site = site
        self.actor = actor or system_actor("a test")

    def as_(self, actor: Actor) -> Desk:
        """Return the desk of somebody else."""
        return Desk(self.site, actor)

    @property
    def catalog(self) -> Catalog:
        """The present catalog."""
        return self.site.get(Catalogs).current()

    def create(self, entity: str, *rows: Values) -> list[int]:
        """Create records and return their ids."""
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            return [s.id for s in self.site.get(Records).create(self.actor, entity, rows, uow=uow)]

    def one(self, entity: str, **values: Any) -> int:
        """Create one record and return its id."""
        return self.create(entity, values)[0]

    def imports(
        self, entity: str, content: bytes | str, name: str = "file.csv", **how: Any
    ) -> Mapping[str, Any]:
        """Import a file to its end and return what came of it."""
        data = content.encode() if isinstance(content, str) else content
        with self.site.get(Database).unit(self.catalog, self.actor, channel="import") as uow:
            file = self.site.get(Files).store(BytesIO(data), name, self.actor, uow)
            job = self.site.get(Exchange).start(self.actor, file, entity, uow=uow, **how)
        work(self.site, wait=False)
        status = self.site.get(Jobs).status(self.actor, job)
        assert status.state == "done", status.error
        return status.result or {}

    def exports(self, entity: str, fmt: str, *fields: str, **asked: Any) -> bytes:
        """Return a list as a file."""
        localization = self.site.get(Localization)
        style = localization.style(self.actor.preferences, self.site.settings)
        query = Query(fields=fields, sort=("id",), **asked)
        pieces = self.site.get(Exchange).export(
            self.actor, entity, query, fmt, catalog=self.catalog, style=style
        )[2]
        return b"".join(pieces)

    def update(self, entity: str, record_id: int, **values: Any) -> frozenset[str]:
        """Change a record and return which fields moved."""
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            return (
                self.site.get(Records)
                .update(self.actor, entity, record_id, values, version=None, uow=uow)
                .changed
            )

    def move(
        self,
        entity: str,
        record_id: int,
        name: str,
        *,
        to: int | None = None,
        reason: str = "",
        **values: Any,
    ) -> None:
        """Take a step of a workflow with a record."""
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            self.site.get(Records).transition(
                self.actor,
                entity,
                record_id,
                name,
                values=values,
                to=to,
                reason=reason,
                version=None,
                uow=uow,
            )

    def operate(self, entity: str, name: str, *ids: int, reason: str = "", **values: Any) -> Outcome:
        """Carry an operation out and return what came of it; ``values`` are Python values."""
        operations = self.site.get(Operations)
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            offered = operations.find(entity, name, uow.catalog)
            return operations.run(asking_at(uow), offered, ids, values, reason=reason)

    def delete(self, entity: str, *ids: int) -> None:
        """Put records in the trash."""
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            self.site.get(Records).delete(self.actor, entity, ids, uow=uow)

    def restore(self, entity: str, *ids: int) -> None:
        """Take records out of the trash."""
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            self.site.get(Records).restore(self.actor, entity, ids, uow=uow)

    def undo(self, entity: str, operation: str, way: Undo | None, *ids: int) -> Outcome:
        """Take back what was done."""
        assert way is not None, f"{operation} cannot be taken back"
        with self.site.get(Database).unit(self.catalog, self.actor) as uow:
            operations = self.site.get(Operations)
            call = OperationCall(
                asking=asking_at(uow),
                entity=entity,
                ids=ids,
                values=json.loads(json.dumps(dict(way.payload))),
            )
            undo = operations.find(entity, operation, uow.catalog).operation.undo
            assert undo is not None, f"{operation} has no way back"
            return undo(call) or Outcome()

    @contextmanager
    def unit_at(self, moment: datetime, reason: str = "a test") -> Iterator[UnitOfWork]:
        """Open the unit of work of a job whose clock stands at this moment."""
        with self.site.get(Database).unit(self.catalog, system_actor(reason), channel="job") as uow:
            uow.now, uow.today = moment, moment.date()
            yield uow

    def run_job(self, job: Callable[[Any], Any], at: datetime) -> Any:
        """Run the code of a job at a moment and return its answer."""
        context = SimpleNamespace(
            site=self.site,
            unit=lambda reason: self.unit_at(at, reason),
            checkpoint=None,
            keep=lambda *_, **__: None,
        )
        return job(context)

    def get(self, entity: str, record_id: int, *fields: str) -> dict[str, Any]:
        """Return one record."""
        return self.site.get(Reading).get(self.actor, entity, record_id, fields, catalog=self.catalog)

    def find(self, entity: str, *fields: str, **query: Any) -> list[dict[str, Any]]:
        """Return a page of records."""
        question = Query(fields=fields, **query)
        return self.site.get(Reading).find(self.actor, entity, question, catalog=self.catalog).items

    def column(self, entity: str, field: str, **query: Any) -> list[Any]:
        """Return one field of a page of records, oldest first."""
        return [item[field] for item in self.find(entity, field, **{"sort": ("id",), **query})]

    def told(self) -> list[Told]:
        """Return what this person was told, newest first, as they may read it now."""
        style = self.site.get(Localization).style(self.actor.preferences, self.site.settings)
        return inbox(self.site, self.actor, self.catalog, style)

    def reminded(self) -> list[Promised]:
        """Return what this person is to be reminded of, and was, the last first."""
        style = self.site.get(Localization).style(self.actor.preferences, self.site.settings)
        return reminders(self.site, self.actor, self.catalog, style)

    def history(self, entity: str, record_id: int) -> list[HistoryEntry]:
        """Return what happened to a record, latest first."""
        reading = self.site.get(HistoryReading)
        return list(reading.history(self.actor, entity, record_id, catalog=self.catalog))


@pytest.fixture
def desk(site: Site) -> Desk:
    """The system's desk at the site of this test."""
    return Desk(site)
