"""The work of planning: which columns come, go, return or step aside, and which indexes they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from core.errors import Problem
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.storage.identifiers import LONGEST, identifier
from core.storage.physical import ACTIVE, TRASH, IndexSpec, Physical, PhysicalColumn
from core.storage.shapes import FieldNeed, Need, field_needs, index_needs
from core.storage.steps import (
    AddColumn,
    AddReference,
    BuildAside,
    CreateIndex,
    CreateTable,
    DropIndex,
    ForgetBeside,
    KeepBeside,
    OneTarget,
    OneValue,
    Restore,
    SetAside,
    Step,
    Trash,
)

ASIDE = "$"
"""In the name of every column and table that stepped aside, and in no name that a field can have."""

KERNEL_TARGETS = frozenset({"core_file"})
"""Tables of the kernel that fields may point to."""

KERNEL_PREFIXES = ("core_", "procrastinate_", "pg_")


class Planning:
    """The state of one planning."""

    def __init__(self, catalog: Catalog, physical: Physical, changed: frozenset[str] | None) -> None:
        self._catalog = catalog
        self._changed = changed
        self._physical = physical
        self._types = physical.types
        self._recorded = dict(physical.columns)
        self._tables: dict[str, dict[str, PhysicalColumn]] = {}
        for record in physical.columns.values():
            self._tables.setdefault(record.table, {})[record.column] = record
        self._created: dict[str, list[Need]] = {}
        self._links: set[str] = set()
        self._used: set[tuple[str, str]] = set()
        self._owners: dict[str, str] = {}
        self._aside: list[Step] = []
        self._columns: list[Step] = []
        self._late: list[Need] = []
        self._checks: list[Step] = []
        self._keys: list[Step] = []
        self._indexes: list[Step] = []
        self._kept: list[Step] = []
        self._gone: set[str] = set()
        self.problems: list[Problem] = []
        self.write: dict[tuple[str, str], PhysicalColumn] = {}
        self.remove: set[tuple[str, str]] = set()

    def entities(self) -> None:
        """Plan the fields of the entities that differ."""
        for entity in self._catalog.entities.values():
            if self._looked_at(entity.name) and not self._refuse_table(entity):
                for need in field_needs(entity, self._types):
                    self._field(need)

    def _looked_at(self, entity: str) -> bool:
        return self._changed is None or entity in self._changed

    def _refuse_table(self, entity: EntitySpec) -> bool:
        table = entity.table
        owner = next((record.entity for record in self._tables.get(table, {}).values()), entity.name)
        owner = self._owners.setdefault(table, owner)
        if table.startswith(KERNEL_PREFIXES) or owner != entity.name:
            self.problems.append(
                Problem(
                    code="table_taken",
                    message="{entity} cannot be stored: the table {table} belongs to something else.",
                    params={"entity": entity.name, "table": table},
                    place=entity.place,
                )
            )
            return True
        return False

    def _field(self, need: FieldNeed) -> None:
        self._used.update((need.table, column.record.column) for column in need.columns)
        if need.table not in self._tables:
            self._create(need)
            return
        records = {
            name: record
            for name, record in self._tables[need.table].items()
            if record.field == need.field and ASIDE not in name
        }
        active = {name: record for name, record in records.items() if record.state == ACTIVE}
        if active:
            self._change(need, records)
        elif self._same(need, records):
            self._restore(records.values(), need)
        else:
            self._add(need, [r for r in records.values() if r.state == TRASH])

    def _create(self, need: FieldNeed) -> None:
        self._created.setdefault(need.table, []).extend(need.columns)
        if need.links:
            self._links.add(need.table)
        self._record(need.columns)
        if need.one_target:
            self._check(need)

    @staticmethod
    def _same(need: FieldNeed, records: dict[str, PhysicalColumn]) -> bool:
        wanted = {
            column.record.column: (column.record.type, column.record.sql_type) for column in need.columns
        }
        return bool(records) and wanted == {name: (r.type, r.sql_type) for name, r in records.items()}

    def _restore(self, records: Iterable[PhysicalColumn], need: FieldNeed) -> None:
        self._kept += [Restore(table=need.table, column=record.column) for record in records]
        self._record(need.columns)

    def _add(self, need: FieldNeed, trashed: list[PhysicalColumn]) -> None:
        """Add new columns; what the trash holds under their names is another field's and steps aside."""
        if need.links:
            self._aside_table(need.table)
            self._create(need)
            return
        for record in trashed:
            self._aside_column(record)
        for column in need.columns:
            self._add_column(column)
        if need.one_target or len(_targets(trashed)) > 1:
            self._check(need, replaces=len(_targets(trashed)) > 1)

    def _change(self, need: FieldNeed, records: dict[str, PhysicalColumn]) -> None:
        """Change a field in use: columns may come and go, none changes its type."""
        for column in need.columns:
            record = records.get(column.record.column)
            if record is not None and _comes_back(record, column):
                self._restore([record], replace(need, columns=(column,)))
            elif record is None or record.state == TRASH:
                if record is not None:
                    self._aside_column(record)
                self._add_column(column, later=True)
            elif record.sql_type != column.record.sql_type:
                self._refuse_type(record, column)
            elif record != column.record:
                self._record((column,))
        active = [record for record in records.values() if record.state == ACTIVE]
        asleep = [record for record in active if record.owner in self._physical.dormant]
        targets = _targets(active)
        if targets != _targets([*(column.record for column in need.columns), *asleep]) and (
            need.one_target or len(targets) > 1
        ):
            self._check(need, replaces=len(targets) > 1)

    def _refuse_type(self, record: PhysicalColumn, column: Need) -> None:
        self.problems.append(
            Problem(
                code="type_change",
                field=record.field,
                message="{entity}.{field} is stored as {old} and cannot become {new}; remove it first, or add a field of another name.",
                params={
                    "entity": record.entity,
                    "field": record.field,
                    "old": _words(record),
                    "new": _words(column.record),
                },
            )
        )

    def _add_column(self, column: Need, *, later: bool = False) -> None:
        record = column.record
        if not self._exists(column.references):
            self._late.append(column)
            column = replace(column, references=None)
        self._columns.append(AddColumn(table=record.table, need=column))
        self._record((column,))
        if later and record.column == f"{record.field}_key":
            # Text entered before the field became searchable has no key yet.
            keys = IndexSpec(
                name=identifier("k", record.table, record.column),
                table=record.table,
                kind="keys",
                columns=(record.field, record.column),
            )
            self._keys.append(BuildAside(table=record.table, index=keys))

    def _check(self, need: FieldNeed, *, replaces: bool = False) -> None:
        columns = tuple(column.record.column for column in need.columns) if need.one_target else ()
        self._checks.append(OneTarget(table=need.table, field=need.field, replaces=replaces, columns=columns))

    def _aside_column(self, record: PhysicalColumn) -> None:
        key = (record.table, record.column)
        new = next(name for name in set_aside(record.column) if (record.table, name) not in self._recorded)
        held = [
            index
            for index in self._physical.indexes.values()
            if index.table == record.table and record.column in index.names
        ]
        self._aside += [ForgetBeside(table=one.table, index=one) for one in held if one.kind == "beside"]
        indexes = tuple(one.name for one in held if one.kind != "beside")
        self._gone.update(one.name for one in held)
        self._aside.append(
            SetAside(
                table=record.table,
                column=record.column,
                new=new,
                indexes=indexes,
                target=record.sql_type.partition(" REFERENCES ")[2] or None,
            )
        )
        del self._recorded[key]
        self.remove.add(key)
        self._put(replace(record, column=new, state=TRASH))

    def _aside_table(self, table: str) -> None:
        new = next(
            name
            for name in set_aside(table)
            if name not in self._tables and name not in self._physical.tables
        )
        self._tables[new] = {}
        self._aside.append(SetAside(table=table, column="", new=new))
        for record in list(self._tables[table].values()):
            self.remove.add((table, record.column))
            self._put(replace(record, table=new, state=TRASH))

    def _record(self, columns: Iterable[Need]) -> None:
        for column in columns:
            self._put(column.record)

    def _put(self, record: PhysicalColumn) -> None:
        key = (record.table, record.column)
        before = self._recorded.get(key)
        if record.state == ACTIVE and record.only != (before.only if before is not None else ""):
            self._checks.append(
                OneValue(table=record.table, field=record.field, column=record.column, value=record.only)
            )
        self.remove.discard(key)
        self._recorded[key] = self.write[key] = record

    def trash_rest(self) -> None:
        """Put in the trash what no field uses any more, unless its module merely sleeps."""
        for key, record in self._physical.columns.items():
            if record.state != ACTIVE or key in self._used or not self._looked_at(record.entity):
                continue
            if record.owner not in self._physical.dormant:
                self._kept.append(Trash(table=record.table, column=record.column))
                self._put(replace(record, state=TRASH))

    def indexes(self) -> None:
        """Plan the indexes that are missing, and those on columns in use that nobody wants any more."""
        entities = [e for e in self._catalog.entities.values() if self._looked_at(e.name)]
        wanted = {index.name: index for index in index_needs(entities, self._types)}
        for name, index in wanted.items():
            present = self._physical.indexes.get(name)
            if present == index and name not in self._gone:
                continue
            if present is not None and name not in self._gone:
                self._indexes.append(_dropped(present))
            self._indexes.append(self._made(index))
        for name, index in self._physical.indexes.items():
            if name not in wanted and name not in self._gone and index.kind != "keys" and self._in_use(index):
                self._indexes.append(_dropped(index))

    def _made(self, index: IndexSpec) -> Step:
        if index.kind == "beside":
            return KeepBeside(table=index.table, index=index)
        large = index.table in self._physical.large
        return (BuildAside if large else CreateIndex)(table=index.table, index=index)

    def _in_use(self, index: IndexSpec) -> bool:
        return all((index.table, column) in self._used for column in index.own)

    def steps(self) -> tuple[Step, ...]:
        """Return everything in the order in which it can be done."""
        creates = [
            CreateTable(table=table, columns=tuple(columns), links=table in self._links)
            for table, columns in self._created.items()
        ]
        creates.sort(key=lambda step: step.links)
        references = [
            AddReference(table=table, need=need)
            for table, columns in self._created.items()
            for need in columns
            if self._exists(need.references)
        ]
        references += [
            AddReference(table=need.record.table, need=need)
            for need in self._late
            if self._exists(need.references)
        ]
        return (
            *self._aside,
            *creates,
            *self._columns,
            *references,
            *self._checks,
            *self._kept,
            *self._keys,
            *self._indexes,
        )

    def _exists(self, table: str | None) -> bool:
        return table in self._physical.tables or table in self._created or table in KERNEL_TARGETS


def set_aside(name: str) -> Iterator[str]:
    """Yield names for something in the trash whose name is needed again."""
    return (f"{name[: LONGEST - 6]}{ASIDE}{number}" for number in count(1))


def _dropped(index: IndexSpec) -> Step:
    if index.kind == "beside":
        return ForgetBeside(table=index.table, index=index)
    return DropIndex(table=index.table, name=index.name)


def _targets(records: Iterable[PhysicalColumn]) -> set[str]:
    """Return the columns that point to a table; more than one are held together by a check."""
    return {record.column for record in records if " REFERENCES " in record.sql_type}


def _comes_back(record: PhysicalColumn, column: Need) -> bool:
    """Tell whether an entity has joined a reference to any of several again, with all that pointed to it."""
    return (
        record.state == TRASH
        and column.joined
        and (record.type, record.sql_type) == (column.record.type, column.record.sql_type)
    )


def _words(record: PhysicalColumn) -> str:
    return f"{record.type} ({record.sql_type.lower()})"
