"""Dashboards: pages of cards, each figure a link to the records behind it; the lightest of one's role is the home page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from flask import Blueprint, Response, url_for

from core.access import Access
from core.errors import BadRequest, NotFound
from core.fields import FieldTypes
from core.kernel.site import Site
from core.metadata.dashboard_specs import CardSpec, DashboardSpec
from core.metadata.specs import EntitySpec
from core.records.aggregation import Aggregating
from core.records.query import Query
from core.records.reading import Reading
from core.storage import Database
from core.views import ChartView
from core.web.charting import Charting, Series
from core.web.fields import FieldView, FieldViews
from core.web.list_totals import rounded_average
from core.web.list_views import ListViews
from core.web.pages import Pages, go
from core.web.visit import Visit, visit

LONGEST_LIST = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One record of a list."""

    title: str
    url: str
    cells: tuple[FieldView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A card as its template gets it. ``covers`` is how many records its figures are about."""

    name: str
    label: str
    kind: str
    url: str
    covers: int
    figures: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    series: tuple[Series, ...] = ()
    look: str = "bar"


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/dashboards/<name>", "dashboard", lambda name: show(site, pages, name))


def show(site: Site, pages: Pages, name: str) -> Response:
    """Show a dashboard; one that is not for this person is as good as none."""
    present = visit().require()
    spec = present.catalog.dashboards.get(name)
    if spec is None or spec not in dashboards_of(present):
        raise NotFound("There is no such dashboard.")
    now = site.get(Database).now()
    return pages.show(
        "dashboard.html",
        nav="home",
        dashboard=spec,
        others=dashboards_of(present),
        cards=list(_cards(site, present, spec)),
        counted=present.style.datetime(now),
    )


def home_dashboard(present: Visit) -> Response | None:
    """Lead to the dashboard that is this person's home page, if they have one."""
    found = dashboards_of(present)
    return go(url_for("web.dashboard", name=found[0].name)) if found else None


def dashboards_of(present: Visit) -> list[DashboardSpec]:
    """Return the dashboards that show this person something: those of their roles, the lightest first."""
    access = present.site.get(Access)
    administrator = access.is_administrator(present.actor, present.catalog)
    roles = access.roles(present.actor, present.catalog)
    fitting = (
        d
        for d in present.catalog.dashboards.values()
        if (not d.roles or administrator or roles.intersection(d.roles))
        and any(_may_see(present, card) for card in d.cards)
    )
    return sorted(fitting, key=lambda d: (d.weight, d.name))


def _may_see(present: Visit, card: CardSpec) -> bool:
    """Tell whether a person may read what a card is about: its entity and every field that it measures or groups by."""
    access, catalog = present.site.get(Access), present.catalog
    if card.entity not in catalog.entities or not access.may(present.actor, card.entity, "read", catalog):
        return False
    readable = access.fields(present.actor, card.entity, catalog).readable
    measured = card.measure.partition("(")[2].rstrip(")")
    return all(name in readable for name in (measured, card.group_by) if name)


def _cards(site: Site, present: Visit, spec: DashboardSpec) -> Iterator[Card]:
    for card in spec.cards:
        if _may_see(present, card):
            try:
                yield _Maker(site, present, card).card()
            except BadRequest:
                continue  # its condition names what this person may not know of


class _Maker:
    """Makes one card."""

    def __init__(self, site: Site, present: Visit, card: CardSpec) -> None:
        self._site = site
        self._present = present
        self._card = card
        self._entity: EntitySpec = present.catalog.entity(card.entity)
        self._known = site.get(ListViews).of(present.actor, self._entity, present.catalog).known
        self._views = FieldViews(site.get(FieldTypes), present.style, site.settings.currency)

    def card(self) -> Card:
        """Return the card with its figures, lines or bars."""
        card = self._card
        measures = tuple(dict.fromkeys(("count()", card.measure)))
        found = self._site.get(Aggregating).aggregate(
            self._present.actor, card.entity, (), measures, card.where, catalog=self._present.catalog
        )[0]
        count = found["count()"]
        return Card(
            name=card.name,
            label=self._present.style.label(card.label),
            kind=card.kind,
            url=self._url(),
            covers=count if isinstance(count, int) else 0,
            figures=self._figures(found[card.measure]) if card.kind in ("count", "sum") else (),
            lines=tuple(self._lines()) if card.kind == "list" else (),
            series=self._series() if card.kind == "chart" else (),
            look=card.look,
        )

    def _url(self) -> str:
        pairs = [("where", self._card.where)] if self._card.where else []
        pairs += [("sort", self._card.sort[0])] if self._card.kind == "list" and self._card.sort else []
        return url_for("web.record_list", entity=self._card.entity) + (
            f"?{urlencode(pairs)}" if pairs else ""
        )

    def _figures(self, value: object) -> tuple[str, ...]:
        """Return the figure as text: money one for each currency, always with its unit."""
        style = self._present.style
        if isinstance(value, tuple):
            return tuple(style.money(money) for money in value) or (style.number(0),)
        if value is None or isinstance(value, int):
            return (style.number(value or 0),)
        return (self._text(value),)

    def _text(self, value: object) -> str:
        function, _, rest = self._card.measure.partition("(")
        spec = self._entity.fields[rest.rstrip(")")]
        if function == "avg" and isinstance(value, Decimal):
            value = rounded_average(value)
        return self._views.cell(spec, value).text

    def _lines(self) -> Iterator[Line]:
        card, title = self._card, self._entity.title
        columns = tuple(n for n in card.columns if n in self._known and n != title)
        names = tuple(dict.fromkeys(("id", *((title,) if title in self._known else ()), *columns)))
        sort = tuple(n for n in card.sort if n.removeprefix("-") in self._known)
        query = Query(fields=names, filter=card.where, sort=sort, limit=min(card.limit, LONGEST_LIST))
        page = self._site.get(Reading).find(
            self._present.actor, card.entity, query, catalog=self._present.catalog
        )
        for item in page.items:
            text = (
                self._views.cell(self._entity.fields[title], item.get(title)).text if title in names else ""
            )
            number = int(str(item["id"]))
            yield Line(
                title=text or f"#{number}",
                url=url_for("web.record", entity=card.entity, number=number),
                cells=tuple(self._views.cell(self._entity.fields[n], item.get(n)) for n in columns),
            )

    def _series(self) -> tuple[Series, ...]:
        card = self._card
        chart = ChartView(
            group=self._entity.fields[card.group_by], measure=card.measure, by=card.by, look=card.look
        )
        charting = Charting(
            site=self._site, present=self._present, entity=self._entity, chart=chart, views=self._views
        )
        return charting.series(card.where, pairs=[("where", card.where)] if card.where else [])
