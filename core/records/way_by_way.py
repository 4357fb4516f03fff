"""Pages read way by way: as their owner, of each of one's teams, on the shelf for all, each in order by an index of its own.

A list in which somebody sees few of many records would walk past all others in its order, or fetch all that they see to
sort it. Where indexes are declared for each way, the first of each are merged instead, and no more is read than is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import sqlalchemy as sa

from core.access.shares import SHARE, SHARES
from core.expressions import Checked, alternatives, column_of
from core.expressions.sql import to_sql
from core.kernel.actor import Actor
from core.metadata.specs import Beside, EntitySpec
from core.records.orders import Order
from core.records.scopes import Eyes, Scope
from core.records.sources import Sql
from core.storage.beside import RECORD, VALUE, table_beside

GATHERED = frozenset({SHARES})
"""Lists whose owners are found once for all records."""

MOST_ROLES = 8
"""So many roles are ways of their own to what is shared with them; of more all that is shared is fetched and sorted."""

SIZES = (1, 2, 4, 8, 16, 32)
"""For how many teams statements are written: of more the database would plan longer than it reads."""

NUMBERED = ("teams", "teams_below")
"""Constants of an evaluation that are lists of ids, which `Asking.constants` gives one by one, too."""

Places = tuple[int, ...]

Conditions = Callable[[Scope], Sequence[Sql]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to records: what must hold of them, and where not all of their table, among which to look, in order.

    Of ``candidates`` a record may come several times.
    """

    conditions: Conditions
    candidates: sa.Subquery | None = None


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


def each_way(eyes: Eyes, spec: EntitySpec, orders: Sequence[Order], among: Places) -> Iterator[Way]:
    """Yield each way; of one that goes over teams, those of each of so many."""
    rule = eyes.visible(spec.name)
    assert not isinstance(rule, bool)  # `is_by_way` has looked
    for one in alternatives(rule, GATHERED):
        name, ids = column_of(one)
        if ids:
            size = among[NUMBERED.index(ids)]
            yield from (
                Way(conditions=partial(_at, name=name, ids=f"env_{ids}_{place}")) for place in range(size)
            )
        elif not name and (kept := _beside(eyes, spec, orders)) is not None:
            yield from _reached(eyes, spec, kept, one, among)
        else:
            yield Way(conditions=partial(_where, seen=one))


def _beside(eyes: Eyes, spec: EntitySpec, orders: Sequence[Order]) -> Beside | None:
    """Return where the values of an order are kept beside the shares of an entity."""
    if len(eyes.roles()) > MOST_ROLES:
        return None
    return next((one for one in spec.beside if one.part == SHARE and one.order == orders[0].name), None)


def _reached(eyes: Eyes, spec: EntitySpec, kept: Beside, seen: Checked, among: Places) -> Iterator[Way]:
    """Yield the ways to what is shared: with oneself, with each team, with each role.

    They only say in which order to look; each record is asked by its shares whether it is to be seen.
    """
    records = eyes.tables.of(spec)
    names = [VALUE, RECORD, *kept.by, *([kept.until] if kept.until else [])]
    beside = sa.table(
        table_beside(spec.table, kept.order), *(sa.column(name) for name in names), schema="public"
    )
    own = {"id": beside.c[RECORD], kept.order: beside.c[VALUE]}
    whom = {"with_user": ["env_user"], "with_team": [f"env_teams_{place}" for place in range(among[0])]}
    terms = [(name, sa.bindparam(env, type_=sa.BigInteger)) for name in whom for env in whom[name]]
    terms += [("with_role", sa.literal(role, sa.Text)) for role in sorted(eyes.roles())]
    for name, value in terms:
        columns = [
            sa.type_coerce(own[c.name], c.type).label(c.name) if c.name in own else c for c in records.c
        ]
        joined = beside.join(records, records.c.id == beside.c[RECORD])
        found = sa.select(*columns).select_from(joined).where(beside.c[name] == value)
        if kept.until:
            now = sa.bindparam("env_now", type_=sa.TIMESTAMP(timezone=True))
            ends = sa.type_coerce(beside.c[kept.until], now.type)
            found = found.where(sa.or_(ends.is_(None), ends > now))
        candidates = found.subquery()
        yield Way(conditions=partial(_asked, seen=seen), candidates=candidates)


def _where(scope: Scope, seen: Checked) -> Sequence[Sql]:
    return [to_sql(seen, scope.unmasked(), guarded=False)]


def _asked(scope: Scope, seen: Checked) -> Sequence[Sql]:
    """Ask a single record, when its turn comes: inside COALESCE the database makes no join of it, for all at once."""
    single = Scope(replace(scope.eyes, many=False), scope.entity, scope.table, masked=False)
    return [sa.func.coalesce(to_sql(seen, single, guarded=False), sa.false())]


def _at(scope: Scope, name: str, ids: str) -> Sequence[Sql]:
    return [scope.unmasked().column(name) == sa.bindparam(ids, type_=sa.BigInteger)]
