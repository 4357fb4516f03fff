"""What points at a record that is merged into another: moved there, or, where the other has the same, kept as the other's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from core.errors import Conflict, ValidationFailed
from core.kernel.values import AnyRef, Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, Json
from core.records.merge_values import merge_fields
from core.records.statements import one_of
from core.records.trash import Incoming, incoming_references
from core.records.work import Work

Values = Mapping[str, object]

AT_ONCE = 1000


class Writer(Protocol):
    """What writes the records that move, with everything that follows."""

    def update(
        self, work: Work, changes: Mapping[int, Values], *, versions: Mapping[int, int | None], parsed: bool
    ) -> Any:
        """Update records."""

    def delete(self, work: Work, ids: Sequence[int]) -> Any:
        """Put records in the trash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pointing:
    """Records of one entity that point at a record by one field; ``same`` are those that the winner has already."""

    incoming: Incoming
    ids: tuple[int, ...]
    same: Mapping[int, int] = field(default_factory=dict)


def pointing_at(work: Work, winner: int, loser: int) -> Iterator[Pointing]:
    """Yield what points at a record, field by field; the two records themselves are left out."""
    for incoming in incoming_references(work.uow.catalog, work.entity):
        found = _children(work, incoming, loser)
        if incoming.entity.name == work.entity:
            found = {i: values for i, values in found.items() if i != loser}
        if found:
            others = _children(work, incoming, winner)
            same = dict(_same(work, incoming, found, others, winner))
            yield Pointing(incoming=incoming, ids=tuple(sorted(found)), same=same)


def _children(work: Work, incoming: Incoming, target: int) -> dict[int, Values]:
    plan = work.plans.of(work.uow.catalog, incoming.entity.name)
    rows = work.conditions.children(plan, incoming.spec.name, work.entity, target, True, work.uow)
    return {int(str(values["id"])): values for values in rows}


def _same(
    work: Work, incoming: Incoming, found: Mapping[int, Values], others: Mapping[int, Values], winner: int
) -> Iterator[tuple[int, int]]:
    """Yield pairs: a record that cannot move, and the winner's that stands for it (0 where there is none).

    It cannot move where it would agree with one of the winner's in what is unique together or tells lines apart, or
    where it would lead from the winner to the winner.
    """
    plan = work.plans.of(work.uow.catalog, incoming.entity.name)
    known: dict[tuple[object, ...], int] = {}
    for names in _identities(incoming.entity, incoming.spec):
        for number, values in others.items():
            known.setdefault((names, *_keys(plan, names, values)), number)
        for number, values in found.items():
            twin = known.get((names, *_keys(plan, names, values)))
            if twin is not None:
                yield number, twin
    for number, values in found.items():
        if any(
            _points_at(values.get(spec.name), work.entity, winner)
            for spec in plan.references
            if spec is not incoming.spec and spec.required
        ):
            yield number, 0


def _identities(entity: EntitySpec, by: FieldSpec) -> Iterator[tuple[str, ...]]:
    for together in entity.unique_together:
        if by.name in together:
            yield tuple(name for name in together if name != by.name)
    keys = tuple(f.name for f in entity.fields.values() if f.duplicate_key)
    if keys and entity.part_of in (by.name, by.option("to")):
        yield keys


def _keys(plan: Any, names: Sequence[str], values: Values) -> list[object]:
    return [plan.types[name].key(plan.entity.fields[name], values.get(name)) for name in names]


def _points_at(value: object, entity: str, number: int) -> bool:
    if isinstance(value, AnyRef):
        return value.entity == entity and value.id == number
    return isinstance(value, Ref) and value.id == number


def move_children(work: Work, writer: Writer, winner: int, loser: int) -> tuple[list[Json], list[Json]]:
    """Let everything that points at the loser point at the winner; return what moved, and what was there already."""
    moved: list[Json] = []
    conflicts: list[Json] = []
    for pointing in list(pointing_at(work, winner, loser)):
        incoming = pointing.incoming
        other = work.open(incoming.entity.name, actor=work.actor.elevate("follows a record into another"))
        value = AnyRef(work.entity, winner) if incoming.spec.type == "reference_any" else Ref(winner)
        going = [i for i in pointing.ids if i not in pointing.same]
        rest = dict(pointing.same)
        for start in range(0, len(going), AT_ONCE):
            for number in _move(
                other, writer, incoming.spec.name, value, going[start : start + AT_ONCE], winner
            ):
                rest[number] = 0
        if rest:
            conflicts += _settle(other, writer, rest)
        there = len(pointing.ids) - len(rest)
        moved.append(
            {"entity": incoming.entity.name, "field": incoming.spec.name, "loser": loser, "count": there}
        )
    moved += _move_links(work, writer, winner, loser)
    return moved, conflicts


def _move(
    other: Work, writer: Writer, name: str, value: Ref | AnyRef, ids: Sequence[int], winner: int
) -> list[int]:
    """Move records together; return those that cannot because the winner has the same, found by halving."""
    changes: dict[int, Values] = {}
    for number in ids:
        itself = (
            isinstance(value, Ref)
            and number == winner
            and str(other.plan.entity.fields[name].option("to")) == other.entity
        )
        changes[number] = {name: None if itself else value}
    try:
        with other.uow.savepoint():
            writer.update(other, changes, versions={}, parsed=True)
    except ValidationFailed as refused:
        if any(problem.code != "taken" for problem in refused.problems):
            raise Conflict(
                "Records of {entity} cannot follow: {reason}",
                code="cannot_follow",
                entity=other.entity,
                reason=refused.problems[0].text(),
            ) from refused
        if len(ids) == 1:
            return list(ids)
        half = len(ids) // 2
        return _move(other, writer, name, value, ids[:half], winner) + _move(
            other, writer, name, value, ids[half:], winner
        )
    return []


def _settle(other: Work, writer: Writer, same: Mapping[int, int]) -> list[Json]:
    """Keep the winner's records, with the laws of their fields; put the others in the trash; return both versions."""
    rows = _read(other, [*same, *(kept for kept in same.values() if kept)])
    told: list[Json] = []
    for gone, kept in sorted(same.items()):
        if kept and kept in rows:
            laws = {
                one.spec.name: one.value
                for one in merge_fields(other.plan, [rows[kept], rows[gone]], other.uow.catalog)
                if one.source == 0 and one.value != rows[kept].get(one.spec.name)
            }
            if laws:
                writer.update(other, {kept: laws}, versions={}, parsed=True)
        told.append(
            {
                "entity": other.entity,
                "kept": kept or None,
                "gone": gone,
                "values": {str(i): _dumped(other, rows[i]) for i in (gone, kept) if i in rows},
            }
        )
    writer.delete(other, sorted(same))
    return told


def _read(work: Work, ids: Sequence[int]) -> dict[int, dict[str, object]]:
    table = work.conditions.tables.of(work.plan.entity)
    found = work.conditions.records(
        work.plan,
        ("merge",),
        lambda: sa.select(*table.c).where(table.c.id == one_of(), table.c.deleted_at.is_(None)),
        {"ids": sorted(set(ids))},
        work.uow,
    )
    return {int(str(values["id"])): values for values in found}


def _dumped(work: Work, values: Values) -> Json:
    return {
        spec.name: work.plan.types[spec.name].dump(spec, values.get(spec.name))
        for spec in work.plan.stored
        if not spec.option("secret")
    }


def linked_to(catalog: Catalog, target: str) -> Iterator[tuple[EntitySpec, FieldSpec]]:
    """Yield the link fields of all entities that lead to an entity."""
    for entity in catalog.entities.values():
        for spec in entity.fields.values():
            if spec.type == "links" and spec.option("to") == target:
                yield entity, spec


def sources_of(work: Work, entity: EntitySpec, spec: FieldSpec, target: int) -> dict[int, list[int]]:
    """Return the live records that are linked to a record, each with all that it is linked to by this field."""
    links, table = work.conditions.tables.links(entity, spec.name), work.conditions.tables.of(entity)
    having = sa.select(links.c.source).where(links.c.target == sa.bindparam("target", type_=sa.BigInteger))
    rows = work.conditions.statements.run(
        work.uow,
        ("linked", links.name),
        lambda: (
            sa.select(links.c.source, links.c.target)
            .join(table, table.c.id == links.c.source)
            .where(links.c.source.in_(having), table.c.deleted_at.is_(None))
            .order_by(links.c.source, links.c.target)
        ),
        {"target": target},
    )
    found: dict[int, list[int]] = {}
    for source, linked in rows:
        found.setdefault(source, []).append(linked)
    return found


def _move_links(work: Work, writer: Writer, winner: int, loser: int) -> list[Json]:
    moved: list[Json] = []
    for entity, spec in linked_to(work.uow.catalog, work.entity):
        found = sources_of(work, entity, spec, loser)
        changes: dict[int, Values] = {
            source: {spec.name: tuple(Ref(i) for i in sorted({winner if i == loser else i for i in targets}))}
            for source, targets in found.items()
            if not (entity.name == work.entity and source == loser)
        }
        if changes:
            other = work.open(entity.name, actor=work.actor.elevate("follows a record into another"))
            writer.update(other, changes, versions={}, parsed=True)
            moved.append({"entity": entity.name, "field": spec.name, "loser": loser, "count": len(changes)})
    return moved
