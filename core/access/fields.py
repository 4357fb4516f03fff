"""Which fields a set of roles may read and edit, and on which records where only some grants give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from core.access.branches import Grants, either
from core.access.inputs import computed_inputs, rollup_inputs
from core.access.parts import needed, part_of
from core.access.paths import seen_from
from core.access.restrictions import Restrictions, binds
from core.expressions import Checked, ExpressionInvalid, Schema, all_of, and_all, check, unparse
from core.expressions.types import BOOLEAN
from core.metadata.actions import PUBLIC
from core.metadata.catalog import Catalog
from core.metadata.copy_checks import copied
from core.metadata.specs import EntitySpec, FieldSpec

Mask: TypeAlias = "Checked | Literal[True]"

Clause: TypeAlias = "frozenset[int] | Checked"
Clauses: TypeAlias = frozenset[Clause]
"""Readable where, for each clause, one of its branches holds, or the condition that it is; no clause means wherever the
record is visible."""


class Others(Protocol):
    """What the fields of one entity ask of other entities, for the same roles."""

    def reads_plainly(self, entity: str, field: str) -> bool:
        """Tell whether a field is readable on every record of an entity."""

    def in_scope(self, entity: str) -> bool:
        """Tell whether the key of the actor covers reading an entity."""

    def condition(self, entity: str, action: str) -> Checked | bool:
        """Return on which records the roles may do this."""

    def reader(self, entity: str, action: str) -> FieldReader:
        """Return what works out the fields of an entity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldRights:
    """What an actor may do with the fields of one entity.

    ``readable`` holds True, or the condition under which a visible record shows the field; a name that is not in
    it is unknown to this actor. ``editable`` are the names some grant lets them write (`Access.write_condition`
    says on which records).
    """

    readable: Mapping[str, Mask]
    editable: frozenset[str]


def all_fields(entity: EntitySpec, *, system: bool) -> FieldRights:
    """Return the rights of administrators, and with ``system`` of elevated work, which writes read-only fields."""
    return FieldRights(
        readable=dict.fromkeys(entity.fields, True),
        editable=frozenset(
            f.name for f in entity.fields.values() if is_typed(f) or (system and is_stored_input(f))
        ),
    )


def is_stored_input(field: FieldSpec) -> bool:
    """Tell whether anybody, be it the system, sets this field: not derived, not kept by the records room."""
    return not field.derived and not field.system


def is_typed(field: FieldSpec) -> bool:
    """Tell whether people type this field."""
    return is_stored_input(field) and not field.read_only and field.type != "sequence"


class FieldReader:
    """Works out `Clauses` for the fields of one entity under some roles: where they may be read, or exported."""

    def __init__(
        self,
        catalog: Catalog,
        grants: Grants,
        entity: EntitySpec,
        schema: Schema,
        others: Others,
        limits: Restrictions,
        action: str = "read",
    ) -> None:
        self._catalog = catalog
        self._entity = entity
        self._schema = schema
        self._others = others
        self._limits = limits
        self._action = action
        self._grants = grants
        self._branches = grants.branches(entity, action)
        self._rows = frozenset(i for i, branch in enumerate(self._branches) if branch.adds_records)
        self._known: dict[str, Clauses | None] = {}

    def readable(self) -> Mapping[str, Mask]:
        """Return the readable fields, each with the condition of the grants that give it."""
        found: dict[str, Mask] = {}
        for name in self._entity.fields:
            clauses = self._clauses(name)
            if clauses is not None:
                found[name] = self._mask(clauses)
        return found

    def is_plain(self, name: str) -> bool:
        """Tell whether the field is readable wherever the record is visible."""
        clauses = self._clauses(name) if name in self._entity.fields else None
        return clauses is not None and self._mask(clauses) is True

    def is_drawn_in_scope(self, name: str) -> bool:
        """Tell whether the key of the actor covers every entity that a derived field is drawn from."""
        field = self._entity.fields[name]
        if field.copy_of:
            source = copied(self._catalog.entities, field)
            return source is not None and self._others.in_scope(source.entity)
        if not field.derived or field.readable_because:
            return True
        used = rollup_inputs(field, self._schema) if field.rollup else computed_inputs(field, self._schema)
        return all(self._others.in_scope(entity) for entity, _name in used if entity != self._entity.name)

    def mask(self, name: str) -> Mask | None:
        """Return where a field may be read of the records that are visible; None for nowhere."""
        clauses = self._clauses(name) if name in self._entity.fields else None
        return None if clauses is None else self._mask(clauses)

    def copies(self, name: str) -> bool:
        """Tell whether it rests on other records where a field may be read."""
        return any(isinstance(clause, Checked) for clause in self._clauses(name) or ())

    def _mask(self, clauses: Clauses) -> Mask:
        given = sorted((one for one in clauses if not isinstance(one, Checked)), key=sorted)
        conditions = [either(self._branches[i] for i in sorted(clause)) for clause in given]
        narrowing = [condition for condition in conditions if condition is not None]
        narrowing += sorted(
            (one for one in clauses if isinstance(one, Checked)), key=lambda one: unparse(one.node)
        )
        return all_of(narrowing) if narrowing else True

    def _clauses(self, name: str) -> Clauses | None:
        if name not in self._known:
            self._known[name] = None  # a cycle of computed fields is readable by nobody
            self._known[name] = self._work_out(self._entity.fields[name])
        return self._known[name]

    def _work_out(self, field: FieldSpec) -> Clauses | None:
        given = frozenset(
            i for i, branch in enumerate(self._branches) if field.name in branch.read or field.name in PUBLIC
        )
        if not given:
            return None
        own: Clauses = frozenset() if given >= self._rows else frozenset({given})
        if field.copy_of:
            there = self._of_copy(field)
            return None if there is None else own | there
        if not field.derived or field.readable_because:
            return own
        inputs = (
            self._of_rollup(field) if field.rollup else self._of_inputs(computed_inputs(field, self._schema))
        )
        return None if inputs is None else own | inputs

    def _of_copy(self, field: FieldSpec) -> Clauses | None:
        """Return where what a value was taken from may be read now: its record, and of it the field."""
        source = copied(self._catalog.entities, field)
        if source is None or not self._others.in_scope(source.entity):
            return None
        by = field.copy_of.partition(".")[0]
        mask = self._others.reader(source.entity, self._action).mask(source.name)
        seen = (
            True
            if self._comes_with(by, source.entity)
            else self._others.condition(source.entity, self._action)
        )
        if mask is None or seen is False:
            return None
        asked = [one for one in (seen, mask) if isinstance(one, Checked)]
        if not asked:
            return frozenset()
        try:
            node = and_all([seen_from(by, one.node) for one in dict.fromkeys(asked)])
            return frozenset({check(node, self._schema, self._entity.name, BOOLEAN, old=False, sql=True)})
        except ExpressionInvalid:  # too long a way to be followed from here: nobody may read it
            return None

    def _comes_with(self, by: str, source: str) -> bool:
        """Tell whether whoever sees a record of ours sees what its reference leads to, being its whole."""
        part = part_of(self._catalog, self._entity)
        wholes = [self._branches[i].whole for i in self._rows]
        return (
            part is not None
            and part.by == by
            and needed(self._entity, self._action).needs == self._action
            and all(whole is not None and whole.entity == source for whole in wholes)
        )

    def _of_inputs(self, used: Iterable[tuple[str, str]]) -> Clauses | None:
        """Return where all inputs are readable; those of other entities must be so on every record."""
        found: set[Clause] = set()
        for entity, name in used:
            if entity != self._entity.name:
                if not self._others.reads_plainly(entity, name):
                    return None
                continue
            clauses = self._clauses(name)
            if clauses is None:
                return None
            found |= clauses
        return frozenset(found)

    def _of_rollup(self, field: FieldSpec) -> Clauses | None:
        """Return where a rolled-up value may be read: where all its source is, or where its parts come with us."""
        used = rollup_inputs(field, self._schema)
        if all(self._others.reads_plainly(entity, name) for entity, name in used):
            return frozenset()
        assert field.rollup is not None
        source = self._catalog.entities.get(field.rollup.source)
        if source is None or self._narrowed(source):
            return None
        inherited = [
            b.whole
            for b in self._grants.branches(source, self._action)
            if b.whole is not None and b.grant.entity == self._entity.name
        ]
        here = frozenset(i for i, branch in enumerate(self._branches) if branch in inherited)
        foreign = [pair for pair in used if pair[0] not in (source.name, self._entity.name)]
        if (
            not here
            or not self._others.in_scope(source.name)
            or not all(self._others.reads_plainly(*pair) for pair in foreign)
        ):
            return None
        copies = self._of_our_copies(field.rollup.by, source, used)
        if copies is None:
            return None
        return copies if here >= self._rows else copies | frozenset({here})

    def _of_our_copies(self, by: str, source: EntitySpec, used: Iterable[tuple[str, str]]) -> Clauses | None:
        """Return where that may be read of which parts keep copies: ours by the field that was copied, no others."""
        found: set[Clause] = set()
        reader = self._others.reader(source.name, self._action)
        for name in (name for entity, name in used if entity == source.name):
            field = source.fields.get(name)
            if field is None or (reader.mask(name) is not None and not reader.copies(name)):
                continue
            ours = field.copy_of.removeprefix(f"{by}.")
            clauses = self._clauses(ours) if ours != field.copy_of and ours in self._entity.fields else None
            if clauses is None:
                return None
            found |= clauses
        return frozenset(found)

    def _narrowed(self, source: EntitySpec) -> bool:
        """Tell whether parts may be out of sight on a record of ours that is in sight: by another restriction."""
        return any(
            limit.restriction.entity != self._entity.name or not binds(limit.restriction, self._action)
            for limit in self._limits.on(source, self._action)
        )
