"""Random worlds: roles, grants, scopes, conditions, field rights, records and readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

from core.kernel.actor import Actor, Scope
from tests.access.kit import ENTITIES, grant, person
from tests.access.reference import World
from tests.access.reference_fields import Record, Seen

SYSTEM = ("id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")
FIELDS = {entity: (*SYSTEM, *body["fields"]) for entity, body in ENTITIES.items()}
ACTIONS = ("read", "update", "create", "delete", "export", "share")

Meaning = Callable[[Seen, Actor], bool]


def _less(limit: int) -> Meaning:
    return lambda r, a: r.get("size") is not None and r.get("size") < limit


def _behind(name: str, field: str, value: Any) -> Meaning:
    return lambda r, a: (other := r.follow(name)) is not None and other.get(field) == value


MEANINGS: Mapping[str, Mapping[str, Meaning]] = {
    "kit.person": {
        "name == 'a'": lambda r, a: r.get("name") == "a",
        "id == $user": lambda r, a: a.id is not None and r.get("id") == a.id,
    },
    "kit.shelf": {
        "name == 'a' or is_empty(room)": lambda r, a: r.get("name") == "a" or r.get("room") is None,
        "any(items, size < 3)": lambda r, a: any(_less(3)(i, a) for i in r.items("items")),
        "not (room == 'b')": lambda r, a: r.get("room") != "b",
        "team in $teams": lambda r, a: r.get("team") in a.teams,
        "count(items) == 1": lambda r, a: len(r.items("items")) == 1,
    },
    "kit.item": {
        "size < 3": _less(3),
        "not (size < 3)": lambda r, a: not _less(3)(r, a),
        "name != 'a'": lambda r, a: r.get("name") != "a",
        "owner == $user and size >= 2": lambda r, a: (
            a.id is not None and r.get("owner") == a.id and r.get("size") is not None and r.get("size") >= 2
        ),
        "shelf.name == 'a'": _behind("shelf", "name", "a"),
        "is_empty(shelf.room)": lambda r, a: (o := r.follow("shelf")) is None or o.get("room") is None,
        "shelf.owner == $user": lambda r, a: (
            a.id is not None and (o := r.follow("shelf")) is not None and o.get("owner") == a.id
        ),
        "any(pieces, length > 4)": lambda r, a: any((p.get("length") or 0) > 4 for p in r.items("pieces")),
        "none(pieces, name == 'a')": lambda r, a: not any(p.get("name") == "a" for p in r.items("pieces")),
        "note == 'b' or state == 'new'": lambda r, a: r.get("note") == "b" or r.get("state") == "new",
        "label == 'ab'": lambda r, a: r.get("label") == "ab",
        "place == 'a'": lambda r, a: r.get("place") == "a",
    },
    "kit.piece": {
        "length > 4": lambda r, a: (r.get("length") or 0) > 4,
        "whole.size < 3": lambda r, a: (o := r.follow("whole")) is not None and _less(3)(o, a),
        "whole.shelf.name == 'a'": lambda r, a: (
            (o := r.follow("whole")) is not None and _behind("shelf", "name", "a")(o, a)
        ),
    },
    "kit.trace": {
        "was < 3": lambda r, a: r.get("was") is not None and r.get("was") < 3,
        "item.size < 3": lambda r, a: (o := r.follow("item")) is not None and _less(3)(o, a),
    },
    "kit.cut": {"called == 'ab'": lambda r, a: r.get("called") == "ab"},
    "kit.sticker": {"text == 'a'": lambda r, a: r.get("text") == "a"},
    "base.share": {"level == 'edit'": lambda r, a: r.get("level") == "edit"},
}
ALL_MEANINGS = {text: meaning for some in MEANINGS.values() for text, meaning in some.items()}


def random_world(random: Random) -> World:
    """Make a world."""
    roles = {
        f"kit.r{n}": [_grant(random) for _ in range(random.randint(1, 5))]
        for n in range(random.randint(1, 4))
    }
    return World(
        records=_records(random),
        roles=roles,
        meanings=ALL_MEANINGS,
        fields=FIELDS,
        implies=_ladder(random, sorted(roles)),
        restrictions={
            f"kit.x{n}": _restriction(random, sorted(roles)) for n in range(random.choice((0, 0, 1, 2)))
        },
    )


def _ladder(random: Random, roles: list[str]) -> dict[str, list[str]]:
    """Let some roles imply some of those behind them, so that none implies itself."""
    return {
        name: [other for other in roles[place + 1 :] if random.random() < 0.3]
        for place, name in enumerate(roles)
    }


def _restriction(random: Random, roles: list[str]) -> dict[str, Any]:
    entity = random.choice(("kit.item", "kit.item", *ENTITIES))
    return {
        "entity": entity,
        "when": random.choice(tuple(MEANINGS[entity])),
        "actions": random.choice(([], ["read"], random.sample(ACTIONS, 2))),
        "except": [name for name in roles if random.random() < 0.2],
    }


def random_actor(random: Random, world: World) -> Actor:
    """Make a reader of this world."""
    roles = random.sample(sorted(world.roles), random.randint(0, min(3, len(world.roles))))
    roles += ["kit.administrator"] if random.random() < 0.05 else []
    teams = random.sample((1, 2, 3), random.randint(0, 2))
    scopes = None
    if random.random() < 0.15:
        scopes = tuple(
            Scope(entity=random.choice(("*", *ENTITIES)), action=random.choice(("*", "read", "update")))
            for _ in range(random.randint(0, 3))
        )
    return person(
        random.randint(1, 4),
        *roles,
        teams=teams,
        below=random.sample((1, 2, 3, 4), random.randint(0, 2)),
        scopes=scopes,
        shared=frozenset({"kit.item", "kit.shelf", "kit.person"}),
    )


def _grant(random: Random) -> dict[str, Any]:
    entity = random.choice(("kit.item", "kit.item", "kit.item", *ENTITIES))
    actions = [a for a in ACTIONS if random.random() < (0.8 if a == "read" else 0.3)] or ["read"]
    return grant(
        entity,
        actions,
        random.choice(("all", "own", "team", "team_below")),
        random.choice(tuple(MEANINGS[entity])) if random.random() < 0.4 else "",
        _names(random, entity),
        _names(random, entity),
        _masks(random, entity),
    )


def _masks(random: Random, entity: str) -> dict[str, str]:
    if random.random() < 0.7:
        return {}
    own = tuple(ENTITIES[entity]["fields"])
    names = random.sample(own, random.randint(1, min(3, len(own))))
    return {name: random.choice(tuple(MEANINGS[entity])) for name in names if name != "owner"}


def _names(random: Random, entity: str) -> list[str] | None:
    own = tuple(ENTITIES[entity]["fields"])
    match random.randint(0, 3):
        case 0:
            return random.sample(own, random.randint(0, len(own)))
        case 1:
            return ["*", *(f"!{name}" for name in random.sample(own, random.randint(1, min(3, len(own)))))]
        case _:
            return None


def _draw(shelves: list[Record], items: list[Record], pieces: list[Record]) -> None:
    """Fill the rolled-up values."""
    for number, shelf in enumerate(shelves, 1):
        shelf["filled"] = sum(1 for i in items if i["shelf"] == number and (i["size"] or 0) > 0)
    for number, item in enumerate(items, 1):
        item["heaviest"] = max(
            (p["length"] for p in pieces if p["whole"] == number and p["length"]), default=None
        )


OVER, AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _share(random: Random) -> Record:
    """Share an item or a shelf with a person, a team or a role; some shares are over, some for nobody."""
    item = random.choice((None, *range(1, 13)))
    whom = {
        "with_user": random.randint(1, 4),
        "with_team": random.randint(1, 4),
        "with_role": f"kit.r{random.randint(0, 4)}",
    }
    named = random.choice((*whom, ""))
    return {
        "record__kit_item": item,
        "record__kit_shelf": None if item else random.randint(1, 4),
        **{name: value if name == named else None for name, value in whom.items()},
        "level": random.choice(("read", "edit", "edit", None)),
        "expires_at": random.choice((None, None, OVER, AHEAD)),
    }


def _cuts(random: Random) -> list[Record]:
    """Make parts of items that keep copies of them, which are what they were and not what they are."""
    return [
        {
            "item": random.randint(1, 12),
            "name": random.choice((None, "a", "b")),
            "was": random.choice((None, 1, 2, 3)),
            "called": random.choice((None, "a", "b", "ab", "B")),
        }
        for _ in range(10)
    ]


def _stickers(random: Random) -> list[Record]:
    """Make parts that are on an item or on a shelf."""
    return [
        {
            "on__kit_item": target,
            "on__kit_shelf": None if target else random.randint(1, 4),
            "text": random.choice((None, "a", "b", "ab", "B")),
        }
        for target in (random.choice((None, *range(1, 9))) for _ in range(8))
    ]


def _records(random: Random) -> dict[str, dict[int, Record]]:
    def some(*values: Any) -> Any:
        return random.choice((None, *values))

    def owned() -> dict[str, Any]:
        return {"owner": some(1, 2, 3, 4), "team": some(1, 2, 3, 4)}

    texts = ("a", "b", "ab", "B")
    persons = [{"name": some(*texts), "phone": some("1")} for _ in range(4)]
    shelves = [
        {**owned(), "name": some(*texts), "code": some(*texts), "room": some(*texts)} for _ in range(4)
    ]
    items = [
        {
            **owned(),
            "name": random.choice(texts),
            "note": some(*texts),
            "size": some(1, 2, 3, 4),
            "shelf": some(1, 2, 3, 4),
            "state": some("new", "used", "gone"),
        }
        for _ in range(12)
    ]
    for item in items:
        item["label"] = item["name"] + item["note"] if item["note"] else None
        item["place"] = shelves[item["shelf"] - 1]["room"] if item["shelf"] else None
    pieces = [
        {"whole": random.randint(1, 12), "name": some(*texts), "length": some(3, 5, 9)} for _ in range(10)
    ]
    stickers = _stickers(random)
    cuts = _cuts(random)
    traces = [{**owned(), **cut, "item": some(cut["item"])} for cut in cuts[:8]]
    shares = [_share(random) for _ in range(random.choice((0, 6, 12)))]
    _draw(shelves, items, pieces)
    made = {
        "kit.person": persons,
        "kit.shelf": shelves,
        "kit.item": items,
        "kit.piece": pieces,
        "kit.sticker": stickers,
        "kit.trace": traces,
        "kit.cut": cuts,
        "base.share": shares,
    }
    return {entity: {n: {"id": n, **row} for n, row in enumerate(rows, 1)} for entity, rows in made.items()}
