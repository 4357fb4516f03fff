"""The days of a calendar as its template gets them: a month or a week in the reader's calendar, with what falls on each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache, partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import url_for

from core.access import Access
from core.errors import NotFound
from core.fields import FieldTypes
from core.i18n import Localization, Style, period
from core.i18n.calendars import Calendar
from core.i18n.dates import weekday_name
from core.i18n.moments import in_zone, local_moment
from core.i18n.unreadable import Unreadable
from core.kernel.site import Site
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.storage import Database
from core.views import CalendarView, ListView, calendar_view
from core.web.list_page import context_of
from core.web.list_query import ListState, build_query
from core.web.list_views import ListViews
from core.web.visit import Visit

SHOWN = 3
"""Entries that a day of a month shows; the rest opens below them."""

MOST = 1000
"""Entries that are read for one page."""

FIRST_HOUR, LAST_HOUR = 8, 18
NEW_HOUR = 9
"""The hour at which something begins that is made on a day, where there is no whole day."""

BEGINNINGS = 4096
"""Hours of days that are kept as they stand in addresses."""

HUE = "teal"
"""The colour of what has none of its own."""

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One record in the calendar. ``first`` and ``last`` are its days in the reader's zone."""

    id: int
    version: int
    title: str
    hue: str
    first: date
    last: date
    time: str = ""
    hour: int | None = None
    clock: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCell:
    """One day: its numbers in the reader's calendar and in the other, and what falls on it."""

    date: date
    number: str
    other: str
    name: str
    outside: bool
    weekend: bool
    today: bool
    entries: tuple[Entry, ...]
    hours: Mapping[int | None, Sequence[Entry]]
    """What falls on each hour; on None what takes the whole day."""

    @property
    def looks(self) -> str:
        """The classes of the day's cells."""
        marks = ("out", self.outside), ("off", self.weekend), ("today", self.today)
        return " ".join([name if holds else "" for name, holds in marks])

    @property
    def shown(self) -> tuple[Entry, ...]:
        """What stands in the day itself."""
        return self.entries if len(self.entries) <= SHOWN else self.entries[: SHOWN - 1]

    @property
    def more(self) -> tuple[Entry, ...]:
        """What opens below."""
        return self.entries[len(self.shown) :]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A month or a week."""

    title: str
    other_title: str
    weeks: tuple[tuple[DayCell, ...], ...]
    hours: tuple[tuple[int, str], ...]
    headings: tuple[tuple[str, str], ...]
    total: int
    cut: bool
    problem: str = ""


@dataclass(kw_only=True)
class Days:
    """Makes the calendar of one request."""

    site: Site
    present: Visit
    entity: EntitySpec
    view: CalendarView
    listing: ListView
    state: ListState

    @property
    def style(self) -> Style:
        """The reader's way."""
        return self.present.style

    @cached_property
    def today(self) -> date:
        """The date where the reader is."""
        return self.style.today(self.site.get(Database).now())

    @cached_property
    def day(self) -> date:
        """The day that the address names, else today; a day that the reader's calendar does not know is today too."""
        try:
            named = date.fromisoformat(self.state.on)
            self.style.calendar.from_date(named - 40 * DAY)
            self.style.calendar.from_date(named + 40 * DAY)
        except (ValueError, OverflowError, Unreadable):
            return self.today
        return named

    @property
    def weekly(self) -> bool:
        """True where a week is shown."""
        return self.state.span == "week"

    @cached_property
    def bounds(self) -> tuple[date, date]:
        """The first day of the month or week and the first after it."""
        return period(self.style, "week" if self.weekly else "month", self.day)

    @cached_property
    def grid(self) -> tuple[date, date]:
        """The first day that is shown and the first that is not: whole weeks."""
        first, after = self.bounds
        return period(self.style, "week", first)[0], period(self.style, "week", after - DAY)[1]

    def step(self, offset: int) -> str:
        """Return the address of the time before or after."""
        moved = period(self.style, "week" if self.weekly else "month", self.day, offset)[0]
        return self.state.address(on=moved.isoformat())

    @cached_property
    def movable(self) -> bool:
        """True where the reader may change when something begins."""
        access, actor, catalog = self.site.get(Access), self.present.actor, self.present.catalog
        editable = access.fields(actor, self.entity.name, catalog).editable
        wanted = {field.name for field in (self.view.start, self.view.end, self.view.fallback) if field}
        return access.may(actor, self.entity.name, "update", catalog) and wanted <= editable

    @cached_property
    def new_base(self) -> str:
        """The address where a record is made; empty where the reader may make none that begins on a day they choose."""
        access, actor, catalog = self.site.get(Access), self.present.actor, self.present.catalog
        name = self.entity.name
        free = self.view.start.name in access.fields(actor, name, catalog).editable
        return (
            url_for("web.record_new", entity=name)
            if free and access.may(actor, name, "create", catalog)
            else ""
        )

    def new_at(self, day: date, hour: int | None = None) -> str:
        """Return the address where a record is made that begins on a day, or at an hour of it."""
        start = self.view.start.name
        if not self.view.timed:
            return f"{self.new_base}?{urlencode({start: day.isoformat()})}"
        whole = self.view.all_day if hour is None else ""
        clock = 0 if whole else NEW_HOUR if hour is None else hour
        return self.new_base + _beginning(start, whole, day, clock, self.style.zone)

    # What falls on the days

    def entries(self) -> tuple[list[Entry], bool]:
        """Return what falls on the days shown, earliest first, and whether that is not all."""
        query, found = self._query(), list[Entry]()
        cursor, cut = "", False
        reading, actor, catalog = self.site.get(Reading), self.present.actor, self.present.catalog
        while True:
            page = reading.find(actor, self.entity.name, replace(query, cursor=cursor), catalog=catalog)
            found += map(self.entry, page.items)
            cursor, cut = page.next or "", len(found) >= MOST and page.next is not None
            if not cursor or cut:
                return sorted(found, key=lambda e: (e.first, e.hour is not None, e.time, e.id)), cut

    def _query(self) -> Query:
        context = context_of(self.site, self.present)
        types = self.site.get(FieldTypes)
        asked = build_query(self.state, self.listing, self.entity, self.fields, types, context)
        between = f"({asked.filter}) and ({self._between()})" if asked.filter else self._between()
        return replace(
            asked, filter=between, sort=(self.view.start.name,), limit=MAX_LIMIT, cursor="", trash=False
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """What an entry needs of its record."""
        view = self.view
        placed = (field.name for field in (view.start, view.end, view.fallback, view.hue) if field)
        return (*placed, *((view.all_day,) if view.all_day else ()))

    def _between(self) -> str:
        """Return what records satisfy that fall on the days shown, the bounds as instants of the reader's zone."""
        first, after = self.grid
        name = self.view.start.name
        if self.view.timed:
            low, high = (f"datetime('{m:%Y-%m-%dT%H:%M:%SZ}')" for m in self.style.instants(first, after))
        else:
            low, high = f"date('{first}')", f"date('{after}')"
        between = f"{name} >= {low} and {name} < {high}"
        if self.view.end is not None:
            between += f" or {name} < {low} and {self.view.end.name} >= {low}"
        if self.view.fallback is not None:
            other = self.view.fallback.name
            between += f" or is_empty({name}) and {other} >= {low} and {other} < {high}"
        return between

    def place_of(self, item: Mapping[str, Any]) -> FieldSpec:
        """Return the field by which a record stands where it stands: its beginning, else what counts in its place."""
        view = self.view
        return view.fallback if view.fallback and item[view.start.name] is None else view.start

    def entry(self, item: Mapping[str, Any]) -> Entry:
        """Return one record as an entry."""
        view = self.view
        start, end = item[self.place_of(item).name], item.get(view.end.name) if view.end else None
        title = item.get(self.entity.title) if self._titled else None
        made = partial(
            Entry,
            id=item["id"],
            version=item["version"],
            title=str(title or f"#{item['id']}"),
            hue=self._hues.get(item.get(view.hue.name), HUE) if view.hue else HUE,
        )
        if not view.timed:
            return made(first=start, last=max(start, end or start))
        local = in_zone(start, self.style.zone)
        # What ends at midnight does not take the day that begins then.
        until = in_zone(end - timedelta(microseconds=1), self.style.zone) if end and end > start else local
        first, last = local.date(), until.date()
        if last > first or (view.all_day and item.get(view.all_day)):
            return made(first=first, last=last, clock=start)
        return made(first=first, last=last, clock=start, time=self.style.time(start), hour=local.hour)

    @cached_property
    def _titled(self) -> bool:
        return self.entity.title in self.listing.known

    @cached_property
    def _hues(self) -> Mapping[object, str]:
        return {choice.name: choice.hue for choice in self.view.hue.choices} if self.view.hue else {}

    # The page

    def shown(self, problem: str = "") -> Shown:
        """Return the month or week."""
        entries, cut = self.entries()
        found = self._by_day(entries)
        days = [self._cell(day, found[day]) for day in found]
        weeks = tuple(tuple(days[n : n + 7]) for n in range(0, len(days), 7))
        hours = [e.hour for e in entries if e.hour is not None]
        span = range(min([FIRST_HOUR, *hours]), max([LAST_HOUR, *hours]) + 1)
        code = self.style.lang
        return Shown(
            title=self._title(self.style.calendar, self.style.digits.draw),
            other_title=self._other_title(),
            weeks=weeks,
            hours=tuple((h, self.style.digits.draw(f"{h:02}:00")) for h in span) if self.weekly else (),
            headings=tuple(
                (weekday_name(code, cell.date.weekday()), weekday_name(code, cell.date.weekday(), short=True))
                for cell in weeks[0]
            ),
            total=len(entries),
            cut=cut,
            problem=problem,
        )

    @cached_property
    def other(self) -> Calendar | None:
        """The calendar whose days stand small beside the reader's: the one of their language, else any other."""
        own = self.style.calendar
        known = self.site.get(Localization).calendars.values()
        return next((c for c in known if c.name != own.name), None)

    def _by_day(self, entries: Iterable[Entry]) -> dict[date, list[Entry]]:
        """Return the days shown with what falls on them."""
        first, after = self.grid
        found: dict[date, list[Entry]] = {first + n * DAY: [] for n in range((after - first).days)}
        for entry in entries:
            day, last = max(entry.first, first), min(entry.last, after - DAY)
            while day <= last:
                found[day].append(entry)
                day += DAY
        return found

    def _cell(self, day: date, entries: Sequence[Entry]) -> DayCell:
        first, after = self.bounds
        calendar = self.style.calendar
        hours: dict[int | None, list[Entry]] = {}
        for entry in entries:
            hours.setdefault(entry.hour, []).append(entry)
        return DayCell(
            date=day,
            number=self.style.digits.draw(str(calendar.from_date(day).day)),
            other=self._other_day(day),
            name=f"{weekday_name(self.style.lang, day.weekday())}{self.style.language.list_separator}{self.style.date(day)}",
            outside=not first <= day < after,
            weekend=day.weekday() in calendar.weekend,
            today=day == self.today,
            entries=tuple(entries),
            hours=hours,
        )

    def _other_day(self, day: date) -> str:
        """Return the number of a day in the other calendar; nothing where its years do not reach."""
        try:
            return str(self.other.from_date(day).day) if self.other else ""
        except Unreadable:
            return ""

    def _other_title(self) -> str:
        try:
            return self._title(self.other, str) if self.other else ""
        except Unreadable:
            return ""

    def _title(self, calendar: Calendar, draw: Callable[[str], str]) -> str:
        """Return month and year of the days shown, or the two months that they fall into."""
        first, after = self.bounds
        names = calendar.month_names(self.style.lang)
        ends = [calendar.from_date(day) for day in (first, after - DAY)]
        texts = list(dict.fromkeys(f"{names[d.month - 1]} {d.year}" for d in ends))
        return draw(" – ".join(texts))


@lru_cache(BEGINNINGS)
def _beginning(start: str, whole: str, day: date, hour: int, zone: ZoneInfo) -> str:
    """Return what an address adds for a record that begins then; a week has a hundred of such hours."""
    try:
        moment = local_moment(day, time(hour), zone)
    except Unreadable:  # the clocks skip this hour
        return ""
    return f"?{urlencode({start: moment.isoformat(), **({whole: 'true'} if whole else {})})}"


def days_of(site: Site, present: Visit, name: str, state: ListState) -> Days:
    """Return what makes the calendar of an entity, or raise `NotFound` where this reader has none."""
    catalog, actor = present.catalog, present.actor
    entity = catalog.entity(name)
    site.get(Access).require(actor, name, "read", catalog)
    listing = site.get(ListViews).of(actor, entity, catalog)
    view = calendar_view(catalog, entity, listing.known)
    if view is None:
        raise NotFound("These records have no calendar.")
    plain = replace(state, cursor="", trash=False, group="", open=())
    return Days(site=site, present=present, entity=entity, view=view, listing=listing, state=plain)
