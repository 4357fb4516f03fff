"""What one person was told: read by nobody else, and never more of a record than they may read today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.page import Values
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.search import Searching
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.timeline.entities import NOTIFICATION

MOST = 60
"""How many notifications are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One notification; ``about`` is the title of the record it leads to, as its reader sees it today."""

    id: int
    at: datetime
    kind: str
    title: str
    body: str
    entity: str
    record_id: int
    about: str
    read: bool


def unread(site: Site, actor: Actor, catalog: Catalog, uow: UnitOfWork | None = None) -> int:
    """Return how much somebody was told and has not read: one statement."""
    if actor.id is None or NOTIFICATION not in catalog.entities:
        return 0
    query = Query(fields=("id",), filter=f"user == {actor.id} and is_empty(read_at)", limit=0, count=True)
    page = site.get(Reading).find(actor.elevate("one's own"), NOTIFICATION, query, catalog=catalog, uow=uow)
    return page.total or 0


def inbox(site: Site, actor: Actor, catalog: Catalog) -> list[Told]:
    """Return what somebody was told, newest first; without what is about records that they may no longer read."""
    if actor.id is None or NOTIFICATION not in catalog.entities:
        return []
    query = Query(
        fields=("id", "created_at", "kind", "title", "body", "entity", "record_id", "read_at"),
        filter=f"user == {actor.id}",
        sort=("-created_at",),
        limit=MOST,
    )
    rows = site.get(Reading).find(actor.elevate("one's own"), NOTIFICATION, query, catalog=catalog).items
    titles = _titles(site, actor, catalog, rows)
    found = []
    for row in rows:
        entity, number = str(row["entity"] or ""), int(str(row["record_id"] or 0))
        if entity and number not in titles.get(entity, {}):
            continue
        at = row["created_at"]
        assert isinstance(at, datetime)  # the system keeps it
        found.append(
            Told(
                id=int(str(row["id"])),
                at=at,
                kind=str(row["kind"]),
                title=str(row["title"]),
                body=str(row["body"] or ""),
                entity=entity,
                record_id=number,
                about=(titles[entity][number] or f"#{number}") if entity else "",
                read=row["read_at"] is not None,
            )
        )
    return found


def _titles(
    site: Site, actor: Actor, catalog: Catalog, rows: Collection[Values]
) -> dict[str, dict[int, str | None]]:
    """Return the titles of all records that the rows lead to, by entity; one statement for each entity."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row["entity"]:
            wanted.setdefault(str(row["entity"]), set()).add(int(str(row["record_id"] or 0)))
    reading, searching = site.get(Reading), site.get(Searching)
    return {
        entity: searching.titles(actor, entity, sorted(ids), catalog=catalog)
        for entity, ids in wanted.items()
        if entity in catalog.entities and reading.may_read(actor, entity, catalog)
    }


def mark_read(site: Site, actor: Actor, catalog: Catalog, only: int | None = None) -> None:
    """Remember that somebody has read one notification, or all of theirs."""
    own = actor.elevate("one's own")
    where = f"user == {actor.id} and is_empty(read_at)" + ("" if only is None else f" and id == {only}")
    query = Query(fields=("id",), filter=where, limit=MAX_LIMIT)

    def some(uow: UnitOfWork) -> int:
        page = site.get(Reading).find(own, NOTIFICATION, query, catalog=catalog, uow=uow)
        changes = {int(str(row["id"])): {"read_at": uow.now} for row in page.items}
        if changes:
            site.get(Records).update_many(own, NOTIFICATION, changes, uow=uow, parsed=True)
        return len(changes)

    def once() -> int:
        with site.get(Database).unit(catalog, actor, channel="web") as uow:
            return some(uow)

    while site.get(Database).attempt(once) == MAX_LIMIT:
        pass
