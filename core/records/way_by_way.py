"""Pages read way by way: as their owner, of each of one's teams, on the shelf for all, each in order by an index of its own.

A list in which somebody sees few of many records would walk past all others in its order, or fetch all that they see to
sort it. Where indexes are declared for each way, the first of each are merged instead, and no more is read than is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import sqlalchemy as sa

from core.access.shares import SHARES
from core.expressions import Checked, alternatives, column_of
from core.expressions.sql import to_sql
from core.kernel.actor import Actor
from core.metadata.specs import EntitySpec
from core.records.orders import Order
from core.records.scopes import Eyes, Scope
from core.records.sources import Sql

GATHERED = frozenset({SHARES})
"""Lists whose owners are found once for all records."""

SIZES = (1, 2, 4, 8, 16, 32)
"""For how many teams statements are written: of more the database would plan longer than it reads."""

NUMBERED = ("teams", "teams_below")
"""Constants of an evaluation that are lists of ids, which `Asking.constants` gives one by one, too."""

Places = tuple[int, ...]

Conditions = Callable[[Scope], Sequence[Sql]]


def places(actor: Actor) -> Places:
    """Return for how many teams, and teams below, a statement has to have places; nothing where there are too many."""
    found = tuple(_size(len(ids)) for ids in (actor.teams, actor.teams_below or actor.teams))
    return found if all(found) else ()


def _size(number: int) -> int:
    return next((size for size in SIZES if size >= number), 0)


def is_by_way(eyes: Eyes, entity: str, orders: Sequence[Order]) -> bool:
    """Tell whether all that a reader sees of an entity can be read way by way in this order."""
    spec, rule = eyes.catalog.entity(entity), eyes.visible(entity)
    if isinstance(rule, bool):
        return False
    found = [column_of(one) for one in alternatives(rule, GATHERED)]
    if len(found) == 1 and not found[0][1]:
        return False
    columns = [name for name, _ids in found if name]
    return bool(columns) and all(_has_index(eyes, spec, name, orders) for name in columns)


def _has_index(eyes: Eyes, spec: EntitySpec, name: str, orders: Sequence[Order]) -> bool:
    """Tell whether an index was declared for the records with a value of a field in this order."""
    if len(orders) != 2 or any(one.descending != two.descending for one, two in pairwise(orders)):
        return False
    first = orders[0]
    if eyes.fields(spec.name).readable.get(first.name) is not True:
        return False
    return (name, f"{'-' * first.descending}{first.name}") in spec.indexes


def each_way(rule: Checked | bool, among: Places) -> Iterator[Conditions]:
    """Yield the conditions of each way; of one that goes over teams, those of each of so many."""
    assert not isinstance(rule, bool)  # `is_by_way` has looked
    for one in alternatives(rule, GATHERED):
        name, ids = column_of(one)
        if ids:
            size = among[NUMBERED.index(ids)]
            yield from (partial(_at, name=name, ids=f"env_{ids}_{place}") for place in range(size))
        else:
            yield partial(_where, seen=one)


def _where(scope: Scope, seen: Checked) -> Sequence[Sql]:
    return [to_sql(seen, scope.unmasked(), guarded=False)]


def _at(scope: Scope, name: str, ids: str) -> Sequence[Sql]:
    return [scope.unmasked().column(name) == sa.bindparam(ids, type_=sa.BigInteger)]
