"""The chart of an entity: bars over the records that the list would show."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from core.access import Access
from core.errors import BadRequest, NotFound
from core.fields import FieldTypes
from core.kernel.site import Site
from core.views import chart_view
from core.web.charting import Charting
from core.web.control_bar import control_bar
from core.web.fields import FieldViews
from core.web.list_page import context_of
from core.web.list_query import ListState, build_query
from core.web.list_views import ListViews
from core.web.pages import Pages
from core.web.visit import visit


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the route of this page."""
    made.add_url_rule("/records/<entity>/chart", "record_chart", lambda entity: show(site, pages, entity))


def show(site: Site, pages: Pages, name: str) -> Response:
    """Show the chart; an address that no longer fits shows all records with a word about it."""
    present = visit().require()
    catalog, actor = present.catalog, present.actor
    entity = catalog.entity(name)
    site.get(Access).require(actor, name, "read", catalog)
    listing = site.get(ListViews).of(actor, entity, catalog)
    chart = chart_view(catalog, entity, listing.known)
    if chart is None:
        raise NotFound("These records have no chart.")
    types = site.get(FieldTypes)
    views = FieldViews(types, present.style, site.settings.currency)
    charting = Charting(site=site, present=present, entity=entity, chart=chart, views=views)
    state, problem = replace(ListState.read(request.args), cursor="", trash=False, group="", open=()), ""
    try:
        query = build_query(state, listing, entity, (), types, context_of(site, present))
        found = charting.series(query.filter, query.search, list(state.pairs()))
    except BadRequest as wrong:
        state, problem = ListState(), present.style._(wrong.message, **wrong.params)
        found = charting.series("")
    return pages.show(
        "chart.html",
        nav=name,
        entity=entity,
        chart=chart,
        measured=entity.fields[chart.measured].label if chart.measured else "",
        series=found,
        state=state,
        problem=problem,
        bar=control_bar(present, entity, state, "chart"),
        status=422 if problem else 200,
    )
