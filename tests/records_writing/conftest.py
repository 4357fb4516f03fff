"""A small world of shelves and items in a database of its own, with people who may do different things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.access import Access
from core.config import Settings
from core.fields import CatalogSchema, FieldTypes, LoadContext
from core.files import Thumbnails
from core.files.blobs import Blobs
from core.hooks import Plugins
from core.kernel.actor import Actor, system_actor
from core.metadata.build import build
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec
from core.records.conditions import Conditions
from core.records.guarding import Guarding
from core.records.loading import Loading
from core.records.moves import Moves
from core.records.moving import Moving
from core.records.plan import Plans
from core.records.rollups import RollUps
from core.records.service import Records
from core.records.writing import Writing
from core.storage import Database, Tables, UnitOfWork, migrate
from core.storage.apply import apply
from core.storage.engine import build_engine
from core.storage.physical import read_physical
from core.storage.plan import plan
from core.testing.postgres import TestPostgres
from core.workflow import Guards

FIELDS: Mapping[str, Mapping[str, Any]] = {
    "kit.shelf": {
        "name": {"type": "text", "label": "Name", "required": True, "search": True, "unique": True},
        "owner": {"type": "integer", "label": "Owner", "default": "$user"},
        "items": {"type": "list", "label": "Items", "of": "kit.item", "by": "shelf"},
        "notes": {"type": "list", "label": "Notes", "of": "kit.note", "by": "about"},
        "filled": {
            "type": "integer",
            "label": "Filled",
            "rollup": {"from": "kit.item", "by": "shelf", "count": "broken != true"},
        },
        "worth": {
            "type": "money",
            "label": "Worth",
            "rollup": {"from": "kit.item", "by": "shelf", "sum": "price"},
        },
        "first_code": {
            "type": "text",
            "label": "First code",
            "search": True,
            "rollup": {"from": "kit.item", "by": "shelf", "pick": "code", "where": "broken != true"},
        },
        "note": {"type": "text", "label": "Note", "computed": "concat(name, ': ', first_code)"},
        "secret": {"type": "text", "label": "Secret"},
    },
    "kit.item": {
        "code": {"type": "text", "label": "Code", "required": True, "search": True, "duplicate_key": True},
        "number": {"type": "sequence", "label": "Number", "pattern": "I-{number:04}"},
        "shelf": {"type": "reference", "label": "Shelf", "to": "kit.shelf", "on_delete": "cascade"},
        "beside": {"type": "reference", "label": "Beside", "to": "kit.item", "on_delete": "clear"},
        "kept_on": {
            "type": "text",
            "label": "Kept on",
            "computed": "shelf.secret",
            "readable_because": "A test.",
        },
        "price": {"type": "money", "label": "Price"},
        "size": {"type": "integer", "label": "Size"},
        "weight": {"type": "integer", "label": "Weight", "read_only_when": "broken == true"},
        "broken": {"type": "boolean", "label": "Broken", "default": False},
        "reason": {"type": "text", "label": "Reason", "required_when": "broken == true"},
        "labels": {"type": "links", "label": "Labels", "to": "kit.label"},
    },
    "kit.label": {"name": {"type": "text", "label": "Name", "required": True, "search": True}},
    "kit.note": {
        "about": {
            "type": "reference_any",
            "label": "About",
            "to": ["kit.shelf", "kit.item"],
            "on_delete": "cascade",
        },
        "text": {"type": "text", "label": "Text"},
    },
    "kit.lock": {
        "name": {"type": "text", "label": "Name", "required": True},
        "item": {"type": "reference", "label": "Item", "to": "kit.item", "on_delete": "restrict"},
    },
}
RULES = {
    "kit.item": {
        "not_too_big": {"refuse_when": "size > 100", "message": "Too big for a shelf.", "on": ["size"]}
    },
    "kit.shelf": {
        "not_locked": {"refuse_when": "any(notes, text == 'locked')", "message": "Locked.", "on": ["name"]},
        "not_too_full": {"refuse_when": "filled > 3", "message": "The shelf is full.", "on": ["items"]},
    },
}
TITLES = {
    "kit.shelf": "name",
    "kit.item": "code",
    "kit.label": "name",
    "kit.lock": "name",
    "kit.note": "text",
}
ROLES = {
    "kit.keeper": {
        "label": "Keeper",
        "grants": [
            {
                "entity": "kit.shelf",
                "actions": ["create", "read", "update", "delete"],
                "when": "owner == $user",
                "fields": {
                    "read": ["name", "owner", "items", "filled", "worth", "first_code", "note"],
                    "edit": ["name", "owner", "items"],
                },
            },
            {
                "entity": "kit.shelf",
                "actions": ["read"],
                "when": "name == 'public'",
                "fields": {"read": ["name"], "edit": []},
            },
            {"entity": "kit.item", "actions": ["create", "read", "update", "delete"]},
            {"entity": "kit.label", "actions": ["read"], "when": "name != 'hidden'"},
        ],
    },
}


@dataclass(frozen=True)
class Definitions:
    """The documents of a world: the fields, rules and titles of its entities and ``more`` of those, its roles and workflows."""

    fields: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    titles: Mapping[str, str]
    roles: Mapping[str, Mapping[str, Any]]
    workflows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


SHELVES = Definitions(FIELDS, RULES, TITLES, ROLES)


class World:
    """The parts that writing needs, put together as the composition root does it."""

    def __init__(self, database: Database, definitions: Definitions = SHELVES) -> None:
        self.database = database
        self._definitions = definitions
        self.types = FieldTypes()
        self.tables = Tables(self.types)
        self.plugins = Plugins()

        def schema_of(catalog: Catalog) -> CatalogSchema:
            return CatalogSchema(catalog, self.types)

        self.access = Access(schema_of)
        conditions = Conditions(self.tables, self.types, self.access, schema_of)
        loading = Loading(self.types)
        writing = Writing(self.plugins, RollUps(conditions), loading, str, Thumbnails(Blobs(Path())))
        guarding = Guarding(Guards(), str)
        moving = Moving(writing, loading, guarding)
        self.records = Records(
            writing=writing,
            plans=Plans(self.types, schema_of),
            access=self.access,
            conditions=conditions,
            context=LoadContext(),
            moving=moving,
            moves=Moves(moving, guarding),
        )
        self.system = system_actor("a test")
        self.catalog = self._build()
        with self.database.unit(Catalog(version=0, entities={}), self.system) as uow:
            apply(plan(None, self.catalog, read_physical(uow.connection, self.types)), uow)

    def _build(self) -> Catalog:
        given = self._definitions
        documents = [
            Document(
                owner="kit",
                kind="entity",
                name=name,
                body={
                    "label": name,
                    "title": given.titles[name],
                    "fields": fields,
                    "rules": given.rules.get(name, {}),
                    **given.more.get(name, {}),
                },
            )
            for name, fields in given.fields.items()
        ]
        for kind, bodies in (("role", given.roles), ("workflow", given.workflows)):
            documents += [
                Document(owner="kit", kind=kind, name=name, body=body) for name, body in bodies.items()
            ]
        return build(documents, [ModuleSpec(name="kit", version="1", label="kit")], version=1).catalog

    def actor(self, number: int, *roles: str) -> Actor:
        return Actor(
            id=number, login=f"user{number}", name=f"User {number}", roles=frozenset(roles), channel="test"
        )

    @contextmanager
    def unit(self, actor: Actor | None = None) -> Iterator[UnitOfWork]:
        with self.database.unit(self.catalog, actor or self.system) as uow:
            yield uow

    def create(self, entity: str, *rows: Mapping[str, Any], actor: Actor | None = None) -> list[int]:
        with self.unit(actor) as uow:
            return [s.id for s in self.records.create(actor or self.system, entity, rows, uow=uow)]

    def update(
        self,
        entity: str,
        record_id: int,
        values: Mapping[str, Any],
        *,
        version: int | None = None,
        actor: Actor | None = None,
        merge_lists: bool = False,
    ) -> int:
        writer = actor or self.system
        with self.unit(actor) as uow:
            return self.records.update(
                writer, entity, record_id, values, version=version, uow=uow, merge_lists=merge_lists
            ).version

    def delete(self, entity: str, *ids: int, actor: Actor | None = None) -> None:
        with self.unit(actor) as uow:
            self.records.delete(actor or self.system, entity, ids, uow=uow)

    def restore(self, entity: str, *ids: int) -> None:
        with self.unit() as uow:
            self.records.restore(self.system, entity, ids, uow=uow)

    def row(self, entity: str, record_id: int) -> Mapping[str, Any]:
        table = self.tables.of(self.catalog.entity(entity))
        with self.unit() as uow:
            return dict(uow.execute(table.select().where(table.c.id == record_id)).mappings().one())

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.reading() as reader:
            return reader.rows(sql)


def _kernel(address: str) -> None:
    engine = build_engine(address, threads=1)
    migrate(engine)
    engine.dispose()


@pytest.fixture
def world(pg: TestPostgres) -> Iterator[World]:
    """A fresh database with the world in it."""
    with pg.database(pg.template("records kernel", _kernel)) as url:
        database = Database(Settings(threads=8), url)
        try:
            yield World(database)
        finally:
            database.close()
