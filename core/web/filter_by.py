"""One more filter: the form of one field, as a page or unfolded in the bar, and the list that it leads to."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.access import Access
from core.errors import BadRequest
from core.kernel.site import Site
from core.web import natural_dates
from core.web.chips import Chip
from core.web.collections import collection_url
from core.web.filter_fields import filter_field, filterable
from core.web.list_views import ListViews
from core.web.pages import Pages, go
from core.web.saved_views import read_state
from core.web.visit import visit


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the route of this page."""
    made.add_url_rule("/records/<entity>/filter", "filter", lambda entity: add(site, pages, entity))


def add(site: Site, pages: Pages, entity: str) -> Response:
    """Ask how to filter by a field; with an operator, lead to the list with one more filter.

    The state of the list travels with the forms.
    """
    visit().require()
    return _added(entity) if "operator" in request.args else _asked(site, pages, entity)


def _added(entity: str) -> Response:
    state = read_state(request.args.get("state", ""))
    value = request.args.get("value", "").strip() or request.args.get("text", "").strip()
    chip = Chip(
        field=request.args.get("field", ""), operator=request.args.get("operator", ""), value=value[:200]
    )
    return go(_collection(entity) + state.address(chips=(*state.chips, chip)))


def _asked(site: Site, pages: Pages, name: str) -> Response:
    present, chosen = visit().require(), request.args.get("field", "")
    site.get(Access).require(present.actor, name, "read", present.catalog)
    entity = present.catalog.entity(name)
    view = site.get(ListViews).of(present.actor, entity, present.catalog)
    spec = next((spec for spec in filterable(present, entity, view) if spec.name == chosen), None)
    if spec is None:
        raise BadRequest("This filter does not fit the list any more.", code="unknown_field")
    state = read_state(request.args.get("state", "")).address()
    return pages.show(
        "filter_by.html",
        nav=name,
        entity=entity,
        field=filter_field(present, spec),
        kind=request.args.get("kind", "list"),
        state=state,
        periods=natural_dates.choices(present.style),
        back=_collection(name) + state,
    )


def _collection(entity: str) -> str:
    """Return where the form leads back to: the kind of view that it stood on."""
    return collection_url(request.args.get("kind", ""), entity)
