"""The timeline of a record as a page shows it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

from core.access import Access
from core.kernel.site import Site
from core.kernel.values import FileRef, Ref
from core.metadata.specs import EntitySpec
from core.records.page import HistoryEntry
from core.storage import Database
from core.timeline.entities import BEHAVIOUR, FOLLOWER, NOTE
from core.timeline.events import TimelineEvent
from core.timeline.feed import CHANGE, MOVE, Feed, FeedPage, Item, Note, Position
from core.timeline.mentions import marked
from core.web.addresses import address
from core.web.history_page import Line, lines_of
from core.web.looking import looking
from core.web.texts import N_
from core.web.timeline_events import events_of_modules, kinds_of_modules
from core.web.visit import Visit

ON_FORM = 12
ON_PAGE = 40
NAMED = 3
"""Of what was added at once, so many are named."""

KINDS = (("", N_("Everything")), ("note", N_("Notes")), (MOVE, N_("Steps")), (CHANGE, N_("Changes")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One thing as it is shown: a note with its pieces, or a line with what moved."""

    at: datetime
    when: str
    moment: str
    who: str
    icon: str
    hue: str
    what: str = ""
    line: Line | None = None
    note: int = 0
    own: bool = False
    edited: bool = False
    pieces: tuple[tuple[str, bool], ...] = ()
    files: tuple[FileRef, ...] = ()
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What happened on one day of the reader's."""

    label: str
    items: tuple[Shown, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """What somebody typed, kept where it was not accepted, with the reasons."""

    body: str = ""
    chosen: tuple[int, ...] = ()
    problem: str = ""
    unread: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where nothing came back."""
        return not (self.body or self.chosen or self.problem or self.unread)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineView:
    """All that the timeline of a record shows; ``kinds`` returns what one can choose, by name, with what it is called."""

    entity: EntitySpec
    number: int
    kind: str
    kinds: Callable[[], list[tuple[str, str]]]
    days: tuple[Day, ...]
    older: str
    first: bool
    writable: bool
    may_follow: bool
    follows: bool
    followers: tuple[Ref, ...] = ()
    composed: Composed = field(default_factory=Composed)

    def url(self, route: str, **more: Any) -> str:
        """Return the address of one of this timeline's routes."""
        found: str = address(f"web.{route}", entity=self.entity.name, number=self.number, **more)
        return found

    @property
    def key(self) -> Hashable:
        """Everything that shapes what stands above it, besides rights and style, where nothing was typed."""
        return (self.entity.name, self.kind, self.first, self.writable, self.may_follow, self.follows)


def has_timeline(entity: EntitySpec) -> bool:
    """Tell whether records of this entity have one."""
    return BEHAVIOUR in entity.behaviours


def timeline_of(
    site: Site,
    present: Visit,
    entity: EntitySpec,
    number: int,
    *,
    trashed: bool = False,
    kind: str = "",
    before: Position | None = None,
    limit: int = ON_FORM,
    composed: Composed | None = None,
) -> TimelineView | None:
    """Return the timeline of a record as the reader may see it; None where the entity has none."""
    if not has_timeline(entity) or not number or trashed:
        return None
    actor, catalog, access = present.actor, present.catalog, site.get(Access)
    with looking(site, present) as uow:
        feed = Feed(site, actor, catalog, uow)
        page = feed.page(
            entity.name,
            number,
            kind=kind,
            before=before,
            limit=limit,
            events=events_of_modules(site, present, entity, number),
        )
        followers = feed.followers(entity.name, number) if before is None else []
    return TimelineView(
        entity=entity,
        number=number,
        kind=kind,
        kinds=partial(_kinds, site, present, entity),
        days=tuple(_days(site, present, entity, page)),
        older=_older(entity, number, kind, page),
        first=before is None,
        writable=access.may(actor, NOTE, "create", catalog),
        may_follow=access.may(actor, FOLLOWER, "create", catalog),
        follows=any(one.id == actor.id for one in followers),
        followers=tuple(followers),
        composed=composed or Composed(),
    )


def _kinds(site: Site, present: Visit, entity: EntitySpec) -> list[tuple[str, str]]:
    """Return the kinds one can choose, the core's and those of modules, each with what it is called."""
    style = present.style
    known = [(one, style._(label)) for one, label in KINDS]
    return known + [(one.name, style.label(one.label)) for one in kinds_of_modules(site, entity)]


def _older(entity: EntitySpec, number: int, kind: str, page: FeedPage) -> str:
    if page.next is None:
        return ""
    found: str = address(
        "web.timeline", entity=entity.name, number=number, kind=kind or None, before=str(page.next)
    )
    return found


def _days(site: Site, present: Visit, entity: EntitySpec, page: FeedPage) -> list[Day]:
    now, style = site.get(Database).now(), present.style
    today = style.today(now)
    shown = [_shown(site, present, entity, item) for item in page.items]
    shown = [_together(present, list(same)) for _, same in groupby(shown, key=_save)]
    return [
        Day(label=_day(present, day, today), items=tuple(items))
        for day, items in groupby(shown, key=lambda one: style.today(one.at))
    ]


def _save(one: Shown) -> tuple[object, ...]:
    """Return what parts share that were added by one person at one moment to one list; all else stands alone."""
    line = one.line
    added = line is not None and line.part and not line.moves
    return (one.at, one.who, one.what, one.icon) if added else (id(one),)


def _together(present: Visit, same: list[Shown]) -> Shown:
    """Return what was added to one list at once as one line that names the first few."""
    first = same[0]
    if len(same) == 1 or first.line is None:
        return first
    names = [one.line.part for one in reversed(same) if one.line is not None]
    if len(names) > NAMED:
        style = present.style
        names = [*names[:NAMED], style.ngettext("{number} more", "{number} more", len(names) - NAMED)]
    return replace(first, line=replace(first.line, part=present.style.joined(tuple(names))))


def _day(present: Visit, day: date, today: date) -> str:
    style = present.style
    away = (today - day).days
    return style._("Today") if away == 0 else style._("Yesterday") if away == 1 else style.date(day)


def _shown(site: Site, present: Visit, entity: EntitySpec, item: Item) -> Shown:
    style = present.style
    if isinstance(item.thing, HistoryEntry):
        (line,) = lines_of(site, present, entity, [item.thing])
        return Shown(
            at=item.at,
            when=style.time(item.at),
            moment=line.moment,
            who=line.who,
            icon=line.icon,
            hue=line.hue,
            what=line.what,
            line=line,
        )
    if isinstance(item.thing, TimelineEvent):
        event = item.thing
        return Shown(
            at=item.at,
            when=style.time(item.at),
            moment=style.datetime(item.at),
            who=event.actor,
            icon=event.icon,
            hue=event.hue,
            what=event.title,
            url=event.url,
            pieces=((event.body, False),) if event.body else (),
        )
    return shown_note(present, item.thing)


def shown_note(present: Visit, note: Note) -> Shown:
    """Return a note as it is shown."""
    style, actor = present.style, present.actor
    access = present.site.get(Access)
    own = note.author is not None and note.author == actor.id
    return Shown(
        at=note.at,
        when=style.time(note.at),
        moment=style.datetime(note.at),
        who=note.author_name or style._("The system"),
        icon="note",
        hue="amber",
        what=style._("wrote a note"),
        note=note.id,
        own=own or access.is_administrator(actor, present.catalog),
        edited=note.edited,
        pieces=tuple(marked(note.body, {one.id: one.title or "" for one in note.mentions})),
        files=note.files,
    )
