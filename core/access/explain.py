"""Why somebody may do something or not: every grant and restriction that counts, apart, with the parts that decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from core.access.branches import Branch
from core.access.keys import in_scope
from core.access.restrictions import Limit
from core.access.rights import Condition, RoleRights
from core.access.service import Access
from core.access.shares import SHARED
from core.expressions import Checked, check
from core.expressions.nodes import Logic, Node
from core.expressions.types import BOOLEAN
from core.kernel.actor import Actor
from core.metadata.actions import ADMINISTER, PUBLIC
from core.metadata.catalog import Catalog
from core.metadata.specs import GrantSpec

Verdict: TypeAlias = "bool | None"
"""Whether something holds; None where that depends on the record, and none is asked about."""

Holds = Callable[[Checked], bool]
"""Reads a condition on the record in question, for the person in question."""

Sees = Callable[[Checked], bool]
"""Tells whether the one who asks may read everything that a condition looks at."""

Kind = Literal["administrator", "key", "grant", "restriction"]

Why = Literal["whole", "scope", "condition", "mask"]

_WRITING = ("create", "update")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked about: whether something may be done with a whole record, or with one field of it."""

    entity: str
    action: str
    field: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """One thing that a grant or a restriction asks of a record. ``seen`` is False where the asker may not know of it."""

    condition: Checked
    why: Why
    holds: Verdict
    seen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One grant or restriction, or what comes before all of them.

    ``gives`` tells of a grant whether it gives the field that is asked for. ``holds`` is None also where it rests on
    what the asker may not know of: ``hidden`` then.
    """

    kind: Kind
    name: str = ""
    holds: Verdict = True
    gives: bool = True
    hidden: bool = False
    way: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    grant: GrantSpec | None = None
    limit: Limit | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """The decision, as it is made where something is read or written, and what it is made of."""

    asked: Asked
    person: Actor
    decision: Verdict
    about_record: bool
    typed: bool
    """False for a field that nobody writes, whatever is granted."""
    reasons: tuple[Reason, ...]


def explain(
    access: Access,
    person: Actor,
    asked: Asked,
    catalog: Catalog,
    *,
    holds: Holds | None = None,
    sees: Sees = lambda _: True,
) -> Explanation:
    """Explain what a person may do; without ``holds`` for records at large."""
    rules = tuple(_rules(access, person, asked, catalog))
    rights = access.rights(person, catalog)
    telling = _Telling(rights, asked, holds, sees)
    return Explanation(
        asked=asked,
        person=person,
        decision=_joined([_verdict(rule, holds) for rule in rules]),
        about_record=holds is not None,
        typed=asked.action not in _WRITING or _is_typed(access, person, asked, catalog),
        reasons=tuple(telling.reasons(person)),
    )


def _rules(access: Access, person: Actor, asked: Asked, catalog: Catalog) -> Iterator[Condition]:
    """Yield what must hold together: the very conditions that reading and writing ask for."""
    entity, action, field = asked.entity, asked.action, asked.field
    if action == ADMINISTER:
        yield access.administers(person, entity, catalog)
        yield not field or access.reads_everywhere(person, entity, field, catalog)
        return
    if not field or action not in (*_WRITING, "read", "export"):
        yield access.condition(person, entity, action, catalog)
        return
    if action in _WRITING:
        yield access.write_condition(person, entity, action, frozenset({field}), catalog)
        yield _is_typed(access, person, asked, catalog)
        return
    yield access.condition(person, entity, "read", catalog)
    yield access.fields(person, entity, catalog).readable.get(field, False)
    if action == "export":
        yield access.condition(person, entity, action, catalog)
        yield access.exportable(person, entity, catalog).get(field, False)


def _is_typed(access: Access, person: Actor, asked: Asked, catalog: Catalog) -> bool:
    return not asked.field or asked.field in access.fields(person, asked.entity, catalog).editable


def _verdict(condition: Condition | None, holds: Holds | None) -> Verdict:
    if condition is None:
        return True
    if isinstance(condition, bool):
        return condition
    return None if holds is None else holds(condition)


def _joined(verdicts: list[Verdict]) -> Verdict:
    """Return whether all hold; one that does not decides, whatever is open."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


class _Telling:
    """Takes the rights of a person apart for one question."""

    def __init__(self, rights: RoleRights, asked: Asked, holds: Holds | None, sees: Sees) -> None:
        self._rights = rights
        self._asked = asked
        self._holds = holds
        self._sees = sees

    def reasons(self, person: Actor) -> Iterator[Reason]:
        """Yield every reason; where one comes before all grants, that alone."""
        rights, asked = self._rights, self._asked
        if not in_scope(person, asked.entity, asked.action):
            yield Reason(kind="key", holds=False)
        elif rights.everything:
            name = next(n for n in rights.ways if rights.catalog.roles[n].administrator)
            yield Reason(kind="administrator", name=name, way=rights.ways[name])
        else:
            for branch in rights.branches(asked.entity, asked.action):
                if branch.adds_records or asked.field in branch.unmasked:
                    yield self._of_grant(branch)
            for limit in rights.restrictions(asked.entity, asked.action):
                yield self._of_limit(limit)

    def _of_grant(self, branch: Branch) -> Reason:
        own = branch.grant.scope == SHARED  # what was shared with somebody is theirs to know
        clauses = tuple(self._clauses(branch.condition, _places(branch), seen=own))
        return Reason(
            kind="grant",
            name=branch.role,
            gives=self._gives(branch),
            holds=_all(clauses),
            hidden=not all(clause.seen for clause in clauses),
            way=self._rights.ways[branch.role],
            clauses=clauses,
            grant=branch.grant,
        )

    def _of_limit(self, limit: Limit) -> Reason:
        condition = limit.condition
        clauses = tuple(self._clauses(condition, _condition)) if condition is not False else ()
        return Reason(
            kind="restriction",
            name=limit.restriction.name,
            holds=condition is not False and _all(clauses),
            hidden=not all(clause.seen for clause in clauses),
            clauses=clauses,
            limit=limit,
        )

    def _gives(self, branch: Branch) -> bool:
        field = self._asked.field
        if not field or field in (branch.edit if self._asked.action in _WRITING else branch.read):
            return True
        return field in PUBLIC and self._asked.action not in _WRITING

    def _clauses(
        self, condition: Checked | None, why_of: Callable[[int, int], Why], *, seen: bool = False
    ) -> Iterator[Clause]:
        """Yield what a condition asks, one after the other."""
        if condition is None:
            return
        nodes = list(_split(condition.node))
        for place, node in enumerate(nodes):
            one = self._checked(condition, node) if len(nodes) > 1 else condition
            known = seen or self._sees(one)
            told = _verdict(one, self._holds) if known else None
            yield Clause(condition=one, why=why_of(place, len(nodes)), holds=told, seen=known)

    def _checked(self, whole: Checked, node: Node) -> Checked:
        found = check(node, self._rights.schema, whole.entity, BOOLEAN, old=False)
        return replace(found, node=node)


def _all(clauses: tuple[Clause, ...]) -> Verdict:
    """Return whether all hold; of what rests on something that the asker may not know of nothing is told."""
    if not all(clause.seen for clause in clauses):
        return None
    return _joined([clause.holds for clause in clauses])


def _split(node: Node) -> Iterator[Node]:
    if isinstance(node, Logic) and node.op == "and" and node.operands:
        for operand in node.operands:
            yield from _split(operand)
    else:
        yield node


def _condition(_place: int, _count: int) -> Why:
    return "condition"


def _places(branch: Branch) -> Callable[[int, int], Why]:
    """Return what the clauses of a grant are, by their place: that the whole is there, the scope, then the rest."""
    depth, innermost = 0, branch
    while innermost.whole is not None:
        depth, innermost = depth + 1, innermost.whole
    scoped = branch.grant.scope != "all"
    masked = bool(branch.unmasked or innermost.unmasked)

    def why(place: int, count: int) -> Why:
        if place < depth:
            return "whole"
        if scoped and place == depth:
            return "scope"
        return "mask" if masked and place == count - 1 else "condition"

    return why
