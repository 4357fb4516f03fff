"""A list as its address asks for it: rows or groups, with totals; a wrong address shows the plain list and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access import Access
from core.errors import BadRequest
from core.fields import FieldTypes, LoadContext
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.aggregation import Aggregating
from core.records.page import Page
from core.records.query import Query
from core.records.reading import Reading
from core.views import ListView
from core.web.fields import FieldViews
from core.web.list_groups import Group, Grouping, grouped_by, groups_of
from core.web.list_query import ListState, build_query
from core.web.list_totals import Totals, added_up, figures_of, functions, measures
from core.web.list_views import ListViews
from core.web.visit import Visit
from core.web.where_filters import Wheres, told

MAX_COLUMNS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A list that is not read yet: what it shows, and the question behind it."""

    present: Visit
    entity: EntitySpec
    view: ListView
    state: ListState
    columns: tuple[str, ...]
    query: Query
    views: FieldViews
    context: LoadContext

    @property
    def wanted(self) -> dict[str, str]:
        """What is told of which column in the totals."""
        return functions(self.entity, self.view, self.columns)

    def page(self) -> Page:
        """Return the rows of this page."""
        reading, present = self.present.site.get(Reading), self.present
        return reading.find(present.actor, self.entity.name, self.query, catalog=present.catalog)

    def groups(self) -> list[Group] | None:
        """Return the groups; None where the list has none."""
        spec = grouped_by(self.state, self.entity, self.view)
        if spec is None:
            return None
        return groups_of(
            Grouping(
                present=self.present,
                entity=self.entity,
                view=self.view,
                state=self.state,
                columns=self.columns,
                query=self.query,
                views=self.views,
                context=self.context,
                wanted=self.wanted,
                spec=spec,
            )
        )

    def totals(self) -> Totals:
        """Return the totals of all records that the list finds."""
        wanted = self.wanted
        found = self.present.site.get(Aggregating).aggregate(
            self.present.actor,
            self.entity.name,
            (),
            measures(wanted),
            self.query.filter,
            search=self.query.search,
            trash=self.query.trash,
            catalog=self.present.catalog,
        )[0]
        figures = figures_of(self.views, self.entity, wanted, found)
        return Totals(count=int(str(found["count()"])), figures=figures)

    def totals_of(self, items: Sequence[Mapping[str, Any]]) -> Totals:
        """Return the totals where all records are on the page."""
        return added_up(self.views, self.entity, self.wanted, items)


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


def read_listing(site: Site, present: Visit, name: str, state: ListState) -> Listing:
    """Return the list of a state; raise `BadRequest` where the state asks what cannot be answered."""
    spec = present.catalog.entity(name)
    site.get(Access).require(present.actor, name, "read", present.catalog)
    view = site.get(ListViews).of(present.actor, spec, present.catalog)
    columns = tuple(c for c in state.columns if c in view.choices)[:MAX_COLUMNS] or view.columns
    context = context_of(site, present)
    if state.where:
        site.get(Wheres).check(present, spec, state.where, context)
    types = site.get(FieldTypes)
    return Listing(
        present=present,
        entity=spec,
        view=view,
        state=state,
        columns=columns,
        query=build_query(state, view, spec, columns, types, context),
        views=FieldViews(types, present.style, site.settings.currency),
        context=context,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A list that was read: either rows with what follows them, or groups; ``totals`` None are told later."""

    listing: Listing
    page: Page
    groups: list[Group] | None
    totals: Totals | None
    problem: str


def read_shown(site: Site, present: Visit, name: str, state: ListState, *, whole: bool) -> Shown:
    """Read a list; ``whole`` asks for the totals at once, also where the database has to add up."""
    try:
        return _read(read_listing(site, present, name, state), "", whole=whole)
    except BadRequest as wrong:
        plain = ListState(columns=state.columns)
        return _read(read_listing(site, present, name, plain), told(present, wrong), whole=whole)


def _read(listing: Listing, problem: str, *, whole: bool) -> Shown:
    groups = listing.groups()
    page = listing.page() if groups is None else Page(items=[])
    here = groups is None and page.next is None and not listing.state.cursor
    totals = listing.totals_of(page.items) if here else None
    if totals is None and (whole or groups is not None):
        totals = listing.totals()
    return Shown(listing=listing, page=page, groups=groups, totals=totals, problem=problem)
