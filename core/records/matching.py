"""`Matching`: finds records by values that tell them apart; what duplicate checks and references by title ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from core.access import Access
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.conditions import Conditions
from core.storage import Tables, UnitOfWork

Values = dict[str, object]


class Matching:
    """Looks records up by many values at once, with the reader's rights: what they may not see does not match."""

    def __init__(self, *, tables: Tables, types: FieldTypes, access: Access, conditions: Conditions) -> None:
        self._tables = tables
        self._types = types
        self._access = access
        self._conditions = conditions

    def askable(self, actor: Actor, entity: str, names: Collection[str], catalog: Catalog) -> tuple[str, ...]:
        """Return those of the fields by which this actor may look records up: readable on every visible record."""
        spec = catalog.entity(entity)
        if not self._access.may(actor, entity, "read", catalog):
            return ()
        readable = self._access.fields(actor, entity, catalog).readable
        return tuple(
            name
            for name in spec.fields
            if name in names and readable.get(name) is True and self._column(spec, name) is not None
        )

    def find(
        self,
        actor: Actor,
        entity: str,
        wanted: Mapping[str, Collection[object]],
        fields: Sequence[str],
        *,
        uow: UnitOfWork,
    ) -> list[Values]:
        """Return id and ``fields`` of the visible records that have one of the wanted values, in any spelling.

        One statement for each field that is asked for; ``fields`` must be askable, too.
        """
        spec = uow.catalog.entity(entity)
        found: dict[int, Values] = {}
        asked = self.askable(actor, entity, (*wanted, *fields), uow.catalog)
        shown = [name for name in fields if name in asked]
        for name, values in wanted.items():
            if values and name in asked:
                for record in self._select(actor, spec, name, values, shown, uow):
                    found[int(str(record["id"]))] = record
        return [found[number] for number in sorted(found)]

    def alive(self, entity: str, ids: Collection[int], *, uow: UnitOfWork) -> set[int]:
        """Return which of these records are there and not in the trash, whoever may see them; it tells nothing else."""
        if not ids:
            return set()
        table = self._tables.of(uow.catalog.entity(entity))
        found = sa.select(table.c.id).where(
            table.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger))),
            table.c.deleted_at.is_(None),
        )
        return set(uow.execute(found, {"ids": list(ids)}).scalars())

    def _select(
        self,
        actor: Actor,
        spec: EntitySpec,
        name: str,
        values: Collection[object],
        fields: Sequence[str],
        uow: UnitOfWork,
    ) -> list[Values]:
        table = self._tables.of(spec)
        column = table.c[str(self._column(spec, name))]
        cells = sorted(
            {cell for cell in (self._cell(spec, name, value) for value in values) if cell is not None},
            key=str,
        )
        columns = {n: [c.name for c in self._types.columns(spec.fields[n])] or [n] for n in fields}
        needed = dict.fromkeys(c for group in columns.values() for c in group)
        rule = self._access.condition(actor, spec.name, "read", uow.catalog)
        rows = uow.execute(
            sa.select(table.c.id, *(table.c[c] for c in needed if c != "id")).where(
                column == sa.any_(sa.bindparam("cells", cells, type_=sa.ARRAY(column.type))),
                table.c.deleted_at.is_(None),
                self._conditions.where(uow.catalog, spec, table, rule),
            ),
            {**self._conditions.environment(uow), "cells": cells},
        ).mappings()
        return [
            {"id": row["id"], **{n: self._value(spec.fields[n], columns[n], row) for n in fields}}
            for row in rows
        ]

    def _value(self, spec: FieldSpec, columns: Sequence[str], row: sa.RowMapping) -> object:
        if spec.system:
            return row[spec.name]
        return self._types.get(spec.type).from_columns(spec, {name: row[name] for name in columns})

    def _column(self, spec: EntitySpec, name: str) -> str | None:
        """Return the one column in which equal values are equal cells; the folded key where there is one."""
        field = spec.fields[name]
        if field.system:
            return name
        names = [column.name for column in self._types.columns(field)]
        if f"{name}_key" in names:
            return f"{name}_key"
        return names[0] if len(names) == 1 else None

    def _cell(self, spec: EntitySpec, name: str, value: object) -> object:
        field = spec.fields[name]
        if field.system:
            return value
        cells = self._types.get(field.type).to_columns(field, value)
        return cells[str(self._column(spec, name))]
