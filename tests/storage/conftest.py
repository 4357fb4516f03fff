"""A migrated database of its own for every test, and a small laboratory that changes its catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from core.config import Settings
from core.fields import FieldTypes
from core.kernel.actor import system_actor
from core.metadata.build import build
from core.metadata.catalog import Catalog
from core.metadata.documents import Behaviour, Document
from core.metadata.specs import ModuleSpec
from core.storage.apply import apply
from core.storage.database import Database
from core.storage.engine import build_engine
from core.storage.migrate import migrate
from core.storage.physical import read_physical
from core.storage.plan import Plan, plan
from core.storage.tables import Tables
from core.storage.unit import UnitOfWork
from core.storage.versions import bump, lock_schema
from core.testing.postgres import TestPostgres

Entities = Mapping[str, Mapping[str, Any]]


def kernel(address: str) -> None:
    engine = build_engine(address, threads=1)
    migrate(engine)
    engine.dispose()


class Lab:
    """Changes the catalog of one database as the rooms above will do it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.types = FieldTypes()
        self.tables = Tables(self.types)
        self.actor = system_actor("a test")
        self.catalog = Catalog(version=1, entities={})
        self.behaviours: tuple[Behaviour, ...] = ()

    def build(self, entities: Entities, version: int = 0) -> Catalog:
        """Return the catalog of these entities: fields by name, other keys start with a star."""
        documents = []
        for name, parts in entities.items():
            fields = {key: dict(value) for key, value in parts.items() if not key.startswith("*")}
            body = {
                "label": name,
                **{k[1:]: v for k, v in parts.items() if k.startswith("*")},
                "fields": fields,
            }
            documents.append(Document(owner=name.partition(".")[0], kind="entity", name=name, body=body))
        modules = [
            ModuleSpec(name=owner, version="1", label=owner) for owner in sorted({d.owner for d in documents})
        ]
        return build(
            documents,
            modules,
            self.behaviours,
            version=version or self.catalog.version + 1,
            checkers=[self.types.check_catalog],
        ).catalog

    def plan(self, new: Catalog, uow: UnitOfWork) -> Plan:
        lock_schema(uow.connection)
        return plan(None, new, read_physical(uow.connection, self.types))

    def change(self, entities: Entities) -> Plan:
        """Bring the database to these entities; what is missing goes to the trash."""
        new = self.build(entities)
        with self.database.unit(self.catalog, self.actor) as uow:
            todo = self.plan(new, uow)
            apply(todo, uow)
            bump(uow)
        self.catalog = new
        return todo

    def unit(self) -> Any:
        return self.database.unit(self.catalog, self.actor)

    def insert(self, entity: str, *rows: Mapping[str, Any]) -> list[int]:
        table = self.tables.of(self.catalog.entity(entity))
        with self.unit() as uow:
            return [
                uow.execute(table.insert().values(row).returning(table.c.id)).scalar_one() for row in rows
            ]

    def fill(self, entity: str, count: int, column: str, text: str = "'value ' || n") -> None:
        """Put many rows into a table, as fast as PostgreSQL can make them."""
        table = self.catalog.entity(entity).table
        with self.unit() as uow:
            uow.connection.exec_driver_sql(
                f'INSERT INTO {table} ("{column}") SELECT {text} FROM generate_series(1, {count}) n'
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.unit() as uow:
            return uow.reader.rows(sql)

    def columns(self, table: str) -> set[str]:
        return {
            row[0]
            for row in self.rows(
                f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
            )
        }

    def indexes(self, table: str) -> dict[str, str]:
        return dict(self.rows(f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{table}'"))


@pytest.fixture
def address(pg: TestPostgres) -> Iterator[str]:
    """The URL of a database with the kernel's tables."""
    with pg.database(pg.template("storage kernel", kernel)) as url:
        yield url


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    opened = Database(Settings(threads=4), address)
    yield opened
    opened.close()


@pytest.fixture
def lab(database: Database) -> Lab:
    return Lab(database)
