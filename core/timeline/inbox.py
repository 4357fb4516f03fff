"""What one person was told: read by nobody else, and never more of a record than they may read today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.i18n import Style
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.page import Values
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.timeline.entities import NOTIFICATION, REMINDER
from core.timeline.sight import UNSEEN, About, sight

MOST = 60
"""How many notifications or reminders are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One notification, as its reader may read it today.

    ``about`` is the title of the record it leads to. ``seen`` tells whether they see that record; where they do not,
    `title` says so and nothing else of it is here.
    """

    id: int
    at: datetime
    kind: str
    title: str
    body: str
    entity: str
    record_id: int
    about: str
    read: bool
    seen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """One reminder, as the person it is for may read it today."""

    id: int
    at: datetime
    title: str
    entity: str
    record_id: int
    about: str
    channel: str
    state: str
    seen: bool


def unread(site: Site, actor: Actor, catalog: Catalog, uow: UnitOfWork | None = None) -> int:
    """Return how much somebody was told and has not read: one statement."""
    if actor.id is None or NOTIFICATION not in catalog.entities:
        return 0
    query = Query(fields=("id",), filter=f"user == {actor.id} and is_empty(read_at)", limit=0, count=True)
    page = site.get(Reading).find(actor.elevate("one's own"), NOTIFICATION, query, catalog=catalog, uow=uow)
    return page.total or 0


def inbox(site: Site, actor: Actor, catalog: Catalog, style: Style) -> list[Told]:
    """Return what somebody was told, newest first; what is about records out of their sight says only that."""
    rows = _own(
        site, actor, catalog, NOTIFICATION, ("created_at", "kind", "title", "body", "read_at"), "-created_at"
    )
    return [
        Told(
            id=words.id,
            at=_moment(row["created_at"]),
            kind=str(row["kind"]),
            title=words.title,
            body=words.body,
            entity=words.entity,
            record_id=words.record_id,
            about=words.about,
            read=row["read_at"] is not None,
            seen=words.seen,
        )
        for row, words in _words(site, actor, catalog, style, rows)
    ]


def reminders(site: Site, actor: Actor, catalog: Catalog, style: Style) -> list[Promised]:
    """Return what somebody is to be reminded of and was, the last first; of records out of their sight only that."""
    rows = _own(site, actor, catalog, REMINDER, ("at", "title", "channel", "state"), "-at")
    return [
        Promised(
            id=words.id,
            at=_moment(row["at"]),
            title=words.title,
            entity=words.entity,
            record_id=words.record_id,
            about=words.about,
            channel=str(row["channel"]),
            state=str(row["state"]),
            seen=words.seen,
        )
        for row, words in _words(site, actor, catalog, style, rows)
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    id: int
    title: str
    body: str
    entity: str
    record_id: int
    about: str
    seen: bool


def _own(
    site: Site, actor: Actor, catalog: Catalog, entity: str, fields: tuple[str, ...], order: str
) -> list[Values]:
    if actor.id is None or entity not in catalog.entities:
        return []
    query = Query(
        fields=("id", "entity", "record_id", *fields),
        filter=f"user == {actor.id}",
        sort=(order,),
        limit=MOST,
    )
    return site.get(Reading).find(actor.elevate("one's own"), entity, query, catalog=catalog).items


def _words(
    site: Site, actor: Actor, catalog: Catalog, style: Style, rows: Sequence[Values]
) -> Iterator[tuple[Values, _Words]]:
    """Yield the rows with their words, as somebody may read them now."""
    abouts = [_about(row) for row in rows]
    texts = [str(row.get(name) or "") for row in rows for name in ("title", "body")]
    seen = sight(site, actor, style, catalog=catalog, records=abouts, texts=texts)
    for row, about in zip(rows, abouts, strict=True):
        number, shown = int(str(row["id"])), seen.shows(about)
        entity, record_id = about if about is not None and seen.may_open(about) else ("", 0)
        yield (
            row,
            _Words(
                id=number,
                title=seen.words(str(row["title"])) if shown else style._(UNSEEN),
                body=seen.words(str(row.get("body") or "")) if shown else "",
                entity=entity,
                record_id=record_id,
                about=(seen.title(about) or f"#{record_id}") if about is not None and entity else "",
                seen=shown,
            ),
        )


def _about(row: Values) -> About | None:
    return (str(row["entity"]), int(str(row["record_id"] or 0))) if row["entity"] else None


def _moment(value: object) -> datetime:
    assert isinstance(value, datetime)  # the system keeps it
    return value


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
