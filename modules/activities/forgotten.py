"""Customers that nobody looks after: how many there are of which kind, and who is told so in the morning.

Which they are stands in the ready filters of the lists and nowhere else, so that what people are told is what they find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from core.sdk import (
    Actor,
    BadRequest,
    JobContext,
    Ref,
    UnitOfWork,
    aggregate,
    look_up,
    notify,
    people,
    reading,
    style_of,
)
from modules.activities.digests import MORNING

CUSTOMERS = ("contacts.account", "contacts.contact")
FORGOTTEN = "forgotten"
REASONS = ("unowned", "no_next_step", "quiet")
"""The filter that finds all of them, and those that tell why."""


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


TITLE = N_("{number} customers wait for a next step, a talk or an owner")
LINES = {
    ("contacts.account", "unowned"): N_("Companies without an owner: {number}"),
    ("contacts.account", "no_next_step"): N_("Companies without a next step: {number}"),
    ("contacts.account", "quiet"): N_("Companies not spoken to for too long: {number}"),
    ("contacts.contact", "unowned"): N_("Contacts without an owner: {number}"),
    ("contacts.contact", "no_next_step"): N_("Contacts without a next step: {number}"),
    ("contacts.contact", "quiet"): N_("Contacts not spoken to for too long: {number}"),
}

TOO_MANY = "too_many_groups"
OWNERS = 200
"""So many owners are asked for at once, where all of them are too many."""

Group = Mapping[str, object]
Figures = dict[tuple[str, str], int]
"""How many customers of an entity one filter finds."""


def tell_forgotten(context: JobContext) -> Mapping[str, int]:
    """Tell owners of their forgotten customers, and leaders of those that nobody owns, once in the morning of each."""
    with context.unit("forgotten customers are looked for") as uow:
        of: dict[int, Figures] = defaultdict(lambda: defaultdict(int))
        found: dict[str, int] = {}
        for entity in CUSTOMERS:
            found[entity.partition(".")[2]] = _count(entity, of, uow)
        known = people(uow, sorted(of))
        told = sum(
            _tell(person, _seen(of[person], actor, uow), actor, uow) for person, actor in known.items()
        )
    return {**found, "told": told}


def _count(entity: str, of: dict[int, Figures], uow: UnitOfWork) -> int:
    """Add the customers of an entity to those who answer for them; return how many are forgotten."""
    forgotten = 0
    for name in (FORGOTTEN, *REASONS):
        where = condition_of(entity, name, uow)
        for group in _groups(entity, where, uow) if where else ():
            number = int(str(group["count()"]))
            forgotten += number if name == FORGOTTEN else 0
            for person in _answerable(group["owner"], group["team"], uow):
                of[person][entity, name] += number
    return forgotten


def _groups(entity: str, where: str, uow: UnitOfWork) -> Iterator[Group]:
    """Yield how many there are by owner and team; where that is too much to tell at once, some owners at a time."""
    try:
        yield from aggregate(uow, entity, ("owner", "team"), where=where)
    except BadRequest as refused:
        if refused.reason != TOO_MANY:
            raise
        yield from aggregate(uow, entity, ("owner", "team"), where=f"({where}) and is_empty(owner)")
        owners = sorted(int(str(one["id"])) for one in look_up(uow, "base.user", ()))
        for some in range(0, len(owners), OWNERS):
            yield from _of(owners[some : some + OWNERS], entity, where, uow)


def _of(owners: Sequence[int], entity: str, where: str, uow: UnitOfWork) -> Iterator[Group]:
    """Yield the groups of these owners; where there are too many, those of each half of them."""
    try:
        found = aggregate(uow, entity, ("owner", "team"), where=f"({where}) and owner in {list(owners)}")
    except BadRequest as refused:
        if refused.reason != TOO_MANY or len(owners) == 1:
            raise
        middle = len(owners) // 2
        found = [*_of(owners[:middle], entity, where, uow), *_of(owners[middle:], entity, where, uow)]
    yield from found


def condition_of(entity: str, name: str, uow: UnitOfWork) -> str:
    """Return what a ready filter of a list finds; empty where the site has taken the filter away."""
    filters = uow.catalog.views[f"{entity}.list"].options.get("filters")
    named = filters.get(name) if isinstance(filters, Mapping) else None
    return str(named.get("where") or "") if isinstance(named, Mapping) else ""


def _seen(figures: Figures, actor: Actor, uow: UnitOfWork) -> Figures:
    """Return the figures of what somebody may read at all."""
    may = {entity: reading(uow).may_read(actor, entity, uow.catalog) for entity in CUSTOMERS}
    return {key: number for key, number in figures.items() if may[key[0]]}


def _tell(person: int, figures: Figures, actor: Actor, uow: UnitOfWork) -> int:
    style = style_of(uow, actor.preferences)
    now = uow.now.astimezone(style.zone)
    number = sum(figures.get((entity, FORGOTTEN), 0) for entity in CUSTOMERS)
    if now.hour < MORNING or not number:
        return 0
    lines = [style._(line, number=figures[key]) for key, line in LINES.items() if figures.get(key)]
    told = notify(
        uow,
        [person],
        title=TITLE,
        params={"number": number},
        kind="forgotten",
        key=f"activities.forgotten:{now.date()}",
        body="\n".join(lines),
        mail=True,
        skip_actor=False,
    )
    return len(told)


def _answerable(owner: object, team: object, uow: UnitOfWork) -> Sequence[int]:
    """Return who is told of customers: their owner; else who leads their team; else who leads teams of their own.

    Whoever may no longer sign in is told nothing and so answers for nothing. Where nobody leads, administrators are told.
    """
    if isinstance(owner, Ref) and people(uow, [owner.id]):
        return (owner.id,)
    by_team, first = _leaders(uow)
    leader = by_team.get(team.id) if isinstance(team, Ref) else None
    return (leader,) if leader is not None else first


def _leaders(uow: UnitOfWork) -> tuple[Mapping[int, int], Sequence[int]]:
    """Return who leads each team, and who is told of what belongs to no team that somebody leads."""
    memo = "activities.leaders"
    if memo not in uow.memo:
        rows = list(look_up(uow, "base.team", ("leader", "parent"), where="leader.active == true"))
        leads = {int(str(r["id"])): leader.id for r in rows if isinstance(leader := r["leader"], Ref)}
        first = sorted({leads[int(str(row["id"]))] for row in rows if row["parent"] is None})
        uow.memo[memo] = leads, first or _administrators(uow)
    found: tuple[Mapping[int, int], Sequence[int]] = uow.memo[memo]
    return found


def _administrators(uow: UnitOfWork) -> Sequence[int]:
    active = [int(str(one["id"])) for one in look_up(uow, "base.user", (), where="active == true")]
    return [one for one, actor in people(uow, active).items() if "base.administrator" in actor.roles]
