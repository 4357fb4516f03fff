"""From roles to branches: each grant that counts for an entity and an action, as one condition with its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from core.access.deciding import Name, deciding
from core.access.keys import names_action
from core.access.parts import Part, needed, part_of
from core.access.paths import seen_from, through
from core.access.shares import LEVELS, SHARED, is_shareable, opened_by
from core.expressions import (
    Checked,
    ExpressionInvalid,
    Node,
    Schema,
    and_all,
    any_of,
    check,
    or_all,
    parse,
    unparse,
)
from core.expressions.nodes import Binary, Null, Path, Unary
from core.expressions.types import BOOLEAN
from core.metadata.actions import ADMINISTER, PUBLIC
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, GrantSpec, PartRight, RoleSpec

_SCOPES = {
    "own": (("owner", "owner == $user"),),
    "team": (("owner", "owner == $user"), ("team", "team in $teams")),
    "team_below": (("owner", "owner == $user"), ("team", "team in $teams"), ("team", "team in $teams_below")),
}
OF_ADMINISTERED = ("create", "update", "delete")
"""What whoever administers an entity does with the records that speak of it."""
SCOPES = frozenset({"all", *_SCOPES})
REACHED_BY = frozenset(field for ways in _SCOPES.values() for field, _text in ways)
"""The fields by which scopes reach records."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """One grant as it counts for one entity: the records, and the fields that may be read and edited on them.

    ``condition`` None means every record. Branches stay apart, so that a decision can be explained by the grant
    that made it. ``whole`` is the branch that a part inherits, whose entity ``grant.entity`` then names.
    ``unmasked`` names the fields that a grant masks elsewhere and gives here: such a branch adds fields to records
    that another branch of the grant reaches, and no records. A ``grant`` of the scope ``shared`` stands for what was
    shared with somebody: the records of it, with the fields that the role shows of others.
    """

    role: str
    grant: GrantSpec
    entity: str
    condition: Checked | None
    read: frozenset[str]
    edit: frozenset[str]
    unmasked: tuple[str, ...] = ()
    whole: Branch | None = None

    @property
    def adds_records(self) -> bool:
        """Tell whether this branch alone lets a record be seen, or be acted on."""
        return not self.unmasked


@lru_cache(maxsize=1000)
def _parsed(text: str) -> Node:
    """Return a condition of a grant as a tree: roles share theirs, and the same text is the same tree."""
    return parse(text)


def either(some: Iterable[Branch]) -> Checked | None:
    """Return the condition that one of these branches holds; None where one of them always does."""
    conditions: list[Checked] = []
    for branch in some:
        if branch.condition is None:
            return None
        conditions.append(branch.condition)
    return any_of(dict.fromkeys(conditions))


class Grants:
    """Reads the grants of a catalog as branches."""

    def __init__(
        self,
        catalog: Catalog,
        schema: Schema,
        roles: frozenset[str],
        shared: frozenset[str] = frozenset(),
        administers: Callable[[str], bool] = lambda _: False,
        checked: MutableMapping[tuple[str, str], Checked] | None = None,
    ) -> None:
        self._catalog = catalog
        self._schema = schema
        self._roles = roles
        self._shared = shared
        self._administers = administers
        self._checked = {} if checked is None else checked

    def branches(self, entity: EntitySpec, action: str) -> tuple[Branch, ...]:
        """Return what the roles grant for ``action`` on ``entity``, and what shares open, in a stable order."""
        found: list[Branch] = []
        for name in sorted(self._roles):
            role = self._catalog.roles.get(name)
            if role is not None:
                found.extend(self._of_role(role, entity, action, frozenset()))
        return tuple(found)

    def _of_role(
        self, role: RoleSpec, entity: EntitySpec, action: str, above: frozenset[str]
    ) -> Iterator[Branch]:
        """Yield the role's own grants on the entity, or what it inherits where it says nothing about it."""
        if action == ADMINISTER:
            yield from _of_definitions(role, entity)
            return
        part = part_of(self._catalog, entity)
        own = [grant for grant in role.grants if grant.entity == entity.name]
        if own or part is None or entity.name in above:
            found = [b for grant in own if grants(grant, action) for b in self.own(role, grant, entity)]
            yield from found
            yield from self._opened(role, found, entity, action)
            yield from self._administered(role, entity, action)
            return
        asked = needed(entity, action)
        for whole in part.wholes:
            for branch in self._of_role(role, whole, asked.needs, above | {entity.name}):
                yield from self._inherited(branch, entity, part, whole, asked, action)

    def _administered(self, role: RoleSpec, entity: EntitySpec, action: str) -> Iterator[Branch]:
        """Yield what comes with administering other entities: the records that speak of these."""
        about = entity.administered
        if about is None or action not in OF_ADMINISTERED:
            return
        for grant in role.grants:
            other = self._catalog.entities.get(grant.entity)
            if (
                other is None
                or not any(_of_definitions(role, other, grant))
                or not self._administers(other.name)
            ):
                continue
            text = f"{about.names} == '{other.name}'"
            narrower = GrantSpec(
                entity=entity.name,
                actions=OF_ADMINISTERED,
                when=f"{text} and ({about.when})" if about.when else text,
                owner=grant.owner,
                place=grant.place,
            )
            yield from self.own(role, narrower, entity)

    def _opened(
        self, role: RoleSpec, found: Sequence[Branch], entity: EntitySpec, action: str
    ) -> Iterator[Branch]:
        """Yield what shares add to the grants of a role: the records shared with somebody, with the same fields.

        A share opens records, not kinds of records: where the role allows nothing of the kind, it adds nothing. What
        any grant of its reader masks, it does not show. Nor does it let anybody change what decides about rights, who
        could then move the record into or out of somebody's reach.
        """
        rows = [branch for branch in found if branch.adds_records]
        if not rows or entity.name not in self._shared or action not in LEVELS:
            return
        if not is_shareable(self._catalog, entity.name):
            return
        try:
            condition = self._check(entity, parse(opened_by(action, self._roles)))
        except (
            ExpressionInvalid
        ):  # with very many roles it grows too long; what does not compile opens nothing
            return
        yield Branch(
            role=role.name,
            grant=GrantSpec(entity=entity.name, actions=(action,), scope=SHARED, owner=role.owner),
            entity=entity.name,
            condition=condition,
            read=frozenset().union(*(branch.read for branch in rows)) - self._masked(entity, action),
            edit=frozenset().union(*(branch.edit for branch in rows))
            - self._masked(entity, action)
            - self._kept(entity),
        )

    def _masked(self, entity: EntitySpec, action: str) -> frozenset[str]:
        """Return the fields that any grant of the roles hides on some records."""
        return (
            frozenset(
                name
                for role in self._roles
                if role in self._catalog.roles
                for grant in self._catalog.roles[role].grants
                if grant.entity == entity.name and grants(grant, action)
                for name, _ in grant.masked
            )
            - PUBLIC
        )

    def _kept(self, entity: EntitySpec) -> frozenset[str]:
        """Return the fields that nobody changes by a share alone: those that decide about rights."""
        return REACHED_BY | {name for of, name in self._deciding if of == entity.name}

    @cached_property
    def _deciding(self) -> frozenset[Name]:
        return deciding(self._catalog, self._schema)

    def own(
        self, role: RoleSpec, grant: GrantSpec, entity: EntitySpec, *, strict: bool = False
    ) -> Iterator[Branch]:
        """Yield the branches of a grant; what does not compile grants nothing (``strict``: raises)."""
        reach = self._reach(entity, grant.scope, frozenset())
        if reach is False:
            return
        nodes = [] if reach is True else [reach]
        try:
            nodes += [_parsed(grant.when)] if grant.when else []
            condition = self._check(entity, and_all(nodes)) if nodes else None
        except ExpressionInvalid:
            if strict:
                raise
            return
        read, edit = granted(grant.read, entity), granted(grant.edit, entity)
        masked = {name for name, _ in grant.masked} - PUBLIC
        whole = Branch(
            role=role.name,
            grant=grant,
            entity=entity.name,
            condition=condition,
            read=read - masked,
            edit=edit - masked,
        )
        yield whole
        for mask, names in masks(grant):
            given = names & (read | edit)
            if given:
                yield from self._unmasked(replace(whole, read=read & given, edit=edit & given), mask, strict)

    def _unmasked(self, branch: Branch, mask: str, strict: bool) -> Iterator[Branch]:
        """Yield a branch where a mask does not hold; of one that does not compile nobody knows, so it hides."""
        nodes = [branch.condition.node] if branch.condition is not None else []
        try:
            node = and_all([*nodes, Unary("not", _parsed(mask))])
            condition = self._check(self._catalog.entity(branch.entity), node)
        except ExpressionInvalid:
            if strict:
                raise
            return
        yield replace(branch, condition=condition, unmasked=tuple(sorted(branch.read | branch.edit)))

    def _check(self, entity: EntitySpec, node: Node) -> Checked:
        key = (entity.name, unparse(node))  # nodes are equal that are not the same: 1 and 1.0
        found = self._checked.get(key)
        if found is None:
            found = self._checked[key] = check(node, self._schema, entity.name, BOOLEAN, old=False, sql=True)
        return found

    def _inherited(
        self,
        branch: Branch,
        entity: EntitySpec,
        part: Part,
        whole: EntitySpec,
        asked: PartRight,
        action: str,
    ) -> Iterator[Branch]:
        """Yield what a grant on the whole means for its part, where the list that shows the part is granted."""
        shown = {f.name for f in whole.fields.values() if part.shows(f, entity)}
        listed = branch.edit if asked.needs == "update" else branch.read
        if not (shown & listed if shown else branch.adds_records):
            return
        node = _seen_from(part, whole, branch.condition.node if branch.condition else None)
        try:
            node = _and(node, _parsed(asked.when)) if asked.when else node
            condition = None if node is None else self._check(entity, node)
        except ExpressionInvalid:
            return  # a path too long to be followed from here grants nothing
        # A part is moved only where both its wholes may be changed; the rest of what decides stays as it is.
        by_share = branch.grant.scope == SHARED and action == "update"
        kept = self._kept(entity) - {part.by} if by_share else frozenset()
        yield Branch(
            role=branch.role,
            grant=branch.grant,
            entity=entity.name,
            condition=condition,
            read=frozenset(entity.fields),
            edit=frozenset(entity.fields) - kept,
            whole=branch,
        )

    def _reach(self, entity: EntitySpec, scope: str, above: frozenset[str]) -> Node | bool:
        """Return which records a scope reaches; an entity that nobody owns asks the whole it is part of."""
        if scope == "all":
            return True
        part = part_of(self._catalog, entity)
        own = [
            _parsed(text)
            for field, text in _SCOPES.get(scope, ())
            if field in entity.fields and (part is None or part.by != field)
        ]
        if own:
            return or_all(own)
        if part is None or entity.name in above:
            return False
        reached = [(whole, self._reach(whole, scope, above | {entity.name})) for whole in part.wholes]
        found = [through(part.step(whole), node) for whole, node in reached if not isinstance(node, bool)]
        return or_all(found) if found else False


def _seen_from(part: Part, whole: EntitySpec, condition: Node | None) -> Node | None:
    """Return a condition on the whole as it reads from the part; None where it asks nothing of it."""
    by = part.step(whole)
    if condition is None:
        return Binary("!=", Path((by,)), Null()) if part.many else None
    return seen_from(by, condition)


def _of_definitions(role: RoleSpec, entity: EntitySpec, only: GrantSpec | None = None) -> Iterator[Branch]:
    """Yield the grants to administer an entity: by this very name, on itself, and without what narrows records."""
    every = frozenset(entity.fields)
    for grant in role.grants if only is None else (only,):
        if grant.entity == entity.name and grants(grant, ADMINISTER) and not narrowed_to_records(grant):
            yield Branch(
                role=role.name, grant=grant, entity=entity.name, condition=None, read=every, edit=every
            )


def narrowed_to_records(grant: GrantSpec) -> bool:
    """Tell whether a grant is about some records only."""
    return grant.scope != "all" or bool(grant.when)


def _and(node: Node | None, narrower: Node) -> Node:
    return narrower if node is None else and_all([node, narrower])


def masks(grant: GrantSpec) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each mask of a grant with the fields that it hides where it holds."""
    for mask in sorted({when for _, when in grant.masked}):
        yield mask, frozenset(name for name, when in grant.masked if when == mask) - PUBLIC


def grants(grant: GrantSpec, action: str) -> bool:
    """Tell whether a grant names an action: by its name, with all transitions, or with everything."""
    return names_action(grant.actions, action)


def granted(names: tuple[str, ...], entity: EntitySpec) -> frozenset[str]:
    """Return the fields that a grant's list means: ``*`` for all, ``!name`` taken away, an empty list for none."""
    found = set(entity.fields) if "*" in names else {n for n in names if n in entity.fields}
    return frozenset(found - {n[1:] for n in names if n.startswith("!")})
