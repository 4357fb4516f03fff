"""A database with the kit's entities and some records, and a desk to read it from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.config import Settings
from core.kernel.actor import Actor, system_actor
from core.kernel.secrets import Secrets
from core.metadata.catalog import Catalog
from core.records.aggregation import Aggregating
from core.records.asking import Asking
from core.records.history_reading import HistoryReading
from core.records.piles import Piles
from core.records.query import Query
from core.records.reading import Reading
from core.records.search import Searching
from core.storage.apply import apply
from core.storage.database import Database
from core.storage.engine import build_engine
from core.storage.migrate import migrate
from core.storage.physical import read_physical
from core.storage.plan import plan
from core.storage.tables import Tables
from core.testing.postgres import TestPostgres
from tests.access.kit import access, catalog_of, schema_of, types

KEYS = b"k" * 32


class Desk:
    """Reads records as the rooms above do, with catalogs that differ in their roles only."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.types = types()
        self.tables = Tables(self.types)
        self.access = access()
        asking = Asking(database, "Asia/Tehran")
        secrets = Secrets(KEYS)
        self.reading = Reading(
            asking=asking,
            tables=self.tables,
            types=self.types,
            access=self.access,
            schema_of=schema_of,
            secrets=secrets,
        )
        self.piles = Piles(self.reading, asking, secrets)
        self.aggregating = Aggregating(self.reading, asking)
        self.searching = Searching(self.reading, asking)
        self.histories = HistoryReading(self.reading, self.searching, asking)
        self._catalogs: dict[str, Catalog] = {}

    def catalog(self, roles: Mapping[str, Any]) -> Catalog:
        """Return the catalog with these roles; each set of roles has a version of its own."""
        key = repr(roles)
        if key not in self._catalogs:
            self._catalogs[key] = catalog_of(roles, version=len(self._catalogs) + 1)
        return self._catalogs[key]

    def find(self, actor: Actor, roles: Mapping[str, Any], entity: str = "kit.item", **query: Any) -> Any:
        return self.reading.find(actor, entity, Query(**query), catalog=self.catalog(roles))

    def ids(
        self, actor: Actor, roles: Mapping[str, Any], entity: str = "kit.item", **query: Any
    ) -> list[int]:
        """Return the ids of all pages."""
        query = {"fields": ("id",), **query}
        page = self.find(actor, roles, entity, **query)
        found = [item["id"] for item in page.items]
        while page.next:
            page = self.find(actor, roles, entity, **{**query, "cursor": page.next})
            found += [item["id"] for item in page.items]
        return found

    def insert(self, entity: str, *rows: Mapping[str, Any]) -> list[int]:
        """Put rows into a table as they are."""
        catalog = self.catalog({})
        table = self.tables.of(catalog.entity(entity))
        with self.database.unit(catalog, system_actor("test")) as uow:
            return [
                uow.execute(table.insert().values(row).returning(table.c.id)).scalar_one() for row in rows
            ]

    def link(self, entity: str, field: str, *pairs: tuple[int, int]) -> None:
        """Link records."""
        catalog = self.catalog({})
        table = self.tables.links(catalog.entity(entity), field)
        with self.database.unit(catalog, system_actor("test")) as uow:
            for source, target in pairs:
                uow.execute(table.insert().values(source=source, target=target))

    def run(self, sql: str) -> None:
        """Run one statement."""
        with self.database.unit(self.catalog({}), system_actor("test")) as uow:
            uow.connection.exec_driver_sql(sql)


def build(address: str) -> None:
    """Make the tables of the kernel and of the kit."""
    engine = build_engine(address, threads=1)
    migrate(engine)
    engine.dispose()
    database = Database(Settings(threads=2), address)
    catalog = catalog_of({})
    with database.unit(catalog, system_actor("test")) as uow:
        apply(plan(None, catalog, read_physical(uow.connection, types())), uow)
    database.close()


@pytest.fixture(scope="module")
def desk(pg: TestPostgres) -> Iterator[Desk]:
    with pg.database(pg.template("records reading kit", build)) as address:
        database = Database(Settings(threads=4), address)
        yield Desk(database)
        database.close()


ROWS = [
    {
        "owner": 1,
        "team": 5,
        "name": "alpha",
        "size": 3,
        "price": Decimal(10),
        "price_currency": "IRR",
        "state": "used",
        "shelf": 1,
        "made": date(2026, 3, 21),
        "note": "first",
    },
    {
        "owner": 1,
        "team": 6,
        "name": "Beta",
        "size": None,
        "price": Decimal("2.5"),
        "price_currency": "EUR",
        "state": "new",
    },
    {"owner": 2, "team": 5, "name": "gamma", "size": 1, "state": None, "shelf": 2, "made": date(2026, 3, 20)},
    {"owner": 2, "team": 6, "name": "delta", "size": 3, "state": "gone", "shelf": 1},
    {"owner": None, "team": None, "name": "epsilon", "size": 2, "state": "new"},
]


@pytest.fixture(scope="module")
def filled(desk):
    """Five items on two shelves; item n is row n."""
    desk.insert("kit.person", {"name": "Ann"}, {"name": "Bob"})
    desk.insert(
        "kit.shelf",
        {"name": "upper", "owner": 1, "room": "hall"},
        {"name": "lower", "owner": 2, "room": "yard"},
    )
    desk.insert(
        "kit.item", *({**row, "name_key": row["name"].lower(), "note_key": row.get("note")} for row in ROWS)
    )
    desk.insert(
        "kit.piece",
        {"whole": 1, "name": "p", "length": 7},
        {"whole": 1, "name": "q", "length": 8},
        {"whole": 3, "name": "r", "length": 9},
    )
    desk.insert("kit.sticker", {"on__kit_item": 1, "text": "x"}, {"on__kit_shelf": 1, "text": "y"})
    desk.link("kit.item", "friends", (1, 2), (1, 1), (2, 2))
    return desk
