"""The calendar of an entity: a month or a week of its records, and an entry taken to another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from core.access import Access
from core.errors import BadRequest, NotFound, PayvandError
from core.i18n.moments import in_zone, local_moment
from core.i18n.unreadable import Unreadable
from core.kernel.site import Site
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.web.calendar_days import Days, days_of
from core.web.calendar_entries import Entries
from core.web.control_bar import control_bar
from core.web.form_values import whole
from core.web.kanban_page import by_script
from core.web.list_query import ListState
from core.web.pages import Pages, go
from core.web.visit import visit

HOURS = 24


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    home = "/records/<entity>/calendar"
    made.add_url_rule(home, "record_calendar", lambda entity: show(site, pages, entity))
    made.add_url_rule(
        f"{home}/move/<int:number>",
        "calendar_move",
        lambda entity, number: move(site, pages, entity, number),
        methods=["POST"],
    )


def show(site: Site, pages: Pages, name: str) -> Response:
    """Show the calendar; an address that no longer fits shows all records with a word about it."""
    present = visit().require()
    days = days_of(site, present, name, ListState.read(request.args))
    try:
        shown = days.shown()
    except BadRequest as wrong:
        days = replace(days, state=ListState(on=days.state.on, span=days.state.span))
        shown = days.shown(problem=present.style._(wrong.message, **wrong.params))
    return pages.show(
        "calendar.html",
        nav=name,
        entity=days.entity,
        days=days,
        entries=Entries(pages.renderer, days),
        shown=shown,
        state=days.state,
        may_create=site.get(Access).may(present.actor, name, "create", present.catalog),
        bar=control_bar(present, days.entity, days.state, "calendar"),
        status=422 if shown.problem else 200,
    )


def move(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Take an entry to another day: it begins at the same time of day there and takes as long as before."""
    present = visit().require()
    days = days_of(site, present, name, ListState.read(request.args))
    try:
        _move(days, number, _target(), whole(request.form.get("version", "")) or 0)
    except PayvandError as refused:
        if not by_script():
            raise
        style = present.style
        told = [style.problem(p) for p in refused.problems] or [style._(refused.message, **refused.params)]
        return make_response(jsonify(message=" ".join(told)), refused.status)
    item = _item(days, number)
    entry = days.entry(item)
    text = present.style._("{title} is on {day} now.", title=entry.title, day=present.style.date(entry.first))
    if not by_script():
        return go(request.path.rpartition("/move/")[0] + days.state.address(on=entry.first.isoformat()), text)
    html = Entries(pages.renderer, days).drawn([entry])
    return jsonify(message=text, card=html, day=entry.first.isoformat(), hour=entry.hour)


def _target() -> tuple[date, int | None]:
    """Return the day, and in a week the hour, to which an entry goes."""
    written, hour = request.form.get("to", ""), whole(request.form.get("hour", ""))
    try:
        return date.fromisoformat(written), hour if hour is not None and hour < HOURS else None
    except ValueError as wrong:
        raise BadRequest("{text} is not a date.", code="bad_value", text=written[:40]) from wrong


def _item(days: Days, number: int) -> dict[str, Any]:
    title = (days.entity.title,) if days.entity.title in days.listing.known else ()
    names = tuple(dict.fromkeys(("id", "version", *title, *days.fields)))
    reading, present = days.site.get(Reading), days.present
    return reading.get(present.actor, days.entity.name, number, names, catalog=present.catalog)


def _move(days: Days, number: int, target: tuple[date, int | None], version: int) -> None:
    item, view, present = _item(days, number), days.view, days.present
    place = days.place_of(item).name
    start, end = item.get(place), item.get(view.end.name) if view.end else None
    if start is None:
        raise NotFound
    try:
        moved = _moved(days, start, target[0] - days.entry(item).first, target[1])
        values = {place: moved}
        if view.end is not None and end is not None:
            values[view.end.name] = end + (moved - start)
    except OverflowError as wrong:  # it would end after the last day that there is
        raise BadRequest("{text} is not a date.", code="bad_value", text=target[0].isoformat()) from wrong
    database = days.site.get(Database)

    def act() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            days.site.get(Records).update(
                present.actor, days.entity.name, number, values, version=version, uow=uow, parsed=True
            )

    database.attempt(act)


def _moved(days: Days, start: Any, shift: timedelta, hour: int | None) -> Any:
    """Return the same time of day so many days later, or another hour of it, as clocks show it for the reader."""
    if not isinstance(start, datetime):
        return start + shift
    local = in_zone(start, days.style.zone)
    clock = local.time() if hour is None else local.time().replace(hour=hour)
    try:
        return local_moment(local.date() + shift, clock, days.style.zone)
    except Unreadable as refused:
        wrong = BadRequest(refused.message, code=refused.code)
        wrong.params = refused.params
        raise wrong from refused
