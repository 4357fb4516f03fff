"""A kanban as its template gets it: columns with their figures, and the first cards of those that stand open.

One statement counts and adds up all columns, one reads the records that are columns, and one the first cards of all
columns that stand open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import request

from core.access import Access
from core.errors import BadRequest, NotFound
from core.fields import FieldTypes
from core.kernel.site import Site
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec
from core.records.aggregation import Aggregating, Group
from core.records.page import Page
from core.records.piles import Piles
from core.records.query import Query
from core.records.reading import Reading
from core.storage import Database
from core.views import KanbanView, ListView, kanban_view
from core.web.chips import Chip
from core.web.fields import FieldViews
from core.web.kanban_addresses import BoardAddresses
from core.web.kanban_columns import EMPTY, Column, Columns, Place
from core.web.list_page import context_of
from core.web.list_query import ListState, build_query
from core.web.list_totals import WORDS, rounded_average
from core.web.list_views import ListViews
from core.web.visit import Visit

CARDS = 20
"""Cards that a column loads at a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One record on the board."""

    id: int
    version: int
    title: str
    record: Mapping[str, Any]


Dealt = tuple[tuple[Card, ...], str]
"""Cards of a column, and the address of those after them (empty at the end)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """What the records of a column add up to: one text for each currency."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A column with its figures and the cards that are shown; ``next`` continues after them."""

    column: Column
    total: int
    sums: tuple[Sum, ...]
    folded: bool
    toggle: str
    all_url: str
    create_url: str = ""
    cards: tuple[Card, ...] = ()
    next: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """What the reader may do on this board."""

    move: bool
    create: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """A kanban: its columns, the boards one may change to, and what is wrong with the address."""

    columns: tuple[Shown, ...]
    places: tuple[Place, ...] = ()
    problem: str = ""

    @property
    def total(self) -> int:
        """How many records the board is about."""
        return sum(shown.total for shown in self.columns)


@dataclass(kw_only=True)
class Boards:
    """Makes the board of one request."""

    site: Site
    present: Visit
    entity: EntitySpec
    view: KanbanView
    listing: ListView
    state: ListState

    @cached_property
    def views(self) -> FieldViews:
        """What shows values in the reader's style."""
        style = self.present.style
        today = style.today(self.site.get(Database).now())
        return FieldViews(self.site.get(FieldTypes), style, self.site.settings.currency, today=today)

    def board(self) -> Board:
        """Return the board; an address that no longer fits shows all records with a word about it."""
        try:
            return self.filled()
        except BadRequest as wrong:
            plain = replace(self, state=ListState())
            return replace(plain.filled(), problem=self.present.style._(wrong.message, **wrong.params))

    def filled(self) -> Board:
        """Return the board as the address asks for it; what makes no sense there is raised."""
        heads = self.heads()
        dealt = self._dealt([shown.column for shown in heads if shown.total and not shown.folded])
        return Board(
            columns=tuple(
                replace(shown, cards=found[0], next=found[1])
                if (found := dealt.get(shown.column.key))
                else shown
                for shown in heads
            ),
            places=self.columns.places,
        )

    @cached_property
    def columns(self) -> Columns:
        """The columns of this board."""
        return Columns(self.site, self.present, self.entity, self.view, self.state)

    @cached_property
    def rights(self) -> Rights:
        """What the reader may do here: where a workflow moves the cards, it takes a step that is granted."""
        flow, may = self.view.workflow, self._may
        if flow is not None:
            return Rights(move=any(may(f"transition:{n}") for n in flow.transitions), create=may("create"))
        access, present = self.site.get(Access), self.present
        editable = access.fields(present.actor, self.entity.name, present.catalog).editable
        return Rights(move=may("update") and self.view.group.name in editable, create=may("create"))

    def _may(self, action: str) -> bool:
        access = self.site.get(Access)
        return access.may(self.present.actor, self.entity.name, action, self.present.catalog)

    # Figures

    def _figures(self) -> dict[str, Group]:
        """Return count and sums of each column by its key."""
        query = self._query
        measures = ("count()", *(self._measure(name) for name in self.view.sums))
        groups = self.site.get(Aggregating).aggregate(
            self.present.actor,
            self.entity.name,
            (self.view.group.name,),
            measures,
            query.filter,
            search=query.search,
            catalog=self.present.catalog,
        )
        return {key_of(group[self.view.group.name]): group for group in groups}

    def heads(self) -> list[Shown]:
        """Return all columns without their cards."""
        figures = self._figures()
        return [self._shown(c, figures.get(c.key, {})) for c in self.columns.all(figures)]

    def _shown(self, column: Column, figures: Group) -> Shown:
        total = figures.get("count()", 0)
        folded, toggle = self._fold(column)
        create = self.rights.create and column.takes and column.starts
        return Shown(
            column=column,
            total=total if isinstance(total, int) else 0,
            sums=tuple(self._sums(figures)),
            folded=folded,
            toggle=toggle,
            all_url=self._addresses.list_of(self._chip(column)),
            create_url=self._addresses.in_column("kanban_new", column.key) if create else "",
        )

    def _fold(self, column: Column) -> tuple[bool, str]:
        """Tell whether a column is folded, and return the address where it is the other way round."""
        other = f"~{column.key}" if not column.folds else column.key
        changed = other in self.state.open
        rest = tuple(key for key in self.state.open if key != other)
        return column.folds != changed, self._addresses.opened(rest if changed else (*rest, other))

    def _sums(self, figures: Mapping[str, Any]) -> Iterator[Sum]:
        style = self.present.style
        for name in self.view.sums:
            value, spec = figures.get(self._measure(name)), self.entity.fields[name]
            if value is None or value == ():
                continue
            if spec.type == "money":
                texts = [style.money(one) for one in value]
            elif spec.type == "percent":
                texts = [style._(WORDS["avg"], figure=style.percent(rounded_average(value)))]
            else:
                texts = [self.text(name, value)]
            yield Sum(label=style.label(spec.label), texts=tuple(texts))

    def _measure(self, name: str) -> str:
        """Return what a column tells of a field: what it adds up to; shares of a hundred do not add up."""
        return f"{'avg' if self.entity.fields[name].type == 'percent' else 'sum'}({name})"

    def text(self, name: str, value: Any) -> str:
        """Return a value of a field as this person reads it."""
        return self.views.text(self.entity.fields[name], value)

    def _chip(self, column: Column) -> Chip:
        """Return the filter of a list that shows one column."""
        name, kind = self.view.group.name, self.view.group.type
        if column.key == EMPTY:
            return Chip(field=name, operator="empty")
        if kind == "boolean":
            return Chip(field=name, operator=column.key)
        return Chip(field=name, operator="is", value=column.key)

    # Cards

    def _dealt(self, columns: Sequence[Column]) -> dict[str, Dealt]:
        """Return the first cards of columns by their keys: in one statement, but for those that no value names."""
        query, narrow = self._query, {c.key: c for c in columns if not self._nested}
        values = {key: value for key in narrow if (value := self.columns.value(key)) is not None}
        found = self.site.get(Piles).first(
            self.present.actor,
            self.entity.name,
            query,
            self.view.group.name,
            {value: _narrowed(query, narrow[key]) for key, value in values.items()},
            catalog=self.present.catalog,
        )
        dealt = {key: self._cards(narrow[key], found[value]) for key, value in values.items()}
        return dealt | {column.key: self.cards(column) for column in columns if column.key not in dealt}

    def cards(self, column: Column, cursor: str = "") -> Dealt:
        """Return the next cards of a column, and the address of those after them (empty at the end)."""
        query = self._query
        page = self.site.get(Reading).find(
            self.present.actor,
            self.entity.name,
            replace(query, filter=_narrowed(query, column), cursor=cursor),
            catalog=self.present.catalog,
        )
        return self._cards(column, page)

    def _cards(self, column: Column, page: Page) -> Dealt:
        following = (
            self._addresses.in_column("kanban_cards", column.key, after=page.next) if page.next else ""
        )
        return tuple(self.card(item) for item in page.items), following

    @property
    def _nested(self) -> bool:
        return any(self.entity.fields[name].type == "list" for name in self._fields)

    def card(self, item: Mapping[str, Any]) -> Card:
        """Return the card of a record."""
        title = self.text(self.entity.title, item.get(self.entity.title)) if self._titled else ""
        return Card(
            id=item["id"],
            version=item["version"],
            title=title or f"#{item['id']}",
            record=item,
        )

    def one(self, number: int) -> tuple[str, Card]:
        """Return the card of one record and the column it is in."""
        names = (*self._fields, self.view.group.name)
        item = self.site.get(Reading).get(
            self.present.actor, self.entity.name, number, names, catalog=self.present.catalog
        )
        return key_of(item.get(self.view.group.name)), self.card(item)

    def told(self, key: str, card: Card) -> str:
        """Return the sentence that tells in which column a card is now."""
        column, value = self.columns.find(key), card.record.get(self.view.group.name)
        reads = column is None or self.view.group.type == "reference"
        told = self.text(self.view.group.name, value) if reads else ""
        return self.present.style._(
            "{title} is in {column} now.", title=card.title, column=told or (column.label if column else key)
        )

    @property
    def _titled(self) -> bool:
        return self.entity.title in self.listing.known

    @property
    def _fields(self) -> tuple[str, ...]:
        title = (self.entity.title,) if self._titled else ()
        return tuple(dict.fromkeys(("id", "version", *title, *self.view.card)))

    @cached_property
    def _query(self) -> Query:
        """Return what the address asks for, as a question after cards."""
        state = self.columns.narrowed
        context = context_of(self.site, self.present)
        found = build_query(
            state, self.listing, self.entity, self._fields, self.site.get(FieldTypes), context
        )
        sort = (state.sort,) if state.sort else self.view.sort or self.listing.sort
        return replace(found, sort=sort, limit=CARDS, cursor="", trash=False)

    def address(self, route: str, **more: str | int) -> str:
        """Return the address of a part of this board, with its state."""
        return self._addresses.of(route, **more)

    @cached_property
    def _addresses(self) -> BoardAddresses:
        return BoardAddresses(entity=self.entity.name, state=self.state)


def _narrowed(query: Query, column: Column) -> str:
    """Return the filter of one column under a question."""
    return f"({query.filter}) and {column.where}" if query.filter else column.where


def key_of(value: object) -> str:
    """Return the key of the column that a value belongs to."""
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.id) if isinstance(value, Ref) else str(value)


def boards_of(site: Site, present: Visit, name: str) -> Boards:
    """Return what makes the board of an entity, or raise `NotFound` where this reader has none."""
    catalog, actor = present.catalog, present.actor
    entity = catalog.entity(name)
    site.get(Access).require(actor, name, "read", catalog)
    listing = site.get(ListViews).of(actor, entity, catalog)
    view = kanban_view(catalog, entity, listing.known)
    if view is None:
        raise NotFound("These records have no field that could make columns of a board.")
    state = replace(ListState.read(request.args), cursor="", trash=False, group="")
    return Boards(site=site, present=present, entity=entity, view=view, listing=listing, state=state)
