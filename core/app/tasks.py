"""The jobs that the core itself brings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import sqlalchemy as sa

from core.app.exchange import import_task, undo_task
from core.app.overdue import forget_outdated
from core.app.scheduled import backup_task
from core.files import Files
from core.identity.resetting import SEND_RESET, send_reset
from core.identity.views import end_views, views_over
from core.jobs import JobContext, Task
from core.kernel.actor import system_actor
from core.mail import SEND, mail_waits, send_waiting
from core.metadata.specs import Json
from core.records.bulk_task import bulk_task
from core.records.scan_task import scan_tasks
from core.records.service import Records
from core.storage import Database, Tables, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.indexes import build_index, pending_indexes
from core.timeline.due import REMIND, is_due, send_due
from core.timeline.letters import write_letter
from core.timeline.mailing import DIGEST, send_digests

BUILD_INDEXES = "storage.build_indexes"

FILL = "records.fill"

END_VIEWS = "identity.end_views"

FILLED_AT_ONCE = 500
"""Records that are filled in one transaction."""

HOUSEKEEPING = "storage.housekeeping"

MONTHS_AHEAD = 3
"""For how many months the history has a partition ready."""


def core_tasks() -> tuple[Task, ...]:
    """Return the tasks that exist without any module."""
    return (
        Task(name=BUILD_INDEXES, run=build_indexes),
        Task(name=FILL, run=fill_records),
        backup_task(),
        bulk_task(),
        *scan_tasks(),
        Task(name=HOUSEKEEPING, run=keep_house, daily=True),
        import_task(),
        undo_task(),
        Task(name=SEND, run=partial(send_waiting, write=write_letter), due=mail_waits),
        Task(name=REMIND, run=send_due, due=is_due),
        Task(name=END_VIEWS, run=close_views, due=views_wait),
        Task(name=DIGEST, run=send_digests, daily=True),
        Task(name=SEND_RESET, run=send_reset),
    )


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


def fill_records(context: JobContext) -> Mapping[str, Json]:
    """Give the records of an entity what new definitions derive, chunk by chunk, while everybody works on."""
    site, system = context.site, system_actor("new definitions")
    entity, keyed = str(context.arguments["entity"]), _names(context.arguments.get("keyed"))
    at = context.checkpoint or {}
    after, done = int(str(at.get("after", 0))), int(str(at.get("done", 0)))

    def chunk() -> int | None:
        catalog = site.get(Catalogs).current()
        if entity not in catalog.entities:
            return None  # gone again before its turn came
        with site.get(Database).unit(catalog, system) as uow:
            ids = site.get(Records).fill(
                system, entity, after=after, limit=FILLED_AT_ONCE, keyed=keyed, uow=uow
            )
            if not ids:
                return None
            context.keep(uow, {"after": ids[-1], "done": done + len(ids)}, done=done + len(ids))
        return len(ids)

    while (filled := site.get(Database).attempt(chunk)) is not None:
        done += filled
        after = int(str((context.checkpoint or {})["after"]))
        context.report(done)
    return {"filled": done}


def _names(given: Json) -> list[str]:
    return [str(name) for name in given] if isinstance(given, list | tuple) else []


def keep_house(context: JobContext) -> Mapping[str, Json]:
    """Make room for the months to come, and forget what nobody can ask for any more."""
    site = context.site
    system = context.actor.elevate("daily housekeeping")
    database, files = site.get(Database), site.get(Files)
    with database.unit(site.get(Catalogs).current(), system) as uow:
        end_views(uow.connection, views_over(uow.now), uow.now)  # before their sessions are forgotten
        months = uow.execute(sa.select(sa.func.core_history_partitions(MONTHS_AHEAD))).scalar_one()
        gone = {**forget_outdated(uow), "files": files.forget(uow)}
    with database.reading() as reader:
        return {"months": months, "contents": files.clean(reader), **gone}


def views_wait(uow: UnitOfWork) -> bool:
    """Tell whether somebody has seen as somebody else for as long as that may last."""
    return bool(uow.execute(sa.select(sa.exists().where(views_over(uow.now)))).scalar())


def close_views(context: JobContext) -> Mapping[str, Json]:
    """Tell the history of the ends that nobody came back for."""
    with context.unit("an hour is over") as uow:
        return {"ended": end_views(uow.connection, views_over(uow.now), uow.now)}
