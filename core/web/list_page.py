"""Lists: search, filters, sort, columns, pages; delete with a way back; the trash."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.contributions import FileFormats
from core.kernel.site import Site
from core.metadata.actions import ADMINISTER
from core.records.duplicate_queue import DuplicateQueue
from core.records.service import Records
from core.storage import Database
from core.web.cell_pages import editable_columns
from core.web.chips import LONGEST_ID
from core.web.collections import collection_url
from core.web.control_bar import control_bar
from core.web.list_query import ListState
from core.web.list_rows import heading, rows_of, table_of
from core.web.listing import context_of, read_listing, read_shown
from core.web.operation_page import list_operations
from core.web.pages import Pages, go
from core.web.saved_views import default_view, read_state
from core.web.visit import visit

__all__ = ["context_of", "register", "show"]


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/records/<entity>", "record_list", lambda entity: show(site, pages, entity))
    made.add_url_rule("/records/<entity>/totals", "totals", lambda entity: totals(site, pages, entity))
    made.add_url_rule("/records/<entity>/group", "group", choose_group)
    made.add_url_rule("/records/<entity>/columns", "columns", choose_columns)
    made.add_url_rule(
        "/records/<entity>/restore", "restore_records", lambda entity: restore(site, entity), methods=["POST"]
    )


def show(site: Site, pages: Pages, name: str) -> Response:
    """Show a list."""
    present = visit().require()
    if not request.query_string and (first := default_view(present, name)) is not None:
        return go(collection_url(first.kind, name) + first.address)
    state = ListState.read(request.args)
    shown = read_shown(site, present, name, state, whole=request.args.get("totals") == "1")
    listing = shown.listing
    access, catalog, actor = site.get(Access), present.catalog, present.actor
    entity, columns = listing.entity, listing.columns
    allowed = {
        action: access.may(actor, name, action, catalog)
        for action in ("create", "update", "delete", "merge", "import", "export")
    }
    allowed["duplicates"] = site.get(DuplicateQueue).opens(actor, name, catalog)
    allowed[ADMINISTER] = access.administers(actor, name, catalog)
    editable = frozenset[str]() if state.trash else editable_columns(site, present, catalog, entity)
    return pages.show(
        "list.html",
        nav=name,
        state=state,
        shown=shown,
        entity=entity,
        rows=rows_of(listing.views, entity, columns, shown.page.items),
        may=allowed,
        formats=[one for one in site.get(FileFormats).of(name) if one.write is not None],
        table=table_of(pages.renderer, present, listing.views, entity, columns, editable),
        headings=[heading(entity, listing.view, state, column) for column in columns],
        bar=control_bar(present, entity, state, "list", columns),
        operations=list_operations(site, present, name),
        status=422 if shown.problem else 200,
    )


def totals(site: Site, pages: Pages, name: str) -> Response:
    """Show the last row of a list alone: how many records, and how much."""
    present = visit().require()
    listing = read_listing(site, present, name, ListState.read(request.args))
    rows = request.args.get("rows", "")
    return pages.show(
        "_totals.html",
        entity=listing.entity,
        columns=listing.columns,
        totals=listing.totals(),
        shown_rows=int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 4 else 0,
        state=listing.state,
        loaded=True,
    )


def choose_columns(entity: str) -> Response:
    """Lead to the list with other columns."""
    visit().require()
    state = read_state(request.args.get("state", ""))
    return go(_collection(entity) + state.address(columns=tuple(request.args.getlist("col"))))


def choose_group(entity: str) -> Response:
    """Lead to the list in groups, or without."""
    visit().require()
    state = read_state(request.args.get("state", ""))
    return go(_collection(entity) + state.address(group=request.args.get("group", ""), open=()))


def _collection(entity: str) -> str:
    """Return where a form of the bar leads back to: the kind of view that it stood on."""
    return collection_url(request.args.get("kind", ""), entity)


def _chosen() -> Sequence[int]:
    return [
        int(v) for v in request.form.getlist("id") if v.isascii() and v.isdigit() and len(v) < LONGEST_ID
    ][:1000]


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
