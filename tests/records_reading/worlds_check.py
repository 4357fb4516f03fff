"""Compares answers in a random world: lists and single records read by SQL, conditions by Python, the naive reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from core.access import SHARE, SHARES, Condition
from core.errors import AccessDenied, BadRequest, NotFound
from core.expressions import Checked, Env, compile_python
from core.i18n import sort_key
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.records.query import Query
from tests.access.kit import ENTITIES, catalog_of
from tests.access.kit_ties import COPIES, FOLLOW, INPUTS, LISTS, ROLLED, WHOLES
from tests.access.reference import World
from tests.access.reference_fields import ADMINISTRATOR, Record, Seen
from tests.access.worlds import MEANINGS, random_actor, random_world
from tests.records_reading.conftest import Desk

COMPARED = {
    "kit.person": ("name", "phone"),
    "kit.shelf": ("name", "code", "room", "owner", "team", "filled"),
    "kit.item": ("name", "note", "size", "state", "shelf", "owner", "team", "label", "place", "heaviest"),
    "kit.piece": ("name", "length", "whole"),
    "kit.sticker": ("text",),
    "kit.trace": ("name", "item", "was", "called", "owner", "team"),
    "kit.cut": ("name", "item", "was", "called"),
    "base.share": ("with_role", "level"),
}
SORTS = {
    "kit.item": ("size", "name", "-note", "-size", "state", "shelf", "-label"),
    "kit.shelf": ("room", "-name"),
    "kit.person": ("-name",),
    "kit.piece": ("length", "-whole"),
    "kit.sticker": ("text",),
    "kit.trace": ("was", "-called", "item"),
    "kit.cut": ("-was", "called"),
    "base.share": ("-with_role",),
}
FILTERS, ORDERS = 2, 2
"""How many each reader asks for of an entity: worlds are many, and each question costs a statement."""
STATES = ("new", "used", "gone")


class WorldView:
    """A record of a world as compiled expressions read it, with the system's eyes."""

    def __init__(self, world: World, entity: str, record: Record) -> None:
        self._world, self._entity, self._record = world, entity, record

    def value(self, name: str) -> object:
        return self._record.get(name)

    def follow(self, name: str) -> WorldView | None:
        steps = {by: whole for part in WHOLES.values() for by, whole, _ in part}
        target = steps[name] if "__" in name else FOLLOW[self._entity, name]
        record = self._world.records[target].get(self._record[name])
        return None if record is None else WorldView(self._world, target, record)

    def items(self, name: str) -> Iterable[WorldView]:
        source, by = (
            (SHARE, f"record__{self._entity.replace('.', '_')}")
            if name == SHARES
            else LISTS[self._entity, name]
        )
        return [
            WorldView(self._world, source, r)
            for r in self._world.records[source].values()
            if r[by] == self._record["id"]
        ]


def fill(desk: Desk, world: World) -> None:
    """Put the records of a world into the database, in place of those before."""
    desk.run(
        "TRUNCATE kit_person, kit_shelf, kit_item, kit_piece, kit_sticker, kit_trace, kit_cut, base_share RESTART IDENTITY CASCADE"
    )
    catalog = desk.catalog({})
    with desk.database.unit(catalog, random_actor(Random(0), world)) as uow:
        for entity in ENTITIES:
            table = desk.tables.of(catalog.entity(entity))
            rows = [
                {k: v for k, v in record.items() if k != "id"} for record in world.records[entity].values()
            ]
            if rows:
                uow.execute(table.insert(), rows)


def differences(desk: Desk, seed: int) -> Iterator[str]:
    """Yield what differs in the world of a seed."""
    random = Random(seed)
    world = random_world(random)
    fill(desk, world)
    catalog = catalog_of(
        world.roles, version=seed + 1000, implies=world.implies, restrictions=world.restrictions
    )
    for _ in range(4):
        actor = random_actor(random, world)
        for entity in ENTITIES:
            yield from (
                f"seed {seed} {entity} {actor.roles} {actor.id}: {told}"
                for told in _entity(desk, world, catalog, actor, entity, random)
            )


def _entity(
    desk: Desk, world: World, catalog: Catalog, actor: Actor, entity: str, random: Random
) -> Iterator[str]:
    for action in ("update", "create", "delete", "export"):
        expected = [n for n, r in world.records[entity].items() if world.may(actor, entity, action, r)]
        found = _by_python(desk, world, catalog, actor, entity, action)
        if found != expected:
            yield f"{action}: Python {found}, reference {expected}"
    yield from _edits(desk, world, catalog, actor, entity, random)
    expected = [n for n, r in world.records[entity].items() if world.may(actor, entity, "read", r)]
    by_python = _by_python(desk, world, catalog, actor, entity, "read")
    try:
        items = list(_pages(desk, catalog, actor, entity, Query(limit=200)))
    except AccessDenied:
        items = []
    by_sql = [item["id"] for item in items]
    one_by_one = list(_singly(desk, catalog, actor, entity, world.records[entity]))
    if not expected == by_python == by_sql == one_by_one:
        yield f"read: reference {expected}, Python {by_python}, list {by_sql}, one by one {one_by_one}"
        return
    yield from _fields(world, actor, entity, items)
    if items:
        yield from _taken_along(desk, world, catalog, actor, entity, expected)
        yield from _questions(desk, world, catalog, actor, entity, expected, random)


def _singly(desk: Desk, catalog: Catalog, actor: Actor, entity: str, numbers: Iterable[int]) -> Iterator[int]:
    """Yield the records that are there for somebody who asks for each by its id."""
    for number in numbers:
        try:
            yield desk.reading.get(actor, entity, number, ("id",), catalog=catalog)["id"]
        except (AccessDenied, NotFound):
            continue


def _edits(
    desk: Desk, world: World, catalog: Catalog, actor: Actor, entity: str, random: Random
) -> Iterator[str]:
    """Compare on which records some field may be changed."""
    name = random.choice(tuple(ENTITIES[entity]["fields"]))
    rule = desk.access.write_condition(actor, entity, "update", frozenset({name}), catalog)
    found = _holding(world, actor, entity, rule)
    expected = [n for n, r in world.records[entity].items() if _edits_here(world, actor, entity, r, name)]
    if found != expected:
        yield f"edit {name}: Python {found}, reference {expected}"


def _edits_here(world: World, actor: Actor, entity: str, record: Record, name: str) -> bool:
    return world.may(actor, entity, "update", record) and (
        ADMINISTRATOR in actor.roles or world.gives(actor, entity, record, name, "update")
    )


def _fields(world: World, actor: Actor, entity: str, items: list[dict[str, Any]]) -> Iterator[str]:
    """Compare every value shown with what the reference shows."""
    for item in items:
        seen = Seen(world, actor, entity, world.records[entity][item["id"]])
        for name in COMPARED[entity]:
            shown = item.get(name)
            if isinstance(shown, Ref):
                other = seen.follow(name) if (entity, name) in FOLLOW else None
                if (entity, name) in FOLLOW and shown.title != (other.get("name") if other else None):
                    yield f"title of {name} of {item['id']}: {shown}"
                shown = shown.id
            if shown != seen.get(name):
                yield f"{name} of {item['id']}: shown {shown}, reference {seen.get(name)}"


def _taken_along(
    desk: Desk, world: World, catalog: Catalog, actor: Actor, entity: str, visible: list[int]
) -> Iterator[str]:
    """Compare how many records an aggregate counts, and what an export holds."""
    ask = desk.aggregating.aggregate
    counted = [group["count()"] for group in ask(actor, entity, (), ("count()",), catalog=catalog)]
    if counted != [len(visible)]:
        yield f"counted {counted}, visible {len(visible)}"
    if not desk.access.may(actor, entity, "export", catalog):
        return
    names = tuple(n for n in COMPARED[entity] if (entity, n) not in (*INPUTS, *ROLLED, *FOLLOW, *COPIES))
    names = tuple(n for n in names if n in desk.access.fields(actor, entity, catalog).readable)
    query = Query(limit=200, granted="export", fields=("id", *names))
    found = {item["id"]: item for item in _pages(desk, catalog, actor, entity, query)}
    for number in visible:
        record = world.records[entity][number]
        if world.may(actor, entity, "export", record) != (number in found):
            yield f"export: holds {number}: {number in found}"
        for name in names if number in found else ():
            given = ADMINISTRATOR in actor.roles or world.gives(actor, entity, record, name, "export")
            value = Seen(world, actor, entity, record).get(name) if given else None
            shown = found[number].get(name)
            if (shown.id if isinstance(shown, Ref) else shown) != value:
                yield f"export {name} of {number}: holds {shown}, reference {value}"


def _questions(
    desk: Desk, world: World, catalog: Catalog, actor: Actor, entity: str, visible: list[int], random: Random
) -> Iterator[str]:
    """Compare filters and orders, which must not know more than the reader."""
    seen = {n: Seen(world, actor, entity, world.records[entity][n]) for n in visible}
    for text in _some(random, tuple(MEANINGS[entity]), FILTERS):
        try:
            found = [
                i["id"] for i in _pages(desk, catalog, actor, entity, Query(filter=text, fields=("id",)))
            ]
        except BadRequest:
            continue
        expected = [n for n in visible if MEANINGS[entity][text](seen[n], actor)]
        if found != expected:
            yield f"filter {text}: SQL {found}, reference {expected}"
    for sort in _some(random, SORTS[entity], ORDERS):
        query = Query(sort=(sort,), fields=("id",), limit=random.choice((2, 3, 200)))
        try:
            found = [i["id"] for i in _pages(desk, catalog, actor, entity, query)]
        except BadRequest:
            continue
        if found != _ordered(seen, entity, sort):
            yield f"sort {sort}: SQL {found}, reference {_ordered(seen, entity, sort)}"


def _some(random: Random, all_of_them: Sequence[str], most: int) -> list[str]:
    return random.sample(all_of_them, min(most, len(all_of_them)))


def _ordered(seen: dict[int, Seen], entity: str, sort: str) -> list[int]:
    name, descending = sort.removeprefix("-"), sort.startswith("-")

    def value(number: int) -> Any:
        if (entity, name) in FOLLOW:
            other = seen[number].follow(name)
            found = other.get("name") if other else None
        else:
            found = seen[number].get(name)
        if found is None:
            return None
        return (
            STATES.index(found) if name == "state" else sort_key(found) if isinstance(found, str) else found
        )

    keys = {number: value(number) for number in seen}
    filled = sorted((n for n in seen if keys[n] is not None), key=lambda n: (keys[n], n), reverse=descending)
    return filled + sorted((n for n in seen if keys[n] is None), reverse=descending)


def _pages(desk: Desk, catalog: Catalog, actor: Actor, entity: str, query: Query) -> Iterator[dict[str, Any]]:
    while True:
        page = desk.reading.find(actor, entity, query, catalog=catalog)
        yield from page.items
        if page.next is None:
            return
        query = Query(
            fields=query.fields, filter=query.filter, sort=query.sort, limit=query.limit, cursor=page.next
        )


def _by_python(
    desk: Desk, world: World, catalog: Catalog, actor: Actor, entity: str, action: str
) -> list[int]:
    return _holding(world, actor, entity, desk.access.condition(actor, entity, action, catalog))


def _holding(world: World, actor: Actor, entity: str, condition: Condition) -> list[int]:
    """Return the records on which a condition holds, read by Python."""
    records = world.records[entity]
    if not isinstance(condition, Checked):
        return list(records) if condition else []
    read = compile_python(condition)
    env = Env(
        user=actor.id,
        team=actor.team,
        teams=actor.teams,
        teams_below=actor.teams_below or actor.teams,
        now=datetime(2026, 3, 21, tzinfo=UTC),
        today=date(2026, 3, 21),
    )
    return [n for n, r in records.items() if read(WorldView(world, entity, r), env)]
