"""Lists: search, filters, sort, columns, pages; delete with a way back; the trash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import BadRequest
from core.fields import FieldTypes, LoadContext
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.page import Page
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.views import ListView
from core.web.chips import LONGEST_ID, Chip
from core.web.collections import collection_url
from core.web.control_bar import control_bar
from core.web.fields import FieldView, FieldViews
from core.web.list_query import ListState, build_query
from core.web.list_views import ListViews
from core.web.pages import Pages, go
from core.web.saved_views import default_view, read_state
from core.web.visit import Visit, visit
from core.web.where_filters import check_where, told

MAX_COLUMNS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A list as its template gets it."""

    entity: EntitySpec
    view: ListView
    state: ListState
    columns: tuple[str, ...]
    page: Page
    problem: str = ""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/records/<entity>", "record_list", lambda entity: show(site, pages, entity))
    made.add_url_rule("/records/<entity>/filter", "filter", add_filter)
    made.add_url_rule("/records/<entity>/columns", "columns", choose_columns)
    made.add_url_rule(
        "/records/<entity>/delete", "delete_records", lambda entity: delete(site, entity), methods=["POST"]
    )
    made.add_url_rule(
        "/records/<entity>/restore", "restore_records", lambda entity: restore(site, entity), methods=["POST"]
    )


def context_of(site: Site, present: Visit) -> LoadContext:
    """Return what reading typed values needs for this person."""
    settings = site.settings
    return LoadContext(
        style=present.style,
        currency=settings.currency,
        catalog=present.catalog,
        channel="web",
        region=settings.region,
        area_code=settings.area_code,
    )


def show(site: Site, pages: Pages, name: str) -> Response:
    """Show a list."""
    present = visit().require()
    if not request.query_string and (first := default_view(present, name)) is not None:
        return go(collection_url(first.kind, name) + first.address)
    listing = _listing(site, present, name)
    views = FieldViews(site.get(FieldTypes), present.style, site.settings.currency)
    access, catalog, actor = site.get(Access), present.catalog, present.actor
    rows = [
        {
            "id": item["id"],
            "cells": _cells(views, listing, item),
            "title": _title(views, listing.entity, item),
        }
        for item in listing.page.items
    ]
    allowed = {
        action: access.may(actor, name, action, catalog)
        for action in ("create", "delete", "import", "export")
    }
    return pages.show(
        "list.html",
        nav=name,
        listing=listing,
        entity=listing.entity,
        rows=rows,
        may=allowed,
        headings=[_heading(listing, column) for column in listing.columns],
        bar=control_bar(present, listing.entity, listing.state, "list", listing.columns),
        status=422 if listing.problem else 200,
    )


def _listing(site: Site, present: Visit, name: str) -> Listing:
    """Read what the address asks for; an address that no longer fits shows the plain list with a word about it."""
    catalog, actor, reading = present.catalog, present.actor, site.get(Reading)
    spec = catalog.entity(name)
    access = site.get(Access)
    access.require(actor, name, "read", catalog)
    view = site.get(ListViews).of(actor, spec, catalog)
    state = ListState.read(request.args)
    columns = tuple(c for c in state.columns if c in view.choices)[:MAX_COLUMNS] or view.columns
    try:
        if state.where:
            check_where(present, spec, state.where, context_of(site, present))
        query = build_query(state, view, spec, columns, site.get(FieldTypes), context_of(site, present))
        page, problem = reading.find(actor, name, query, catalog=catalog), ""
    except BadRequest as wrong:
        query = build_query(ListState(), view, spec, columns, site.get(FieldTypes), context_of(site, present))
        page, problem = (
            reading.find(actor, name, query, catalog=catalog),
            told(present, wrong),
        )
    return Listing(entity=spec, view=view, state=state, columns=columns, page=page, problem=problem)


def _cells(views: FieldViews, listing: Listing, item: Mapping[str, Any]) -> list[FieldView]:
    return [views.cell(listing.entity.fields[name], item.get(name)) for name in listing.columns]


def _title(views: FieldViews, entity: EntitySpec, item: Mapping[str, Any]) -> str:
    if entity.has(entity.title):
        text = views.cell(entity.fields[entity.title], item.get(entity.title)).text
        if text:
            return text
    return f"#{item['id']}"


def _heading(listing: Listing, name: str) -> dict[str, Any]:
    """Return a column's head: its label, whether and how it is sorted, and where a click leads."""
    spec = listing.entity.fields[name]
    present = listing.state.sort or (listing.view.sort[0] if listing.view.sort else "")
    direction = {name: "ascending", f"-{name}": "descending"}.get(present, "")
    following = f"-{name}" if direction == "ascending" else name
    return {
        "name": name,
        "label": spec.label,
        "sort": direction,
        "url": listing.state.address(sort=following),
        "sortable": spec.type not in ("links", "list", "file", "multi_choice", "reference_any", "long_text"),
        "number": spec.type in ("integer", "decimal", "money"),
    }


def add_filter(entity: str) -> Response:
    """Lead to the list with one more filter: the state of the list travels with the form."""
    visit().require()
    state = read_state(request.args.get("state", ""))
    value = request.args.get("value", "").strip() or request.args.get("text", "").strip()
    chip = Chip(
        field=request.args.get("field", ""), operator=request.args.get("operator", ""), value=value[:200]
    )
    return go(_collection(entity) + state.address(chips=(*state.chips, chip)))


def choose_columns(entity: str) -> Response:
    """Lead to the list with other columns."""
    visit().require()
    state = read_state(request.args.get("state", ""))
    return go(_collection(entity) + state.address(columns=tuple(request.args.getlist("col"))))


def _collection(entity: str) -> str:
    """Return where a form of the bar leads back to: the kind of view that it stood on."""
    return collection_url(request.args.get("kind", ""), entity)


def _chosen() -> Sequence[int]:
    return [
        int(v) for v in request.form.getlist("id") if v.isascii() and v.isdigit() and len(v) < LONGEST_ID
    ][:1000]


def delete(site: Site, name: str) -> Response:
    """Put the chosen records in the trash; the next page offers the way back."""
    present, ids = visit().require(), _chosen()
    database = site.get(Database)
    back = url_for("web.record_list", entity=name)
    if not ids:
        return go(back, present.style._("Nothing was chosen."))

    def act() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            site.get(Records).delete(present.actor, name, ids, uow=uow)

    database.attempt(act)
    text = present.style.ngettext(
        "{number} record is in the trash.", "{number} records are in the trash.", len(ids)
    )
    return go(back, text, undo=f"{name}:{','.join(map(str, ids))}")


def restore(site: Site, name: str) -> Response:
    """Take the chosen records out of the trash."""
    present, ids = visit().require(), _chosen()
    database = site.get(Database)

    def act() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            site.get(Records).restore(present.actor, name, ids, uow=uow)

    if ids:
        database.attempt(act)
    text = present.style.ngettext("{number} record is back.", "{number} records are back.", len(ids))
    return go(url_for("web.record_list", entity=name), text)
