"""The bar above every collection: kinds of views, search, ready filters, chips, and the forms that change them.

All kinds of collections share it, with one state in the address, so that a filter outlives a change of the view.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from flask import current_app

from core.access import Access
from core.i18n import Unreadable
from core.metadata.specs import EntitySpec, FieldSpec, Label, ViewSpec
from core.records.search import Searching
from core.views import ListView
from core.web import natural_dates
from core.web.addresses import address
from core.web.chips import LONGEST_ID, Chip, shown_chips
from core.web.collections import KINDS, collection_url, collection_view
from core.web.filter_fields import filterable
from core.web.list_groups import group_choices
from core.web.list_query import ListState
from core.web.list_views import ListViews
from core.web.saved_views import SavedView, allowed_reaches, default_view, saved_views
from core.web.visit import Visit

NONE = "0"
"""The id in an address that asks for no saved view, where one would open first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KindLink:
    """One kind of view of the same records."""

    name: str
    label: str
    icon: str
    url: str
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChipView:
    """A filter as it stands in the bar."""

    label: Label
    operator: str
    value: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlBar:
    """The bar as its template gets it. ``url`` is the address of the collection without its state.

    What stands in menus that are kept is asked for when they are made.
    """

    entity: EntitySpec
    kind: str
    state: ListState
    view: ListView
    url: str
    kinds: tuple[KindLink, ...]
    chips: tuple[ChipView, ...]
    filterable: Callable[[], Iterable[FieldSpec]]
    groupings: Callable[[], Iterable[tuple[str, FieldSpec]]]
    saved: tuple[SavedView, ...]
    reaches: tuple[str, ...]
    all_address: str
    columns: tuple[str, ...] = ()

    @property
    def key(self) -> Hashable:
        """Everything that shapes the bar, besides rights and style."""
        chips = tuple((chip.operator, chip.value, chip.url) for chip in self.chips)
        asked = (replace(self.state, cursor=""), chips, self.columns)
        return (self.kind, self.entity.name, *asked, self.saved, self.reaches, self.all_address)

    @property
    def current(self) -> SavedView | None:
        """The saved view that the state came from."""
        return next((view for view in self.saved if str(view.id) == self.state.saved), None)

    @property
    def grouping(self) -> str:
        """What the list is grouped by, where it can be."""
        return next((name for name, _ in self.groupings() if name == self.state.group), "")

    @property
    def builder_url(self) -> str:
        """Where the filter is built."""
        return address(
            "web.filter_builder", entity=self.entity.name, kind=self.kind, state=self.state.address()
        )

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What a search keeps of the state: all but what was searched, the page and the open groups."""
        return [pair for pair in self.state.pairs() if pair[0] not in ("q", "cursor", "open")]


def control_bar(
    present: Visit, entity: EntitySpec, state: ListState, kind: str, columns: tuple[str, ...] = ()
) -> ControlBar:
    """Return the bar of a collection for this reader; ``columns`` only where the kind has columns to choose."""
    view = present.site.get(ListViews).of(present.actor, entity, present.catalog)
    return ControlBar(
        entity=entity,
        kind=kind,
        state=state,
        view=view,
        url=collection_url(kind, entity.name),
        kinds=tuple(_kinds(present, entity, state, kind, view)),
        chips=tuple(_chips(present, entity, state, view)),
        filterable=partial(filterable, present, entity, view),
        groupings=partial(group_choices, entity, view),
        saved=saved_views(present, entity.name),
        reaches=allowed_reaches(present, entity.name),
        all_address=_all_address(present, entity, state),
        columns=columns,
    )


def _all_address(present: Visit, entity: EntitySpec, state: ListState) -> str:
    """Return what leads to everything: past the view that opens first, and out of a saved one."""
    plain = ListState(search=state.search, trash=state.trash) if state.saved not in ("", NONE) else state
    return plain.address(named="", saved=NONE if default_view(present, entity.name) else "")


def _kinds(
    present: Visit, entity: EntitySpec, state: ListState, kind: str, view: ListView
) -> Iterator[KindLink]:
    for name, (endpoint, label, icon) in KINDS.items():
        if endpoint not in current_app.view_functions:
            continue
        found = collection_view(present.catalog, entity, name)
        if found is None or not _shows(found, view):
            continue
        yield KindLink(
            name=name,
            label=present.style._(label),
            icon=icon,
            url=address(endpoint, entity=entity.name) + state.address(open=()),
            current=name == kind,
        )


def _shows(found: ViewSpec, view: ListView) -> bool:
    """A view that stands on one field is of no use to those who may not read it."""
    return all(
        str(found.options[key]) in view.known for key in ("group_by", "start") if found.options.get(key)
    )


def _chips(present: Visit, entity: EntitySpec, state: ListState, view: ListView) -> Iterator[ChipView]:
    for chip, spec in shown_chips(state.chips, view, entity):
        yield ChipView(
            label=spec.label,
            operator=chip.operator,
            value=_chip_text(present, entity, chip),
            url=state.without(chip),
        )


def _chip_text(present: Visit, entity: EntitySpec, chip: Chip) -> str:
    """Return the value of a chip in the reader's words."""
    spec = entity.fields[chip.field]
    if chip.operator == "in":
        return dict(natural_dates.choices(present.style)).get(chip.value, chip.value)
    if spec.type in ("choice", "multi_choice"):
        return next((present.style.label(c.label) for c in spec.choices if c.name == chip.value), chip.value)
    if (
        spec.type == "reference"
        and chip.value.isascii()
        and chip.value.isdigit()
        and len(chip.value) < LONGEST_ID
    ):
        number, target = int(chip.value), str(spec.option("to"))
        if present.site.get(Access).may(present.actor, target, "read", present.catalog):
            searching = present.site.get(Searching)
            found = searching.titles(present.actor, target, [number], catalog=present.catalog)
            return found.get(number) or f"#{chip.value}"
    if spec.type == "percent":
        return _percent_text(present, chip.value)
    return chip.value


def _percent_text(present: Visit, typed: str) -> str:
    """Return a number of percent with its sign, however it was typed; what cannot be read stands as it is."""
    try:
        return present.style.percent(present.style.parse_percent(typed))
    except Unreadable:
        return typed
