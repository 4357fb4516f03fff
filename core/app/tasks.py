"""The jobs that the core itself brings."""

from __future__ import annotations

from collections.abc import Mapping

from core.jobs import JobContext, Task
from core.metadata.specs import Json
from core.storage import Database, Tables
from core.storage.catalogs import Catalogs
from core.storage.indexes import build_index, pending_indexes

BUILD_INDEXES = "storage.build_indexes"


def core_tasks() -> tuple[Task, ...]:
    """Return the tasks that exist without any module."""
    return (Task(name=BUILD_INDEXES, run=build_indexes),)


def build_indexes(context: JobContext) -> Mapping[str, Json]:
    """Build what schema changes left for later, one index after the other, while everybody works on."""
    site = context.site
    engine = site.get(Database).engine
    with engine.connect() as connection:
        names = [entry.index.name for entry in pending_indexes(connection)]
    built = 0
    for done, name in enumerate(names):
        context.report(done, len(names))
        built += build_index(engine, name, site.get(Catalogs).current(), site.get(Tables))
    context.report(len(names), len(names))
    return {"built": built, "failed": len(names) - built}
