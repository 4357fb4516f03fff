"""Which fields a set of roles may read and edit, and on which records where only some grants give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.access.branches import Grants, either
from core.access.inputs import computed_inputs, rollup_inputs
from core.access.restrictions import Restrictions, binds
from core.expressions import Checked, Schema, all_of
from core.metadata.actions import PUBLIC
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec

Mask: TypeAlias = "Checked | Literal[True]"

Clause: TypeAlias = frozenset[int]
Clauses: TypeAlias = frozenset[Clause]
"""Readable where, for each clause, one of its branches holds; no clause means wherever the record is visible."""


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
        plain: Callable[[str, str], bool],
        in_scope: Callable[[str], bool],
        limits: Restrictions,
        action: str = "read",
    ) -> None:
        self._catalog = catalog
        self._entity = entity
        self._schema = schema
        self._plain = plain
        self._in_scope = in_scope
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
        if not field.derived or field.readable_because:
            return True
        used = rollup_inputs(field, self._schema) if field.rollup else computed_inputs(field, self._schema)
        return all(self._in_scope(entity) for entity, _name in used if entity != self._entity.name)

    def _mask(self, clauses: Clauses) -> Mask:
        conditions = [
            either(self._branches[i] for i in sorted(clause)) for clause in sorted(clauses, key=sorted)
        ]
        narrowing = [condition for condition in conditions if condition is not None]
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
        if not field.derived or field.readable_because:
            return own
        inputs = (
            self._of_rollup(field) if field.rollup else self._of_inputs(computed_inputs(field, self._schema))
        )
        return None if inputs is None else own | inputs

    def _of_inputs(self, used: Iterable[tuple[str, str]]) -> Clauses | None:
        """Return where all inputs are readable; those of other entities must be so on every record."""
        found: set[Clause] = set()
        for entity, name in used:
            if entity != self._entity.name:
                if not self._plain(entity, name):
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
        if all(self._plain(entity, name) for entity, name in used):
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
        if not here or not self._in_scope(source.name) or not all(self._plain(*pair) for pair in foreign):
            return None
        return frozenset() if here >= self._rows else frozenset({here})

    def _narrowed(self, source: EntitySpec) -> bool:
        """Tell whether parts may be out of sight on a record of ours that is in sight: by another restriction."""
        return any(
            limit.restriction.entity != self._entity.name or not binds(limit.restriction, self._action)
            for limit in self._limits.on(source, self._action)
        )
