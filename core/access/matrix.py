"""The matrix of rights: role × entity × action × field, with the conditions; and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.access.rights import Condition, RoleRights
from core.access.service import RECORD_ACTIONS, Access
from core.expressions import Checked, ExpressionInvalid, parse, unparse
from core.expressions.nodes import Logic
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec

Reach: TypeAlias = Literal["all", "some"]
Kind = Literal["added", "widened", "changed", "narrowed", "removed"]
WIDER: frozenset[Kind] = frozenset({"added", "widened", "changed"})
"""What may let somebody do more than before; of a condition that changed nobody can tell, so that it counts."""

EVERYTHING = "*"
"""Stands for every entity and every action in the one cell of a role that may everything."""
OF_ALL = frozenset(
    {"share", "merge", "override:duplicates", "scan:duplicates", "transition:*", "operation:*"}
)
"""What a grant of all actions gives besides those of every record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """What the holders of a role may do: with all records, or with those on which ``where`` holds.

    Without a ``field`` it speaks of the record; with one of the records on which they may do it to that field.
    """

    role: str
    entity: str
    action: str
    field: str = ""
    reach: Reach = "all"
    where: str = ""

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Which cell of the matrix it is."""
        return (self.role, self.entity, self.action, self.field)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One cell before and after; one of the two is missing where it was added or removed."""

    kind: Kind
    before: Cell | None
    after: Cell | None

    @property
    def cell(self) -> Cell:
        """The cell that is spoken of."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def wider(self) -> bool:
        """True where somebody may be able to do more than before."""
        return self.kind in WIDER


def cells(
    access: Access,
    catalog: Catalog,
    roles: Iterable[str] | None = None,
    entities: Iterable[str] | None = None,
) -> Iterator[Cell]:
    """Yield the cells of these roles and entities (all without), in a stable order; what is not granted has none."""
    names = sorted(catalog.entities if entities is None else entities)
    checked: dict[tuple[str, str], Checked] = {}
    for role in sorted(catalog.roles if roles is None else roles):
        rights = access.of_roles(frozenset({role}), catalog, checked)
        if rights.everything:
            yield Cell(role=role, entity=EVERYTHING, action=EVERYTHING)
            continue
        for name in names:
            for action in _actions(rights, catalog.entities[name]):
                yield from _of_action(rights, role, catalog.entities[name], action)


def cells_of_holder(access: Access, catalog: Catalog, roles: Iterable[str]) -> Iterator[Cell]:
    """Yield what somebody may do who holds all these roles; no cell of it names a role."""
    rights = access.of_roles(frozenset(roles), catalog)
    if rights.everything:
        yield Cell(role="", entity=EVERYTHING, action=EVERYTHING)
        return
    for name in sorted(catalog.entities):
        for action in _actions(rights, catalog.entities[name]):
            yield from _of_action(rights, "", catalog.entities[name], action)


def gained(access: Access, catalog: Catalog, before: Iterable[str], after: Iterable[str]) -> list[Change]:
    """Return what a holder of other roles may do that they may not do, or not everywhere, today."""
    old, new = list(cells_of_holder(access, catalog, before)), cells_of_holder(access, catalog, after)
    if any(cell.entity == EVERYTHING for cell in old):
        return []
    return [change for change in differences(old, new) if change.wider]


def _actions(rights: RoleRights, entity: EntitySpec) -> list[str]:
    """Return the actions that can be granted on an entity: those of every record, and those that a grant names."""
    named = {
        action
        for role in rights.roles
        for grant in rights.catalog.roles[role].grants
        if grant.entity == entity.name
        for action in grant.actions
    }
    if "*" in named:
        named |= OF_ALL
    return [*RECORD_ACTIONS, *sorted(named - {*RECORD_ACTIONS, "*"})]


def _of_action(rights: RoleRights, role: str, entity: EntitySpec, action: str) -> Iterator[Cell]:
    rule = rights.condition(entity.name, action)
    if rule is False:
        return
    yield _cell(role, entity.name, action, "", rule)
    for field, of_field in _of_fields(rights, entity, action):
        if of_field is not False:
            yield _cell(role, entity.name, action, field, of_field)


def _of_fields(rights: RoleRights, entity: EntitySpec, action: str) -> Iterator[tuple[str, Condition]]:
    if action == "read":
        yield from rights.fields(entity.name).readable.items()
    elif action == "export":
        readable = rights.fields(entity.name).readable
        yield from ((n, mask) for n, mask in rights.exportable(entity.name).items() if n in readable)
    elif action in ("create", "update"):
        yield from _of_written(rights, entity, action)


def _of_written(rights: RoleRights, entity: EntitySpec, action: str) -> Iterator[tuple[str, Condition]]:
    """Yield on which records each field may be written; fields that the same grants give are asked about once."""
    branches, alike = rights.branches(entity.name, action), dict[frozenset[int], Condition]()
    for name in sorted(rights.fields(entity.name).editable):
        giving = frozenset(index for index, branch in enumerate(branches) if name in branch.edit)
        if giving not in alike:
            alike[giving] = rights.write_condition(entity.name, action, frozenset({name}))
        yield name, alike[giving]


def _cell(role: str, entity: str, action: str, field: str, rule: Condition) -> Cell:
    where = unparse(rule.node) if isinstance(rule, Checked) else ""
    return Cell(
        role=role, entity=entity, action=action, field=field, reach="some" if where else "all", where=where
    )


def differences(before: Iterable[Cell], after: Iterable[Cell]) -> Iterator[Change]:
    """Yield what differs between two matrices, by place."""
    old, new = _placed(before), _placed(after)
    for place in sorted(old.keys() | new.keys()):
        one, other = old.get(place), new.get(place)
        if one != other and not _alike(one, other):
            yield Change(kind=_kind(one, other), before=one, after=other)


def _placed(some: Iterable[Cell]) -> Mapping[tuple[str, str, str, str], Cell]:
    return {cell.place: cell for cell in some}


def _kind(before: Cell | None, after: Cell | None) -> Kind:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if before.reach == after.reach:
        return _compared(before.where, after.where)
    return "widened" if after.reach == "all" else "narrowed"


def _alike(before: Cell | None, after: Cell | None) -> bool:
    """Tell whether two cells say the same in another order, or twice."""
    if before is None or after is None or not before.where or not after.where:
        return False
    try:
        return any(_operands(before.where, op) == _operands(after.where, op) for op in ("and", "or"))
    except ExpressionInvalid:
        return False


def _compared(before: str, after: str) -> Kind:
    """Tell which of two conditions lets through more, where one only says something in addition; else nobody knows."""
    kinds: tuple[tuple[str, Kind, Kind], ...] = (
        ("and", "narrowed", "widened"),
        ("or", "widened", "narrowed"),
    )
    for op, more, less in kinds:
        try:
            one, other = _operands(before, op), _operands(after, op)
        except ExpressionInvalid:
            return "changed"
        if one < other:
            return more
        if other < one:
            return less
    return "changed"


def _operands(where: str, op: str) -> frozenset[str]:
    """Return what must hold all together, or of which one must hold, as text."""
    node = parse(where)
    return frozenset(map(unparse, node.operands if isinstance(node, Logic) and node.op == op else (node,)))
