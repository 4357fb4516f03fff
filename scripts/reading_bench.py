"""Measure the processor time that reading costs in this process: one record, a page, a search, an aggregate.

Usage: reading_bench.py postgresql+psycopg://user@host/postgres [rows]; a database of its own is made and dropped.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.access import Access
from core.config import Settings
from core.fields import CatalogSchema, FieldTypes, standard_types
from core.kernel.actor import Actor, system_actor
from core.kernel.secrets import Secrets
from core.metadata.build import build
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec
from core.records.aggregation import Aggregating
from core.records.asking import Asking
from core.records.query import Query
from core.records.reading import Reading
from core.storage.apply import apply
from core.storage.database import Database
from core.storage.embedded import create_database
from core.storage.engine import build_engine
from core.storage.migrate import migrate
from core.storage.physical import read_physical
from core.storage.plan import plan
from core.storage.tables import Tables

NAME = "payvand_reading_bench"
BATCHES, BATCH = 12, 160
OWNED: Mapping[str, Any] = {"owner": {"type": "reference", "to": "kit.person"}, "team": {"type": "integer"}}
ENTITIES: Mapping[str, Mapping[str, Any]] = {
    "kit.person": {"title": "name", "fields": {"name": {"type": "text", "search": True}}},
    "kit.shelf": {"title": "name", "fields": {"name": {"type": "text"}}},
    "kit.item": {
        "title": "name",
        "fields": {
            **OWNED,
            "name": {"type": "text", "search": True},
            "price": {"type": "money"},
            "shelf": {"type": "reference", "to": "kit.shelf"},
            "person": {"type": "reference", "to": "kit.person"},
            "due": {"type": "date"},
            "size": {"type": "integer"},
            "source": {"type": "text"},
            "note": {"type": "text"},
            "secret": {"type": "text"},
        },
    },
}
GRANTS = [
    {"entity": "kit.item", "actions": ["read"], "scope": "team", "fields": {"read": ["*", "!secret"]}},
    {"entity": "kit.shelf", "actions": ["read"]},
    {"entity": "kit.person", "actions": ["read"]},
]
ROLE: Mapping[str, Any] = {"label": "Reader", "grants": GRANTS}
COLUMNS = (
    "id",
    "name",
    "price",
    "size",
    "due",
    "shelf",
    "source",
    "note",
    "created_at",
    "updated_at",
    "person",
    "owner",
)
FILL = """
INSERT INTO kit_person (name, name_key) SELECT 'person ' || n, 'person' || n FROM generate_series(1, 20000) n;
INSERT INTO kit_shelf (name) SELECT 'shelf ' || n FROM generate_series(1, 8) n;
INSERT INTO kit_item (owner, team, name, name_key, price, price_currency, shelf, person, due, size, source, note)
SELECT n % 20 + 1, n % 20 / 5 + 1, 'item ' || n, 'item' || n, n * 7919 % 100000 * 1000, 'IRR', n / 20 % 8 + 1,
       n % 20000 + 1, date '2026-03-21' - n % 300, n % 100, 'web', 'some words about the thing ' || n
FROM generate_series(1, {rows}) n;
CREATE INDEX ON kit_item (owner, shelf, price);
ANALYZE;
"""


def catalog() -> Catalog:
    """Build the catalog of the measurement."""
    documents = [
        Document(owner="kit", kind="entity", name=n, body={"label": n, **b}) for n, b in ENTITIES.items()
    ]
    documents.append(Document(owner="kit", kind="role", name="kit.reader", body=ROLE))
    return build(documents, [ModuleSpec(name="kit", version="1", label="Kit")], version=1).catalog


def prepare(address: str, made: Catalog, rows: int) -> Database:
    """Fill the database."""
    engine = build_engine(address, threads=1)
    migrate(engine)
    database = Database(Settings(threads=2), address)
    with database.unit(made, system_actor("bench")) as uow:
        apply(plan(None, made, read_physical(uow.connection, FieldTypes())), uow)
        uow.connection.exec_driver_sql(FILL.format(rows=rows).replace("%", "%%"))
    engine.dispose()
    return database


def measure(what: str, ask: Callable[[int], bytes]) -> None:
    """Time one operation in batches and print the best: others may use the machine meanwhile."""
    for number in range(BATCH):
        answer = ask(number)
    best_cpu = best_wall = 1e9
    for batch in range(BATCHES):
        cpu, wall = time.process_time(), time.perf_counter()
        for number in range(BATCH):
            ask(batch * BATCH + number)
        best_cpu = min(best_cpu, time.process_time() - cpu)
        best_wall = min(best_wall, time.perf_counter() - wall)
    print(
        f"{what:28} {best_cpu / BATCH * 1000:7.3f} ms CPU {best_wall / BATCH * 1000:7.3f} ms in all {len(answer):7} bytes"
    )


def build_reading(database: Database) -> tuple[Reading, Asking]:
    """Put together what reads."""
    types = {kind.name: kind for kind in standard_types()}
    asking = Asking(database, "Asia/Tehran")
    reading = Reading(
        asking=asking,
        tables=Tables(FieldTypes()),
        types=FieldTypes(),
        secrets=Secrets(b"k" * 32),
        schema_of=lambda c: CatalogSchema(c, types),
        access=Access(lambda c: CatalogSchema(c, types)),
    )
    return reading, asking


def run(database: Database, made: Catalog, rows: int) -> None:
    """Measure everything."""
    reading, asking = build_reading(database)
    sums = Aggregating(reading, asking)
    actors = [
        Actor(id=n + 1, roles=frozenset({"kit.reader"}), team=n // 5 + 1, teams=(n // 5 + 1,))
        for n in range(20)
    ]

    def page(number: int, *, many: bool = True) -> bytes:
        query = Query(
            fields=COLUMNS,
            filter=f"owner == {number % 20 + 1} and shelf == {number % 8 + 1}",
            sort=("-price",),
            limit=50,
        )
        with database.reading() as reader:
            actor = actors[number % 20]
            if many:
                return reading.find_json(actor, "kit.item", query, catalog=made, reader=reader)
            return repr(reading.find(actor, "kit.item", query, catalog=made, reader=reader).total).encode()

    measure(
        "one record",
        lambda n: reading.get_json(actors[n % 20], "kit.item", n * 20 % rows + n % 20 or 20, catalog=made),
    )
    measure("page of 50 x 12, as JSON", page)
    measure("page of 50 x 12, as values", lambda n: page(n, many=False))
    measure(
        "search",
        lambda n: reading.find_json(
            actors[n % 20],
            "kit.item",
            Query(fields=("id", "name", "size"), search=f"item {n * 37 % 10000:04}", limit=20),
            catalog=made,
        ),
    )
    measure(
        "count",
        lambda n: reading.find_json(actors[n % 20], "kit.item", Query(limit=0, count=True), catalog=made),
    )
    measure(
        "sum and count by reference",
        lambda n: sums.aggregate_json(
            actors[n % 20], "kit.item", ("shelf",), ("sum(price)", "count()"), catalog=made
        ),
    )


def main() -> None:
    """Make the database, measure, and drop it."""
    server = sys.argv[1]
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    create_database(server, NAME)
    address = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    database = None
    try:
        made = catalog()
        database = prepare(address, made, rows)
        run(database, made, rows)
    finally:
        if database is not None:
            database.close()
        engine = sa.create_engine(make_url(server), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        engine.dispose()


if __name__ == "__main__":
    main()
