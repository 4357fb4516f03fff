"""A small world for the two readings: entities, tables, views in memory and a scope in SQL over the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from core.expressions import Env, ExpressionFunction, Type
from core.i18n.folding import fold
from core.kernel.values import AnyRef, Money, Ref

COLOURS = ("red", "green", "blue", "سبز")
SIZES = ("s", "m", "l")


def _type(kind: str, **more: Any) -> Type:
    return Type(kind, **more)


SCHEMA: Mapping[str, Mapping[str, Type]] = {
    "w.thing": {
        "id": _type("number"),
        "n": _type("number"),
        "n2": _type("number"),
        "d": _type("number"),
        "d2": _type("number"),
        "m": _type("money"),
        "m2": _type("money"),
        "t": _type("text", folded=True),
        "t2": _type("text", folded=False),
        "b": _type("boolean"),
        "b2": _type("boolean"),
        "day": _type("date"),
        "day2": _type("date"),
        "at": _type("datetime"),
        "at2": _type("datetime"),
        "c": _type("choice", choices=COLOURS),
        "c2": _type("choice", choices=SIZES),
        "mc": _type("multi_choice", choices=COLOURS),
        "group": _type("reference", entity="w.group"),
        "other": _type("reference", entity="w.group"),
        "owner": _type("reference_any", entities=("w.group", "w.line")),
        "paper": _type("file"),
        "lines": _type("list", entity="w.line"),
        "tags": _type("list", entity="w.group"),
    },
    "w.group": {
        "id": _type("number"),
        "n": _type("number"),
        "m": _type("money"),
        "t": _type("text", folded=True),
        "b": _type("boolean"),
        "day": _type("date"),
        "at": _type("datetime"),
        "c": _type("choice", choices=COLOURS),
        "parent": _type("reference", entity="w.group"),
        "things": _type("list", entity="w.thing"),
    },
    "w.line": {
        "id": _type("number"),
        "n": _type("number"),
        "d": _type("number"),
        "m": _type("money"),
        "t": _type("text", folded=True),
        "b": _type("boolean"),
        "day": _type("date"),
        "at": _type("datetime"),
        "c": _type("choice", choices=COLOURS),
        "mc": _type("multi_choice", choices=COLOURS),
        "thing": _type("reference", entity="w.thing"),
        "group": _type("reference", entity="w.group"),
    },
}
BY = {("w.thing", "lines"): "thing", ("w.group", "things"): "group"}
"""Which reference of the other entity makes a list; ``tags`` are links."""


class WorldSchema:
    """The `Schema` of this world."""

    def type_of(self, entity: str, name: str) -> Type | None:
        return SCHEMA[entity].get(name)

    def names(self, entity: str) -> Iterable[str]:
        return SCHEMA[entity]

    functions: Mapping[str, ExpressionFunction] = {}


_COLUMNS: Mapping[str, Callable[[str], list[sa.Column[Any]]]] = {
    "number": lambda n: [sa.Column(n, sa.Numeric(18, 6) if n.startswith("d") else sa.BigInteger)],
    "money": lambda n: [sa.Column(n, sa.Numeric(20, 4)), sa.Column(f"{n}_currency", sa.CHAR(3))],
    "text": lambda n: [sa.Column(n, sa.Text), sa.Column(f"{n}_key", sa.Text)],
    "boolean": lambda n: [sa.Column(n, sa.Boolean)],
    "date": lambda n: [sa.Column(n, sa.Date)],
    "datetime": lambda n: [sa.Column(n, sa.TIMESTAMP(timezone=True))],
    "choice": lambda n: [sa.Column(n, sa.Text)],
    "multi_choice": lambda n: [sa.Column(n, sa.ARRAY(sa.Text))],
    "reference": lambda n: [sa.Column(n, sa.BigInteger)],
    "reference_any": lambda n: [
        sa.Column(f"{n}__w_group", sa.BigInteger),
        sa.Column(f"{n}__w_line", sa.BigInteger),
    ],
    "file": lambda n: [sa.Column(n, sa.BigInteger)],
    "list": lambda n: [],
}
METADATA = sa.MetaData()
TABLES = {
    entity: sa.Table(
        entity.replace(".", "_"),
        METADATA,
        *(column for name, type_ in fields.items() for column in _COLUMNS[type_.kind](name)),
    )
    for entity, fields in SCHEMA.items()
}
LINKS = sa.Table(
    "w_thing__tags", METADATA, sa.Column("source", sa.BigInteger), sa.Column("target", sa.BigInteger)
)

Row = dict[str, Any]


@dataclass
class World:
    """Rows by entity and id, and the links of things to groups."""

    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {entity: {} for entity in SCHEMA})
    links: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def view(self, entity: str, id_: int) -> WorldView:
        return WorldView(self, entity, self.rows[entity][id_])

    def fill(self, connection: sa.Connection) -> None:
        """Write all rows into fresh tables."""
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
        for entity, rows in self.rows.items():
            if rows:
                connection.execute(TABLES[entity].insert(), [_cells(entity, row) for row in rows.values()])
        pairs = [{"source": s, "target": t} for s, targets in self.links.items() for t in targets]
        if pairs:
            connection.execute(LINKS.insert(), pairs)


def _cells(entity: str, row: Row) -> Row:
    cells: Row = {}
    for name, type_ in SCHEMA[entity].items():
        value = row.get(name)
        match type_.kind:
            case "money":
                cells[name] = value.amount if value else None
                cells[f"{name}_currency"] = value.currency if value else None
            case "text":
                cells[name], cells[f"{name}_key"] = value, fold(value) if value else None
            case "reference":
                cells[name] = value.id if value else None
            case "reference_any":
                for target in type_.entities:
                    cells[f"{name}__{target.replace('.', '_')}"] = (
                        value.id if value and value.entity == target else None
                    )
            case "multi_choice":
                cells[name] = list(value) if value is not None else None
            case "list":
                pass
            case _:
                cells[name] = value
    return cells


class WorldView:
    """One row as a `View`."""

    def __init__(self, world: World, entity: str, row: Row) -> None:
        self.world, self.entity, self.row = world, entity, row

    def value(self, name: str) -> Any:
        return self.row.get(name)

    def follow(self, name: str) -> WorldView | None:
        ref = self.row.get(name)
        target = SCHEMA[self.entity][name].entity or ""
        return (
            self.world.view(target, ref.id)
            if isinstance(ref, Ref) and ref.id in self.world.rows[target]
            else None
        )

    def items(self, name: str) -> list[WorldView]:
        target = SCHEMA[self.entity][name].entity or ""
        if name == "tags":
            return [self.world.view(target, id_) for id_ in self.world.links.get(self.row["id"], ())]
        by = BY[self.entity, name]
        return [
            WorldView(self.world, target, row)
            for row in self.world.rows[target].values()
            if row.get(by) is not None and row[by].id == self.row["id"]
        ]


class WorldScope:
    """One row as an `SqlScope`; references are scalar subqueries."""

    def __init__(
        self, entity: str, table: sa.FromClause, wrap: Callable[[Any], Any] = lambda column: column
    ) -> None:
        self.entity, self.table, self._wrap = entity, table, wrap

    def column(self, name: str) -> Any:
        if SCHEMA[self.entity][name].kind == "reference_any":
            targets = SCHEMA[self.entity][name].entities
            return self._wrap(
                sa.func.coalesce(*(self.table.c[f"{name}__{t.replace('.', '_')}"] for t in targets))
            )
        return self._wrap(self.table.c[name])

    def currency(self, name: str) -> Any:
        return self._wrap(self.table.c[f"{name}_currency"])

    def key(self, name: str) -> Any:
        return self._wrap(self.table.c[f"{name}_key"])

    def target(self, name: str, entity: str) -> Any:
        return self._wrap(self.table.c[f"{name}__{entity.replace('.', '_')}"])

    def follow(self, name: str) -> WorldScope:
        target = SCHEMA[self.entity][name].entity or ""
        alias, link, outer = TABLES[target].alias(), self.table.c[name], self._wrap

        def wrap(column: Any) -> Any:
            return outer(
                sa.select(column).where(alias.c.id == link).correlate_except(alias).scalar_subquery()
            )

        return WorldScope(target, alias, wrap)

    def gathered(self, name: str) -> Any:
        return None

    def holders(self, name: str, item: Any) -> Any:
        return None

    def items(self, name: str) -> tuple[Any, Any, WorldScope]:
        target = SCHEMA[self.entity][name].entity or ""
        alias, own = TABLES[target].alias(), self.column("id")
        if name == "tags":
            pairs = LINKS.alias()
            tied = alias.c.id.in_(
                sa.select(pairs.c.target).where(pairs.c.source == own).correlate_except(pairs)
            )
        else:
            tied = alias.c[BY[self.entity, name]] == own
        return alias, tied, WorldScope(target, alias)


ENV = Env(
    user=3,
    team=2,
    teams=(2, 5),
    teams_below=(2, 5, 7),
    now=datetime(2026, 3, 21, 8, 30, tzinfo=UTC),
    today=date(2026, 3, 21),
)

__all__ = [
    "COLOURS",
    "ENV",
    "LINKS",
    "SCHEMA",
    "SIZES",
    "TABLES",
    "AnyRef",
    "Money",
    "Ref",
    "World",
    "WorldSchema",
    "WorldScope",
    "WorldView",
]
