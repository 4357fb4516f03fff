"""Reminders whose moment has come: each is told, and marked as sent, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core.jobs import JobContext
from core.kernel.actor import system_actor
from core.kernel.values import Ref
from core.metadata.specs import Json
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, Tables, UnitOfWork
from core.storage.catalogs import Catalogs
from core.timeline.entities import REMINDER
from core.timeline.mailing import mail_to
from core.timeline.notices import notify
from core.timeline.people import people, readable, site_of
from core.timeline.reminders import SENT, SKIPPED, WAITING

REMIND = "timeline.remind"
BATCH = 20
SYSTEM = system_actor("reminders whose moment has come")
FIELDS = ("id", "user", "at", "title", "entity", "record_id", "channel", "key")


def is_due(uow: UnitOfWork) -> bool:
    """Tell whether there is anything to send: a look at one entry of an index."""
    return REMINDER in uow.catalog.entities and bool(_claimed(uow, 1))


def send_due(context: JobContext) -> Mapping[str, Json]:
    """Send all reminders that are due, batch by batch; several workers share them."""
    database = context.site.get(Database)
    sent = 0

    def some() -> int:
        with database.unit(context.site.get(Catalogs).current(), SYSTEM) as uow:
            if REMINDER not in uow.catalog.entities:
                return 0
            ids = _claimed(uow, BATCH)
            if ids:
                _send(uow, ids)
                context.keep(uow, {"sent": sent + len(ids)}, done=sent + len(ids))
            return len(ids)

    while done := database.attempt(some):
        sent += done
        context.report(sent)
    return {"sent": sent}


def _claimed(uow: UnitOfWork, most: int) -> list[int]:
    """Lock due reminders that no other worker holds; the locks go with the transaction."""
    table = site_of(uow).get(Tables).of(uow.catalog.entity(REMINDER))
    c = table.c
    due = (
        sa.select(c.id)
        .where(c.state == WAITING, c.at <= uow.now, c.deleted_at.is_(None))
        .order_by(c.at, c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(uow.execute(due).scalars())


def _send(uow: UnitOfWork, ids: Sequence[int]) -> None:
    query = Query(fields=FIELDS, filter=f"id in [{', '.join(map(str, ids))}]", sort=("at",), limit=BATCH)
    page = site_of(uow).get(Reading).find(SYSTEM, REMINDER, query, catalog=uow.catalog, uow=uow)
    changes = {int(str(row["id"])): {"state": _one(uow, row), "sent_at": uow.now} for row in page.items}
    site_of(uow).get(Records).update_many(SYSTEM, REMINDER, changes, uow=uow, parsed=True)


def _one(uow: UnitOfWork, row: Mapping[str, object]) -> str:
    """Tell somebody; a reminder of what they may not read any more is skipped."""
    user, at = row["user"], row["at"]
    assert isinstance(user, Ref)  # required
    actor = people(uow, [user.id]).get(user.id)
    about = (str(row["entity"]), int(str(row["record_id"]))) if row["entity"] else None
    if actor is None or (about and about[1] not in readable(uow, actor, about[0], [about[1]])):
        return SKIPPED
    title, key = str(row["title"]), f"reminder:{row['key']}:{at}"
    if row["channel"] == "mail":
        return SENT if mail_to(uow, actor, title, about=about, key=key) else SKIPPED
    notify(uow, [user], title={"en": title}, record=about, kind="reminder", key=key, skip_actor=False)
    return SENT
