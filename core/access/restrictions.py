"""Restrictions: what must hold of a record whatever the roles of a person grant; parts follow their whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from core.access.keys import names_action
from core.access.parts import Part, needed, part_of
from core.access.paths import seen_from
from core.expressions import Checked, ExpressionInvalid, Node, Schema, check, or_all, parse
from core.expressions.nodes import Binary, Null, Path
from core.expressions.types import BOOLEAN
from core.metadata.actions import ADMINISTER
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, RestrictionSpec

Holds: TypeAlias = "Checked | Literal[False]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One restriction as it counts for one entity; ``condition`` False refuses every record.

    ``restriction.entity`` differs from ``entity`` where a part is limited with its whole.
    """

    restriction: RestrictionSpec
    entity: str
    condition: Holds


class Restrictions:
    """Reads the restrictions of a catalog as they bind the holders of some roles."""

    def __init__(self, catalog: Catalog, schema: Schema, roles: frozenset[str]) -> None:
        self._catalog = catalog
        self._schema = schema
        self._binding = [r for r in catalog.restrictions.values() if not roles.intersection(r.excepted)]

    def on(self, entity: EntitySpec, action: str, above: frozenset[str] = frozenset()) -> tuple[Limit, ...]:
        """Return what must hold of every record of the entity with which somebody does this, in a stable order."""
        if action == ADMINISTER:
            return self._on_definitions(entity)
        found = [
            Limit(restriction=one, entity=entity.name, condition=self._own(one, entity))
            for one in self._binding
            if one.entity == entity.name and binds(one, action)
        ]
        part = part_of(self._catalog, entity) if self._binding else None
        if part is not None and entity.name not in above:
            for whole in part.wholes:
                for limit in self.on(whole, needed(entity, action).needs, above | {entity.name}):
                    condition = self._inherited(limit, entity, part, whole)
                    found.append(replace(limit, entity=entity.name, condition=condition))
        return tuple(found)

    def _on_definitions(self, entity: EntitySpec) -> tuple[Limit, ...]:
        """Return the restrictions that take away to administer: those that name it, whatever records they leave."""
        return tuple(
            Limit(restriction=one, entity=entity.name, condition=False)
            for one in self._binding
            if one.entity == entity.name and ADMINISTER in one.actions
        )

    def _own(self, restriction: RestrictionSpec, entity: EntitySpec) -> Holds:
        """Return the condition; of one that does not compile nobody knows what it lets through: nothing."""
        try:
            return self._check(entity, parse(restriction.when))
        except ExpressionInvalid:
            return False

    def _inherited(self, limit: Limit, entity: EntitySpec, part: Part, whole: EntitySpec) -> Holds:
        """Return a limit on the whole as it reads from its part: a part without such a whole is free of it."""
        by = part.step(whole)
        ways: list[Node] = [Binary("==", Path((by,)), Null())]
        if limit.condition is not False:
            ways.append(seen_from(by, limit.condition.node))
        try:
            return self._check(entity, or_all(ways))
        except ExpressionInvalid:
            return False

    def _check(self, entity: EntitySpec, node: Node) -> Checked:
        return check(node, self._schema, entity.name, BOOLEAN, old=False)


def binds(restriction: RestrictionSpec, action: str) -> bool:
    """Tell whether a restriction is about an action; one that names none is about all."""
    return not restriction.actions or names_action(restriction.actions, action)


def conditions(limits: Iterable[Limit]) -> list[Checked] | None:
    """Return all that must hold, or None where nothing can."""
    found: list[Checked] = []
    for limit in limits:
        if limit.condition is False:
            return None
        found.append(limit.condition)
    return found
