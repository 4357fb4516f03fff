"""The columns of a kanban: choices, yes and no, or the records of another entity in their own order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import cycle
from typing import Any

from core.expressions import unparse
from core.expressions.nodes import Binary, Call, Flag, Node, Number, Path, Text
from core.kernel.site import Site
from core.kernel.values import Ref
from core.metadata.layers import texts
from core.metadata.specs import EntitySpec
from core.records.query import Query
from core.records.reading import Reading
from core.views import KanbanView
from core.web.chips import LONGEST_ID, Chip
from core.web.list_query import ListState
from core.web.visit import Visit

EMPTY = "none"
"""Key of the column of records without a value."""

ALL_COLUMNS = 30
"""Of more records than these only those are columns that have cards."""

MOST_PLACES = 30
ORDERS = ("position", "sequence", "order", "rank")
"""Fields of whole numbers by which records that are columns are sorted, where their list says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column: what it is called, its colour, and what its records satisfy.

    ``takes`` tells whether a card may come here, ``starts`` whether a new one may begin here.
    """

    key: str
    label: str
    where: str
    hue: str = "gray"
    folds: bool = False
    takes: bool = True
    starts: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One of several boards, such as those of each record that the columns belong to."""

    label: str
    url: str
    current: bool


STEPS = ("gray", "blue", "amber", "violet", "teal", "pink", "orange")
"""Colours of columns that mean the same, in their order, so that they can be told apart."""


class Columns:
    """Finds the columns of one board."""

    def __init__(
        self, site: Site, present: Visit, entity: EntitySpec, view: KanbanView, state: ListState
    ) -> None:
        self._reading = site.get(Reading)
        self._present = present
        self._entity = entity
        self._view = view
        self._state = state

    def all(self, figures: Mapping[str, Mapping[str, Any]]) -> list[Column]:
        """Return the columns in order; ``figures`` tells which have records, so that none is left out."""
        made = {column.key: column for column in self._made(figures)}
        for key, group in figures.items():
            if key not in made and key != EMPTY:
                made[key] = self._lost(key, group[self._view.group.name])
        if EMPTY in figures:
            made[EMPTY] = self.empty
        return list(made.values())

    def find(self, key: str) -> Column | None:
        """Return the column of a key as it stands in an address; None where no card could come there."""
        group = self._view.group
        if key == EMPTY:
            return self.empty
        if group.type != "reference":
            return next((column for column in self._made({}) if column.key == key), None)
        if not (key.isascii() and key.isdigit() and len(key) < LONGEST_ID):
            return None
        # Which records stand for which state is checked by the write itself.
        return replace(self._column(key, f"#{key}", Number(int(key))), starts=True)

    def named(self, key: str) -> Column | None:
        """Return the column of a key with its title, for a page that tells where something is made."""
        column = self.find(key)
        if column is None or self._view.group.type != "reference" or key == EMPTY:
            return column
        where = unparse(Binary("==", Path(("id",)), Number(int(key))))
        title = next((item.get(self._target.title) for item in self._titles(self._target, (), where, 1)), "")
        return replace(column, label=str(title or column.label))

    @property
    def empty(self) -> Column:
        """The column of records without a value."""
        label = self._present.style.label(self._view.group.label)
        where = unparse(Call("is_empty", (self._path,)))
        text = self._present.style._("Without {field}", field=label)
        free = not self._view.group.required and self._view.workflow is None
        return Column(key=EMPTY, label=text, where=where, takes=free, starts=free)

    def value(self, key: str) -> str | int | bool | None:
        """Return the value, as the API writes it, that records of a column have."""
        group = self._view.group
        if key == EMPTY:
            return None
        if group.type == "boolean":
            return key == "yes"
        return int(key) if group.type == "reference" else key

    def _made(self, figures: Mapping[str, Mapping[str, Any]]) -> Iterator[Column]:
        style, group = self._present.style, self._view.group
        if group.type == "boolean":
            yield self._column("no", style._("No"), Flag(False))
            yield self._column("yes", style._("Yes"), Flag(True), hue="green")
        elif group.type == "choice":
            for choice in group.choices:
                hue = self._state_hue(choice.name) or choice.hue
                yield self._column(choice.name, style.label(choice.label), Text(choice.name), hue=hue)
        else:
            yield from self._records(figures)

    def _column(self, key: str, label: str, value: Node, hue: str = "gray", kind: str = "") -> Column:
        where = unparse(Binary("==", self._path, value))
        flow, state = self._view.workflow, kind or key
        return Column(
            key=key,
            label=label,
            where=where,
            hue=hue,
            folds=state in self._view.fold,
            starts=flow is None or state in flow.initial,
        )

    def _state_hue(self, state: str) -> str:
        """Return the colour that the workflow gives a state, if any."""
        looks = self._view.workflow.states.get(state) if self._view.workflow else None
        return looks.hue if looks else ""

    @property
    def _path(self) -> Node:
        return Path((self._view.group.name,))

    def _lost(self, key: str, value: object) -> Column:
        """Return the column of a value that is not among the columns: a choice or a record that went away."""
        if isinstance(value, Ref):
            return replace(
                self._column(key, value.title or f"#{key}", Number(value.id)), takes=False, starts=False
            )
        return replace(self._column(key, key, Text(key)), takes=False, starts=False)

    # Records as columns

    def _records(self, figures: Mapping[str, Mapping[str, Any]]) -> Iterator[Column]:
        if not self._reading.may_read(self._present.actor, self._target.name, self._present.catalog):
            return
        hue_by = self._target.fields.get(self._view.hue_by) if self._view.hue_by in self._known else None
        hues = {choice.name: choice.hue for choice in hue_by.choices} if hue_by else {}
        found = self._found()
        kinds, steps = Counter(str(item.get(self._view.hue_by) or "") for item in found), cycle(STEPS)
        for item in found:
            key, kind = str(item["id"]), str(item.get(self._view.hue_by) or "")
            if len(found) <= ALL_COLUMNS or key in figures:
                label = str(item.get(self._target.title) or f"#{key}")
                hue = self._state_hue(kind) or hues.get(kind, "gray")
                if kinds[kind] > 1:
                    hue = next(steps)
                yield self._column(key, label, Number(int(key)), hue=hue, kind=kind)

    def _found(self) -> list[dict[str, object]]:
        """Return the records that are columns, in their order."""
        among, place = self._view.among, self.place
        where = unparse(Binary("==", Path((among.there,)), Number(place))) if among and place else ""
        return self._titles(self._target, (self._view.hue_by,), where, ALL_COLUMNS + 1)

    def _titles(
        self, target: EntitySpec, more: Iterable[str], where: str, limit: int
    ) -> list[dict[str, object]]:
        known = self._readable(target)
        fields = tuple(n for n in ("id", target.title, *more) if n in known)
        sort = tuple(n for n in self._sort(target) if n.removeprefix("-") in known)
        query = Query(fields=fields, filter=where, sort=sort, limit=limit)
        page = self._reading.find(self._present.actor, target.name, query, catalog=self._present.catalog)
        return page.items

    def _sort(self, target: EntitySpec) -> tuple[str, ...]:
        """Return how records stand as columns: as the workflow says, as in their own list, by order or by title."""
        if target is self._target and self._view.order:
            return (self._view.order,)
        view = self._present.catalog.view(target.name, "list")
        written = texts(view.options.get("sort")) if view is not None else ()
        ordered = tuple(n for n in ORDERS if target.has(n) and target.fields[n].type == "integer")
        return written or ordered[:1] or ((target.title,) if target.has(target.title) else ())

    def _readable(self, target: EntitySpec) -> frozenset[str]:
        eyes = self._reading.eyes(self._present.actor, self._present.catalog)
        return frozenset(eyes.fields(target.name).readable)

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._readable(self._target)

    @cached_property
    def _target(self) -> EntitySpec:
        return self._present.catalog.entity(str(self._view.group.option("to")))

    # Which of several boards

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The boards one may change to: one for each record that columns can belong to; none where there is one."""
        among = self._view.among
        if among is None or len(self._choosable) < 2:
            return ()
        others = tuple(c for c in self._state.chips if c.field != among.here)
        return tuple(
            Place(
                label=str(item.get(self._whole.title) or f"#{item['id']}"),
                url=self._state.address(
                    chips=(*others, Chip(field=among.here, operator="is", value=str(item["id"]))), open=()
                ),
                current=item["id"] == self.place,
            )
            for item in self._choosable
        )

    @property
    def narrowed(self) -> ListState:
        """The state of this board: with the chosen one of several boards, also where the address names none."""
        among, place = self._view.among, self.place
        if among is None or not place or self._named(among.here):
            return self._state
        chip = Chip(field=among.here, operator="is", value=str(place))
        return replace(self._state, chips=(*self._state.chips, chip))

    @cached_property
    def place(self) -> int:
        """The id of the chosen board: named in the address, else the first; 0 where there is none to choose."""
        among = self._view.among
        if among is None:
            return 0
        named = self._named(among.here)
        if named:
            return int(named)
        return int(str(self._choosable[0]["id"])) if self._choosable else 0

    def _named(self, name: str) -> str:
        chips = [c.value for c in self._state.chips if c.field == name and c.operator == "is"]
        return next((v for v in chips if v.isascii() and v.isdigit() and len(v) < LONGEST_ID), "")

    @cached_property
    def _choosable(self) -> list[dict[str, object]]:
        among = self._view.among
        field = self._entity.fields[among.here] if among else None
        if field is None or field.type != "reference":
            return []
        if not self._reading.may_read(self._present.actor, self._whole.name, self._present.catalog):
            return []
        return self._titles(self._whole, (), "", MOST_PLACES)

    @cached_property
    def _whole(self) -> EntitySpec:
        """The entity whose records the columns belong to."""
        assert self._view.among is not None  # asked for only where there are several boards
        return self._present.catalog.entity(str(self._entity.fields[self._view.among.here].option("to")))
