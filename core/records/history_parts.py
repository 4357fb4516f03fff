"""The page of a history: the entries of the record and those of its parts, in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from core.access.parts import Part, part_of
from core.metadata.specs import EntitySpec
from core.records.children import list_shown
from core.records.columns import title_of
from core.records.compiled import Compiler, Statement
from core.records.listing import opened, visible
from core.records.scopes import Eyes, Scope
from core.records.sources import Sql, Table
from core.storage import kernel_tables

TOLD = ("id", "at", "actor", "actor_name", "channel", "reason", "action", "changes")
TEXTS = ARRAY(sa.Text)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPage:
    """A compiled page: rows are `TOLD`, then of a part its place in ``parts``, id, title, list, fields, arrival."""

    statement: Statement
    parts: tuple[str, ...]


def build_history_page(
    eyes: Eyes, entity: EntitySpec, compiler: Compiler, without: frozenset[str] = frozenset()
) -> HistoryPage:
    """Compile the page of an entity's histories for a reader, newest entries first.

    Of the record and of each part no more is read than a page holds, by the index of records. The parts of all
    kinds (but those of the entities ``without``) come together before their entries are looked for: every search goes through all months of the history.
    """
    seen = _seen(eyes, entity)
    parts = [
        found
        for found in _parts(eyes, entity)
        if found[0].name not in without and eyes.visible(found[0].name) is not False
    ]
    own = _own(entity)
    if not parts:
        return HistoryPage(statement=compiler.compile(own.where(*seen)), parts=())
    lines = sa.union_all(*(_lines(eyes, entity, *found, place) for place, found in enumerate(parts)))
    both = (sa.select(one.subquery()) for one in (own, _of_parts(lines)))
    union = sa.union_all(*both).subquery("entry")
    page = sa.select(*union.c).where(*seen).order_by(union.c.id.desc()).limit(_limit())
    return HistoryPage(statement=compiler.compile(page), parts=tuple(spec.name for spec, _ in parts))


def _seen(eyes: Eyes, entity: EntitySpec) -> list[Sql]:
    """Return the condition that the reader sees the record."""
    scope, sources = opened(eyes, entity)
    conditions = [scope.table.c.id == _record(), *visible(eyes, scope)]
    there = sa.select(scope.table.c.id).select_from(sources.clause).where(*conditions)
    return [there.exists()]


def _parts(eyes: Eyes, whole: EntitySpec) -> Iterator[tuple[EntitySpec, Part]]:
    for spec in eyes.catalog.entities.values():
        part = part_of(eyes.catalog, spec)
        if part is not None and whole.name in {one.name for one in part.wholes}:
            yield spec, part


def _own(entity: EntitySpec) -> sa.Select[Any]:
    table = kernel_tables.history
    shown = sa.bindparam("shown", type_=TEXTS)
    return (
        sa.select(
            *(table.c[name] for name in TOLD),
            sa.cast(sa.null(), sa.Integer).label("place"),
            sa.cast(sa.null(), sa.BigInteger).label("part"),
            sa.cast(sa.null(), sa.Text).label("title"),
            sa.cast(sa.null(), sa.Text).label("list"),
            sa.cast(sa.null(), TEXTS).label("shown"),
            sa.false().label("arrived"),
        )
        .where(
            table.c.entity == sa.literal(entity.name, sa.Text),
            table.c.record_id == _record(),
            table.c.id < _before(),
            _tells(table.c, shown),
            sa.or_(sa.bindparam("views", type_=sa.Boolean), _no_view(table.c.action)),
        )
        .order_by(table.c.id.desc())
        .limit(_limit())
    )


def _of_parts(lines: sa.CompoundSelect[Any]) -> sa.Select[Any]:
    """Select the newest entries of the parts of all kinds."""
    line = lines.subquery("line")
    told = _since_arrival(line)
    return (
        sa.select(
            *(told.c[name] for name in TOLD),
            line.c.place,
            line.c.id.label("part"),
            line.c.title,
            line.c.list,
            line.c.shown,
            told.c.arrived,
        )
        .select_from(line.join(told, sa.true()))
        .order_by(told.c.id.desc())
        .limit(_limit())
    )


def _lines(eyes: Eyes, whole: EntitySpec, spec: EntitySpec, part: Part, place: int) -> sa.Select[Any]:
    """Select the parts of one kind that the reader sees, in the trash or not, with what decides on their entries."""
    scope, sources = opened(eyes, spec)
    step = part.step(whole)
    scope.join_even_from_trash(step, whole)  # that the reader sees the whole is known already
    listing, shown_as_list = _list_of(eyes, whole, spec, part, scope)
    cells = (
        sa.literal(place, sa.Integer).label("place"),
        sa.literal(spec.name, sa.Text).label("entity"),
        sa.literal(part.by, sa.Text).label("by"),
        scope.table.c.id.label("id"),
        _title(spec, part, scope).label("title"),
        listing.label("list"),
        _shown(eyes, spec, part, scope).label("shown"),
    )
    conditions = [scope.table.c[step] == _record(), *visible(eyes, scope), *shown_as_list]
    return sa.select(*cells).select_from(sources.clause).where(*conditions)


def _list_of(
    eyes: Eyes, whole: EntitySpec, spec: EntitySpec, part: Part, scope: Scope
) -> tuple[Sql, Sequence[Sql]]:
    """Return the list of the whole that shows the parts to the reader, and the condition that there is one.

    Where the whole has no such list, the reader has to see in the parts themselves what they belong to.
    """
    lists = [field.name for field in whole.fields.values() if part.shows(field, spec)]
    readable = eyes.fields(whole.name).readable
    nothing = sa.cast(sa.null(), sa.Text)
    if not lists:
        mask = scope.mask(part.by)
        return nothing, [] if mask is None else [mask]
    always = [name for name in lists if readable.get(name) is True]
    masked = [name for name in lists if name in readable and readable[name] is not True]
    shows = {name: sa.and_(*list_shown(eyes, whole, name, _record())) for name in masked}
    last = sa.literal(always[0], sa.Text) if always else nothing
    if not shows:
        return last, [] if always else [sa.false()]
    first = sa.case(*((mask, sa.literal(name, sa.Text)) for name, mask in shows.items()), else_=last)
    return first, [] if always else [sa.or_(*shows.values())]


def _title(spec: EntitySpec, part: Part, scope: Scope) -> Sql:
    """Return the title of a part; one without a title of its own is called by the record it leads to."""
    leading = (
        f.name for f in spec.fields.values() if f.type == "reference" and f.name != part.by and not f.system
    )
    named = [title_of(scope.follow(name)) for name in islice(leading, 1)]
    return sa.func.coalesce(sa.func.nullif(title_of(scope), ""), *named)


def _shown(eyes: Eyes, spec: EntitySpec, part: Part, scope: Scope) -> Sql:
    """Return the names of the fields that the reader sees of a part; what it belongs to is told by its place."""
    readable = {name: mask for name, mask in eyes.fields(spec.name).readable.items() if name != part.by}
    always = sa.literal([name for name, mask in readable.items() if mask is True], TEXTS)
    masks = {name: scope.mask(name) for name, mask in readable.items() if mask is not True}
    some = [sa.case((mask, sa.literal(name, sa.Text))) for name, mask in masks.items() if mask is not None]
    if not some:
        return always
    known = sa.func.array_remove(array(some), sa.cast(sa.null(), sa.Text), type_=TEXTS)
    return sa.func.array_cat(always, known, type_=TEXTS)


def _since_arrival(line: sa.Subquery) -> Table:
    """Select the entries of one part since it belongs to its present whole; what was before is another's."""
    table = kernel_tables.history
    arrived = sa.and_(table.c.action == "update", table.c.changes.has_key(line.c.by))
    later = sa.func.bool_or(arrived).over(order_by=table.c.id.desc(), rows=(None, -1))
    all_of_it = (
        sa.select(*(table.c[name] for name in TOLD), arrived.label("arrived"), later.label("arrived_later"))
        .where(table.c.entity == line.c.entity, table.c.record_id == line.c.id)
        .correlate(line)
        .lateral("life")
    )
    c = all_of_it.c
    return (
        sa.select(*(c[name] for name in TOLD), c.arrived)
        .where(
            c.id < _before(),
            sa.func.coalesce(c.arrived_later, sa.false()).is_(sa.false()),
            sa.or_(c.arrived, _tells(c, line.c.shown)),
        )
        .correlate(line)
        .order_by(c.id.desc())
        .limit(_limit())
        .lateral("told")
    )


def _tells(columns: Any, shown: Sql) -> Sql:
    """Leave out updates of nothing but hidden fields: a page that is short would tell of them."""
    return sa.or_(columns.action != "update", columns.changes.has_any(shown))


def _no_view(action: sa.ColumnElement[str]) -> Sql:
    """Leave out who has seen what the person sees and what happened to their account: some readers are told only."""
    return sa.and_(*(action != name for name in (*kernel_tables.VIEWING, kernel_tables.OF_ACCOUNT)))


def _record() -> sa.BindParameter[int]:
    return sa.bindparam("record", type_=sa.BigInteger)


def _before() -> sa.BindParameter[int]:
    return sa.bindparam("before", type_=sa.BigInteger)


def _limit() -> sa.BindParameter[int]:
    return sa.bindparam("limit", type_=sa.Integer)
