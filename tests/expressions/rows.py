"""Random rows for the small world: a quarter of the values is empty, pools are small so that values meet."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from core.expressions import Type
from core.kernel.values import AnyRef, Money, Ref
from tests.expressions.world import COLOURS, SCHEMA, World

EMPTY = 0.25
NUMBERS = (0, 1, 2, 3, 5, 7, -1, -4, 10, 100, 9_007_199_254_740_993)
DECIMALS = tuple(
    Decimal(t) for t in ("0", "0.5", "2.5", "-2.5", "1.25", "3", "0.333333", "-0.000001", "99999999.999999")
)
AMOUNTS = tuple(Decimal(t) for t in ("0", "1", "2.5", "-3", "100.0001", "12500000", "9999999999999999.9999"))
CURRENCIES = ("IRR", "EUR")
TEXTS = (
    "a",
    "A",
    "ab",
    "b",
    "علی",
    "علي",
    "سلام دنیا",
    "می‌روم",
    "50%",
    "a_b",
    "it's",
    'say "hi"',
    "back\\slash",
    "ÀÉ",
    "Ωμέγα",
    "ΑΣ",
    "Straße",
    "İstanbul",
    "日本",
    "😀",
    " ",
    "line\nfeed",
    "Z",
    "z",
    "é",
    "x1",
)
DAYS = tuple(
    date.fromisoformat(t)
    for t in (
        "2026-03-21",
        "2026-03-20",
        "2024-02-29",
        "1999-12-31",
        "2000-01-01",
        "0001-01-01",
        "9999-12-31",
        "2026-04-20",
    )
)
MOMENTS = tuple(
    datetime.fromisoformat(t).replace(tzinfo=UTC)
    for t in (
        "2026-03-21T08:30:00",
        "2026-03-21T08:30:00.000001",
        "2026-03-20T23:59:59.999999",
        "1970-01-01T00:00:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999999",
        "2024-02-29T12:00:00",
    )
)
SIZES = {"w.thing": 80, "w.group": 12, "w.line": 150}


def random_world(random: Random) -> World:
    """Return a world with all rows filled in."""
    world = World()
    for entity, size in SIZES.items():
        for id_ in range(1, size + 1):
            world.rows[entity][id_] = {**random_row(random, entity), "id": id_}
    for id_ in world.rows["w.thing"]:
        world.links[id_] = tuple(
            sorted(random.sample(range(1, SIZES["w.group"] + 1), random.choice((0, 0, 1, 2, 4))))
        )
    return world


def random_row(random: Random, entity: str) -> dict[str, Any]:
    """Return the values of one record."""
    return {name: _value(random, name, type_) for name, type_ in SCHEMA[entity].items()}


def _value(random: Random, name: str, type_: Type) -> Any:
    kind = type_.kind
    if kind == "list" or random.random() < EMPTY:
        return None
    match kind:
        case "number":
            return random.choice(DECIMALS if name.startswith("d") else NUMBERS)
        case "money":
            return Money(random.choice(AMOUNTS), random.choice(CURRENCIES))
        case "text":
            return random.choice(TEXTS)
        case "boolean":
            return random.random() < 0.5
        case "date":
            return random.choice(DAYS)
        case "datetime":
            return random.choice(MOMENTS)
        case "choice":
            return random.choice(type_.choices)
        case "multi_choice":
            return tuple(random.sample(COLOURS, random.choice((0, 1, 2, 3))))
        case "reference":
            return Ref(random.randint(1, SIZES[type_.entity or ""]))
        case "reference_any":
            target = random.choice(type_.entities)
            return AnyRef(target, random.randint(1, 12))
        case _:
            return random.randint(1, 9)
