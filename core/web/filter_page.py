"""The filter builder: groups of conditions as a plain form, or an expression written by hand; it writes ``where``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from core.access import Access
from core.errors import BadRequest
from core.expressions import ExpressionInvalid, unparse
from core.fields import FieldTypes, LoadContext
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.query import Query
from core.records.reading import Reading
from core.records.search import Searching
from core.views import ListView
from core.web.chips import LONGEST_ID, VALUELESS, Chip, field_of, operators
from core.web.collections import collection_url
from core.web.filter_fields import FilterField, filter_fields
from core.web.filter_groups import Condition, Group, Groups, condition_node, groups_of, node_of
from core.web.list_query import ListState, filter_text
from core.web.list_views import ListViews
from core.web.listing import context_of
from core.web.lookups import find_by_title
from core.web.natural_dates import choices as periods
from core.web.pages import Pages, go
from core.web.saved_views import read_state
from core.web.visit import Visit, visit
from core.web.where_filters import check_where, told

MAX_GROUPS = 5
MAX_LINES = 40


@dataclass(slots=True)
class Builder:
    """One request to the builder. ``groups`` None means that only the text can show the filter."""

    present: Visit
    entity: EntitySpec
    view: ListView
    state: ListState
    groups: Groups | None
    text: str
    context: LoadContext
    problem: str = ""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the route of this page."""
    made.add_url_rule(
        "/records/<entity>/filter/builder", "filter_builder", lambda entity: build(site, pages, entity)
    )


def build(site: Site, pages: Pages, name: str) -> Response:
    """Show the builder, take one step in it, or lead back to the collection with what was built."""
    present = visit().require()
    site.get(Access).require(present.actor, name, "read", present.catalog)
    entity = present.catalog.entity(name)
    builder = Builder(
        present=present,
        entity=entity,
        view=site.get(ListViews).of(present.actor, entity, present.catalog),
        state=read_state(request.args.get("state", "")),
        groups=None,
        text="",
        context=context_of(site, present),
    )
    kind = request.args.get("kind", "list")
    act = request.args.get("act", "")
    done = _step(site, builder, act)
    if done:
        return go(collection_url(kind, name) + builder.state.address(where=builder.text, open=()))
    return _shown(site, pages, builder, kind)


def _step(site: Site, builder: Builder, act: str) -> bool:
    """Bring the builder to what was asked; True where the filter is to be used."""
    if not act:
        _read_text(builder, builder.state.where)
        return False
    if act in ("text", "use_text"):
        return _read_text(builder, request.args.get("where", "").strip()) and act == "use_text"
    builder.groups = _changed(builder, _groups(site, builder), act)
    readable = _write_text(site, builder)
    return readable and act == "use"


def _read_text(builder: Builder, text: str) -> bool:
    """Take an expression that stands in the address or was written by hand."""
    builder.text, builder.groups = text, Groups()
    if not text:
        return True
    try:
        node = check_where(builder.present, builder.entity, text, builder.context)
    except BadRequest as wrong:
        builder.problem, builder.groups = told(builder.present, wrong), None
        return False
    builder.groups = groups_of(node, builder.entity, builder.context)
    return True


def _groups(site: Site, builder: Builder) -> Groups:
    """Read the conditions of the form: each group has its lines in order."""
    args = request.args
    groups = []
    said = args.get("groups", "1")
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0
    for place in range(min(number, MAX_GROUPS)):
        columns = zip(
            *(args.getlist(f"{key}{place}") for key in ("field", "operator", "value", "text")), strict=False
        )
        lines = [_line(site, builder, *map(str.strip, line)) for line in columns]
        groups.append(Group(join=_join(f"join{place}"), conditions=tuple(lines[:MAX_LINES])))
    return Groups(join=_join("join"), groups=tuple(groups) or (Group(),))


def _join(name: str) -> str:
    return "any" if request.args.get(name) == "any" else "all"


def _line(site: Site, builder: Builder, field: str, operator: str, value: str, text: str) -> Condition:
    """Read one line; a reference whose title was typed without a script is looked up."""
    chip = Chip(field=field, operator=operator, value=value[:200])
    spec = field_of(chip, builder.view, builder.entity)
    if spec is not None and spec.type == "reference" and text and not value:
        found = find_by_title(site, builder.present, str(spec.option("to")), text)
        if found:
            chip = replace(chip, value=str(found[0].id))
    return Condition(chip=chip, text=text)


def _changed(builder: Builder, groups: Groups, act: str) -> Groups:
    """Return the conditions after one step: a line or a group more, a line less."""
    verb, _, place = act.partition(":")
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if verb == "add" and 0 <= number < len(groups.groups):
        fresh = _fresh(builder, request.args.get(f"new{number}", ""))
        return groups.added(number, fresh) if fresh is not None else groups
    if verb == "remove" and number >= 0:
        return groups.without(number)
    if verb == "group" and len(groups.groups) < MAX_GROUPS:
        return replace(groups, groups=(*groups.groups, Group()))
    return groups


def _fresh(builder: Builder, name: str) -> Chip | None:
    """Return a new line on a field: its first operator, its first choice."""
    spec = field_of(Chip(field=name, operator=""), builder.view, builder.entity)
    if spec is None:
        return None
    value = spec.choices[0].name if spec.choices else ""
    return Chip(field=name, operator=operators(spec)[0], value=value)


def _write_text(site: Site, builder: Builder) -> bool:
    """Write the conditions as an expression; a line that cannot be read says so and keeps what was typed."""
    assert builder.groups is not None
    types, readable = site.get(FieldTypes), True

    def checked(line: Condition) -> Condition:
        nonlocal readable
        try:
            condition_node(*_asked(builder, line.chip), types, builder.context)
        except BadRequest as wrong:
            readable = False
            return replace(line, problem=told(builder.present, wrong)) if line.chip.value else line
        return line

    groups = tuple(replace(g, conditions=tuple(map(checked, g.conditions))) for g in builder.groups.groups)
    builder.groups = replace(builder.groups, groups=groups)
    if readable:
        node = node_of(
            builder.groups, lambda chip: condition_node(*_asked(builder, chip), types, builder.context)
        )
        builder.text = unparse(node) if node is not None else ""
        return _is_allowed(builder)
    if request.args.get("act") == "use":
        builder.problem = builder.present.style._("Some conditions have no value that can be read.")
    return False


def _asked(builder: Builder, chip: Chip) -> tuple[Chip, Any]:
    return chip, field_of(chip, builder.view, builder.entity)


def _is_allowed(builder: Builder) -> bool:
    try:
        if builder.text:
            check_where(builder.present, builder.entity, builder.text, builder.context)
    except BadRequest as wrong:
        builder.problem = told(builder.present, wrong)
        return False
    return True


def _shown(site: Site, pages: Pages, builder: Builder, kind: str) -> Response:
    fields = {field.name: field for field in filter_fields(builder.present, builder.entity, builder.view)}
    return pages.show(
        "filter.html",
        nav=builder.entity.name,
        builder=builder,
        entity=builder.entity,
        kind=kind,
        fields=fields,
        groups=list(_drawn(site, builder, fields)) if builder.groups is not None else None,
        periods=periods(builder.present.style),
        valueless=VALUELESS,
        fitting=_fitting(site, builder),
        example=_example(builder.entity, fields),
        back=collection_url(kind, builder.entity.name) + builder.state.address(),
        status=422 if builder.problem else 200,
    )


def _example(entity: EntitySpec, fields: dict[str, FilterField]) -> str:
    """Return an expression that this reader may ask of this entity."""
    day = next((f.name for f in fields.values() if f.type in ("date", "datetime")), "")
    choice = next((f for f in fields.values() if f.choices), None)
    parts = [f"in_period({day}, 'this_month')"] if day else []
    parts += [f"{choice.name} == '{choice.choices[0][0]}'"] if choice and choice.type == "choice" else []
    return " or ".join(parts) or f"not is_empty({entity.title or 'id'})"


def _drawn(site: Site, builder: Builder, fields: dict[str, FilterField]) -> Iterator[dict[str, Any]]:
    """Yield groups with their lines numbered over all of them; lines of fields that nobody offers are left out."""
    number = 0
    assert builder.groups is not None
    for group in builder.groups.groups:
        lines = []
        for line in group.conditions:
            if line.chip.field in fields:
                title = line.text or _title(site, builder, line.chip)
                lines.append(
                    {"number": number, "line": line, "field": fields[line.chip.field], "title": title}
                )
            number += 1
        yield {"join": group.join, "lines": lines}


def _title(site: Site, builder: Builder, chip: Chip) -> str:
    """Return the title of the record that a line compares with."""
    spec = builder.entity.fields[chip.field]
    if spec.type != "reference" or not (chip.value.isascii() and chip.value.isdigit()):
        return ""
    if len(chip.value) >= LONGEST_ID:
        return ""
    present, target = builder.present, str(spec.option("to"))
    if not site.get(Access).may(present.actor, target, "read", present.catalog):
        return ""
    number = int(chip.value)
    found = site.get(Searching).titles(present.actor, target, [number], catalog=present.catalog)
    return found.get(number) or f"#{number}"


def _fitting(site: Site, builder: Builder) -> int | None:
    """Return how many records the whole state with this filter finds; None where it cannot be asked."""
    if builder.problem:
        return None
    state, present = replace(builder.state, where=builder.text), builder.present
    try:
        text = filter_text(state, builder.view, builder.entity, site.get(FieldTypes), builder.context)
        query = Query(
            fields=("id",), filter=text, search=state.search, trash=state.trash, limit=0, count=True
        )
        reading = site.get(Reading)
        return reading.find(present.actor, builder.entity.name, query, catalog=present.catalog).total
    except (BadRequest, ExpressionInvalid):
        return None
