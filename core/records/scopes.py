"""`Scope`: a record in SQL as expressions ask for it, with the system's eyes or with a reader's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access import Access, FieldRights, step_target
from core.access.parts import target_step
from core.access.shares import RECORD, SHARE, SHARES
from core.expressions import Checked
from core.expressions.sql import to_sql
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.sources import Sources, Sql, Table
from core.storage.tables import Tables

NO_ID: Sql = sa.cast(sa.null(), sa.BigInteger)
"""What a reference holds that may point to nothing yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Eyes:
    """Who looks: the catalog, the tables, and whose rights decide what is seen.

    Of the actor only what `core.access.key_of` tells apart may shape a statement; who it is in person comes with
    the parameters. ``many`` says that records are looked for; otherwise one is known by its id.
    """

    catalog: Catalog
    tables: Tables
    types: FieldTypes
    access: Access
    actor: Actor
    many: bool = True

    def fields(self, entity: str) -> FieldRights:
        """Return which fields of an entity the reader sees."""
        return self.access.fields(self.actor, entity, self.catalog)

    def roles(self) -> frozenset[str]:
        """Return the reader's roles, with those that they imply."""
        return self.access.rights(self.actor, self.catalog).roles

    def visible(self, entity: str, action: str = "read") -> Checked | bool:
        """Return which records of an entity the reader sees, or may do something else to."""
        return self.access.condition(self.actor, entity, action, self.catalog)


class Scope:
    """One record: the columns of its table, those of records it points to, the records of its lists.

    ``masked`` scopes see what the reader sees: a field is empty where its mask does not hold, a record out of
    sight has only empty fields. Conditions of grants are read by scopes that are not masked. At the top of a
    statement a reference is a LEFT JOIN; below, where the FROM is already written, a scalar subquery.
    """

    def __init__(
        self,
        eyes: Eyes,
        entity: EntitySpec,
        table: Table,
        *,
        masked: bool,
        sources: Sources | None = None,
        visible: Checked | bool = True,
        wrap: Callable[[Sql], Sql] | None = None,
    ) -> None:
        self.eyes = eyes
        self.entity = entity
        self.table = table
        self.masked = masked
        self._sources = sources
        self._visible = visible
        self._wrap = wrap

    def column(self, name: str) -> Sql:
        """Return the column of a field; of a reference to any of several, whichever id is set."""
        field = self.entity.fields.get(name)
        if field is not None and field.type == "reference_any":
            columns = [self.table.c[target_step(name, str(t))] for t in _targets(field.option("to"))]
            found = sa.func.coalesce(*columns) if len(columns) > 1 else columns[0] if columns else NO_ID
            return self._shown(name, found)
        return self._shown(name, self.table.c[name])

    def currency(self, name: str) -> Sql:
        """Return the currency of a money field."""
        return self._shown(name, self.table.c[f"{name}_currency"])

    def key(self, name: str) -> Sql:
        """Return the folded search key of a text field."""
        return self._shown(name, self.table.c[f"{name}_key"])

    def target(self, name: str, entity: str) -> Sql:
        """Return the ids of one target of a reference to any of several entities."""
        return self._shown(name, self.table.c[target_step(name, entity)])

    def cell(self, name: str, column: str) -> Sql:
        """Return any column of a field."""
        return self._shown(name, self.table.c[column])

    def mask(self, name: str) -> Sql | None:
        """Return the condition under which the field shows, None where it always does."""
        if not self.masked:
            return None
        conditions = [
            c
            for c in (
                self._visible,
                self.eyes.fields(self.entity.name).readable.get(self._field(name), False),
            )
            if c is not True
        ]
        if not conditions:
            return None
        own = self.unmasked()
        return sa.and_(*[sa.false() if c is False else to_sql(c, own, guarded=False) for c in conditions])

    def unmasked(self) -> Scope:
        """Return the record with the system's eyes and not wrapped: what conditions of grants are read in."""
        return Scope(self.eyes, self.entity, self.table, masked=False, sources=self._sources)

    def _field(self, name: str) -> str:
        return name if name in self.entity.fields else name.partition("__")[0]

    def _shown(self, name: str, column: Sql) -> Sql:
        mask = self.mask(name)
        shown = column if mask is None else sa.case((mask, column))
        return shown if self._wrap is None else self._wrap(shown)

    def follow(self, name: str) -> Scope:
        """Return the record that a reference points to."""
        target = step_target(self.eyes.catalog, self.entity.name, name) or str(
            self.entity.fields[name].option("to")
        )
        spec = self.eyes.catalog.entity(target)
        table = self.eyes.tables.of(spec)
        visible = self.eyes.visible(target) if self.masked else True
        if self._sources is not None:
            key = (self.table, name, self.mask(name) is None)
            joined = self._sources.join(key, table, self._link(name))
            return Scope(self.eyes, spec, joined, masked=self.masked, sources=self._sources, visible=visible)
        alias = table.alias()
        tied = sa.and_(alias.c.id == self._link(name), alias.c.deleted_at.is_(None))
        return Scope(
            self.eyes, spec, alias, masked=self.masked, visible=visible, wrap=_Looked(alias, tied, self._wrap)
        )

    def join_even_from_trash(self, name: str, target: EntitySpec) -> None:
        """Let conditions of grants see the record that a reference points to in the trash, too.

        For readers who are known to see that record there. It has to come before all paths over the reference.
        """
        if self._sources is not None:
            key = (self.table, name, True)
            self._sources.join(key, self.eyes.tables.of(target), self.table.c[name], live=False)

    def _link(self, name: str) -> Sql:
        mask = self.mask(name)
        return self.table.c[name] if mask is None else sa.case((mask, self.table.c[name]))

    def holders(self, name: str, item: Sql) -> Sql | None:
        """Return the condition that the links of this record hold ``item``: its id is among those found from there.

        Found once for a statement, the ids come through an index, also where this is one of several alternatives.
        """
        if self.entity.fields[name].type != "links" or self._wrap is not None:
            return None
        pairs = self.eyes.tables.links(self.entity, name).alias()
        alias, conditions, _ = self._seen(str(self.entity.fields[name].option("to")))
        linked = sa.select(pairs.c.source).select_from(pairs.join(alias, alias.c.id == pairs.c.target))
        linked = linked.where(pairs.c.target == item, *conditions).correlate(None)
        mask = self.mask(name)
        held = self.table.c.id == sa.any_(sa.func.array(linked.scalar_subquery()))
        return held if mask is None else sa.and_(held, mask)

    def items(self, name: str) -> tuple[Table, Sql, Scope]:
        """Return the records of a list or of links: what to select from, what ties them to this one, their scope."""
        if name == SHARES:
            alias, conditions, scope = self._seen(SHARE)
            return alias, sa.and_(self._shared(alias) == self.column("id"), *conditions), scope
        field = self.entity.fields[name]
        links = field.type == "links"
        alias, conditions, scope = self._seen(str(field.option("to" if links else "of")))
        own_id = self._shown("id", self.table.c.id)
        mask = self.mask(name)
        shown = [] if mask is None else [mask if self._wrap is None else self._wrap(mask)]
        return alias, sa.and_(self._tie(alias, name, own_id), *shown, *conditions), scope

    def gathered(self, name: str) -> tuple[Table, Sql, list[Sql], Scope] | None:
        """Return a list as what is found once for all records: where from, which column names them, conditions, scope."""
        if name != SHARES or not self.eyes.many or self.masked:
            return None
        alias, conditions, scope = self._seen(SHARE)
        key = self._shared(alias)
        return alias, key, [key.is_not(None), *conditions], scope

    def _shared(self, alias: Table) -> Sql:
        return alias.c[target_step(RECORD, self.entity.name)]

    def _seen(self, entity: str) -> tuple[Table, list[Sql], Scope]:
        """Return the table of an entity, which of its records are seen in here, and their scope."""
        spec = self.eyes.catalog.entity(entity)
        alias = self.eyes.tables.of(spec).alias()
        scope = Scope(self.eyes, spec, alias, masked=self.masked)
        conditions: list[Sql] = [alias.c.deleted_at.is_(None)]
        visible = self.eyes.visible(spec.name) if self.masked else True
        if visible is not True:
            conditions.append(
                sa.false() if visible is False else to_sql(visible, scope.unmasked(), guarded=False)
            )
        return alias, conditions, scope

    def _tie(self, alias: Table, name: str, own_id: Sql) -> Sql:
        field = self.entity.fields[name]
        if field.type == "links":
            pairs = self.eyes.tables.links(self.entity, name).alias()
            inside = sa.select(pairs.c.target).where(pairs.c.source == own_id)
            return alias.c.id.in_(inside.correlate_except(pairs))
        by = str(field.option("by"))
        other = self.eyes.catalog.entity(str(field.option("of")))
        column = target_step(by, self.entity.name) if other.fields[by].type == "reference_any" else by
        return alias.c[column] == own_id


class _Looked:
    """Wraps a column of a followed record into the subquery that looks it up."""

    def __init__(self, alias: Table, tied: Sql, outer: Callable[[Sql], Sql] | None) -> None:
        self._alias = alias
        self._tied = tied
        self._outer = outer

    def __call__(self, column: Sql) -> Sql:
        found: Any = sa.select(column).where(self._tied).correlate_except(self._alias).scalar_subquery()
        return found if self._outer is None else self._outer(found)


def _targets(to: object) -> tuple[object, ...]:
    return tuple(to) if isinstance(to, (list, tuple)) else (to,)
