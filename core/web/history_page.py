"""What happened to a record, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from core.fields import FieldRefused, FieldTypes
from core.identity.log import EVENT
from core.kernel.site import Site
from core.metadata.specs import FILE_TYPES, EntitySpec, FieldSpec, Json
from core.records.history_reading import CHANGING, HistoryReading
from core.records.page import HistoryEntry
from core.storage import Database
from core.web.account_words import OTHERWISE, told_event
from core.web.form_values import whole
from core.web.listing import context_of
from core.web.looking import looking
from core.web.pages import Pages
from core.web.texts import N_
from core.web.visit import Visit, visit

ACTIONS: Mapping[str, tuple[str, str, str]] = {
    "create": (N_("created this record"), "plus", "green"),
    "update": (N_("changed"), "edit", "blue"),
    "delete": (N_("put it in the trash"), "trash", "red"),
    "restore": (N_("took it out of the trash"), "arrow-back-up", "teal"),
    "transition": (N_("moved it on"), "arrow-right", "violet"),
    "view_as": (N_("began to see what this person sees"), "eye", "amber"),
    "view_as_ended": (N_("sees with their own eyes again"), "eye", "gray"),
    "account": OTHERWISE,
}
IN_LISTS: Mapping[str, str] = {
    "create": N_("added to {list}:"),
    "update": N_("changed in {list}:"),
    "delete": N_("put in the trash, out of {list}:"),
    "restore": N_("took out of the trash, back into {list}:"),
    "transition": N_("moved on in {list}:"),
}
PAGE = 50
REFERRING = frozenset({"reference", "reference_any", "links"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One change: who, when, what, and each field's value before and after; ``part`` names what is in a list."""

    who: str
    what: str
    part: str
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
    before = whole(request.args.get("before", ""))
    entries = _entries(site, present, entity, number, PAGE + 1, before)
    return pages.show(
        "history.html",
        nav=name,
        entity=entity,
        number=number,
        lines=lines_of(site, present, entity, entries[:PAGE]),
        more=entries[PAGE - 1].id if len(entries) > PAGE else None,
    )


def history_lines(site: Site, present: Visit, entity: EntitySpec, number: int, limit: int) -> list[Line]:
    """Return the newest changes as this person may know them."""
    return lines_of(site, present, entity, _entries(site, present, entity, number, limit))


def _entries(
    site: Site, present: Visit, entity: EntitySpec, number: int, limit: int, before: int | None = None
) -> list[HistoryEntry]:
    with looking(site, present) as uow:
        return site.get(HistoryReading).history(
            present.actor, entity.name, number, limit, before, catalog=present.catalog, briefly=True, uow=uow
        )


def lines_of(site: Site, present: Visit, entity: EntitySpec, entries: Sequence[HistoryEntry]) -> list[Line]:
    """Return the entries in words. Of one save the making of the record is the oldest, though it is written last."""
    now = site.get(Database).now()
    saves = (list(save) for _, save in groupby(entries, key=lambda entry: entry.at))
    ordered = (one for save in saves for one in sorted(save, key=_makes_the_record))
    return [_line(site, present, entity, entry, now) for entry in ordered]


def _makes_the_record(entry: HistoryEntry) -> bool:
    return entry.part is None and entry.action == "create"


def _line(site: Site, present: Visit, entity: EntitySpec, entry: HistoryEntry, now: datetime) -> Line:
    style = present.style
    about = present.catalog.entity(entry.part.entity) if entry.part else entity
    what, icon, hue = _told(present, entity, about, entry)
    moves = tuple(
        (style.label(about.fields[name].label), *_move(site, present, about.fields[name], old, new))
        for name, (old, new) in entry.changes.items()
        if name in about.fields and not about.fields[name].system and entry.action in CHANGING
    )
    return Line(
        who=_who(present, entry),
        what=what,
        part=_part(site, present, about, entry),
        icon=icon,
        hue=hue,
        at=entry.at,
        when=style.relative(entry.at, now),
        moment=style.datetime(entry.at),
        reason=entry.reason or "",
        moves=moves,
    )


def _who(present: Visit, entry: HistoryEntry) -> str:
    """Return who did it; what the product did by itself carries its name in the reader's language."""
    style = present.style
    if entry.actor_name is None:
        return style._("The system")
    return entry.actor_name if entry.actor is not None else style._(entry.actor_name)


def _told(present: Visit, entity: EntitySpec, about: EntitySpec, entry: HistoryEntry) -> tuple[str, str, str]:
    """Return what was done in words, with its icon and hue; what came from another record was added here."""
    style, part = present.style, entry.part
    if entry.event:
        named = str(entry.event.get(EVENT, ""))
        return told_event(style, present.catalog, named, entry.event)
    if part is None:
        what, icon, hue = ACTIONS[entry.action]
        step = _step(present, about, entry)
        return (style._("did: {step}", step=step) if step else style._(what)), icon, hue
    action = "create" if part.arrived else entry.action
    label = entity.fields[part.list].label if part.list else about.plural or about.label
    _, icon, hue = ACTIONS[action]
    return style._(IN_LISTS[action], list=style.label(label)), icon, hue


def _step(present: Visit, about: EntitySpec, entry: HistoryEntry) -> str:
    """Return what people call the step that was taken, where its workflow still knows it."""
    steps = (w.transitions.get(entry.transition) for w in present.catalog.workflows_of(about.name))
    return next((present.style.label(step.label) for step in steps if step is not None), "")


def _part(site: Site, present: Visit, about: EntitySpec, entry: HistoryEntry) -> str:
    """Return the name of a part: where it was made, as it was then; else as it is today."""
    if entry.part is None:
        return ""
    named = entry.changes.get(about.title) if entry.action == "create" else None
    if named and named[1] is not None:
        return _text(site, present, about.fields[about.title], named[1])
    return entry.part.title or present.style.label(about.label)


def _move(site: Site, present: Visit, spec: FieldSpec, old: Json, new: Json) -> tuple[str, str]:
    """Return a value before and after; of a text whose words stay the same is told that it looks different."""
    before, after = (_text(site, present, spec, value) for value in (old, new))
    same = spec.type == "rich_text" and before == after
    return before, present.style._("the same words, formatted differently") if same else after


def _text(site: Site, present: Visit, spec: FieldSpec, value: Json) -> str:
    """Return a value of the history as it reads today; what no longer fits its field is shown as it was kept."""
    if value is None or value == []:
        return "—"
    if spec.type in REFERRING:
        return present.style.joined(
            tuple(_named(one) for one in (value if isinstance(value, list) else [value]))
        )
    if spec.type in FILE_TYPES:
        name = value.get("name") if isinstance(value, Mapping) else None
        return str(name or present.style._("A file"))
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
        return str(value.get("title") or value.get("text") or value.get("amount") or value.get("id") or "")
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)
