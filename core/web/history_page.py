"""What happened to a record, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from core.fields import FieldRefused, FieldTypes
from core.kernel.site import Site
from core.metadata.specs import EntitySpec, FieldSpec, Json
from core.records.history_reading import HistoryReading
from core.records.page import HistoryEntry
from core.storage import Database
from core.web.form_values import whole
from core.web.list_page import context_of
from core.web.pages import Pages
from core.web.texts import N_
from core.web.visit import Visit, visit

ACTIONS: Mapping[str, tuple[str, str, str]] = {
    "create": (N_("created this record"), "plus", "green"),
    "update": (N_("changed"), "edit", "blue"),
    "delete": (N_("put it in the trash"), "trash", "red"),
    "restore": (N_("took it out of the trash"), "arrow-back-up", "teal"),
}
PAGE = 50
REFERRING = frozenset({"reference", "reference_any", "links"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One change: who, when, what, and each field's value before and after."""

    id: int
    who: str
    what: str
    icon: str
    hue: str
    at: datetime
    when: str
    moment: str
    reason: str
    moves: tuple[tuple[str, str, str], ...]


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule(
        "/records/<entity>/<int:number>/history",
        "history",
        lambda entity, number: show(site, pages, entity, number),
    )


def show(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Show the whole history of a record, newest first."""
    present = visit().require()
    entity = present.catalog.entity(name)
    lines = history_lines(
        site,
        present,
        entity,
        number,
        PAGE + 1,
        before=whole(request.args.get("before", "")),
    )
    return pages.show(
        "history.html",
        nav=name,
        entity=entity,
        number=number,
        lines=lines[:PAGE],
        more=lines[PAGE - 1].id if len(lines) > PAGE else None,
    )


def history_lines(
    site: Site, present: Visit, entity: EntitySpec, number: int, limit: int, *, before: int | None = None
) -> list[Line]:
    """Return the newest changes as this person may know them."""
    entries = site.get(HistoryReading).history(
        present.actor, entity.name, number, limit, before, catalog=present.catalog
    )
    now = site.get(Database).now()
    return [_line(site, present, entity, entry, now) for entry in entries]


def _line(site: Site, present: Visit, entity: EntitySpec, entry: HistoryEntry, now: datetime) -> Line:
    style = present.style
    what, icon, hue = ACTIONS[entry.action]
    moves = tuple(
        (
            style.label(entity.fields[name].label),
            _text(site, present, entity.fields[name], old),
            _text(site, present, entity.fields[name], new),
        )
        for name, (old, new) in entry.changes.items()
        if name in entity.fields and not entity.fields[name].system and entry.action == "update"
    )
    return Line(
        id=entry.id,
        who=entry.actor_name or style._("The system"),
        what=style._(what),
        icon=icon,
        hue=hue,
        at=entry.at,
        when=style.relative(entry.at, now),
        moment=style.datetime(entry.at),
        reason=entry.reason or "",
        moves=moves,
    )


def _text(site: Site, present: Visit, spec: FieldSpec, value: Json) -> str:
    """Return a value of the history as it reads today; what no longer fits its field is shown as it was kept."""
    if value is None or value == []:
        return "—"
    if spec.type in REFERRING:
        return present.style.joined(
            tuple(_named(one) for one in (value if isinstance(value, list) else [value]))
        )
    kind = site.get(FieldTypes).get(spec.type)
    kept: Any = value
    try:
        shown = kind.show(spec, kind.load(spec, kept, context_of(site, present)), present.style)
    except FieldRefused:
        shown = ""
    return shown or _plain(kept)


def _named(value: Json) -> str:
    """Return a record that a value points to by its title of today, where the reader may know it."""
    return str(value.get("title") or f"#{value.get('id')}") if isinstance(value, Mapping) else f"#{value}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("title") or value.get("amount") or value.get("id") or "")
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)
