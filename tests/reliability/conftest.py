"""A depot on a real site: keepers with bins of their own, items, tags and safes that are not all for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs

MODULES = Path(__file__).parent / "modules"
SYSTEM = system_actor("a test")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("depot",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [MODULES]


class Depot:
    """The site, by the shortest way to its records."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.database = site.get(Database)
        self.records = site.get(Records)

    @property
    def catalog(self):
        return self.site.get(Catalogs).current()

    def write(self, act: Callable[[UnitOfWork], Any], actor: Actor = SYSTEM) -> Any:
        """Do one unit of work as the edges do it: again from the start where somebody was in the way."""

        def once() -> Any:
            with self.database.unit(self.catalog, actor) as uow:
                return act(uow)

        return self.database.attempt(once)

    def create(self, entity: str, *rows: Mapping[str, Any], actor: Actor = SYSTEM) -> list[int]:
        return [s.id for s in self.write(lambda u: self.records.create(actor, entity, rows, uow=u), actor)]

    def update(
        self,
        entity: str,
        number: int,
        values: Mapping[str, Any],
        *,
        version: int | None = None,
        actor: Actor = SYSTEM,
    ) -> Any:
        return self.write(
            lambda u: self.records.update(actor, entity, number, values, version=version, uow=u), actor
        )

    def delete(self, entity: str, *ids: int, actor: Actor = SYSTEM) -> None:
        self.write(lambda u: self.records.delete(actor, entity, ids, uow=u), actor)

    def restore(self, entity: str, *ids: int, actor: Actor = SYSTEM) -> None:
        self.write(lambda u: self.records.restore(actor, entity, ids, uow=u), actor)

    def get(self, entity: str, number: int, actor: Actor = SYSTEM) -> dict[str, Any]:
        return self.site.get(Reading).get(actor, entity, number, catalog=self.catalog)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.reading() as reader:
            return reader.rows(sql)


@pytest.fixture
def depot(site: Site) -> Depot:
    return Depot(site)


@pytest.fixture
def keeper(actor_as: Callable[..., Actor]) -> Actor:
    return actor_as("depot.keeper", login="keeper@example.com")


@pytest.fixture
def other(actor_as: Callable[..., Actor]) -> Actor:
    return actor_as("depot.keeper", login="other@example.com")
