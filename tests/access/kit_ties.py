"""How the entities of the kit hang together, as the naive reference knows it by heart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

NOW = datetime(2026, 3, 21, tzinfo=UTC)
"""When all this is asked."""
WHOLES = {
    "kit.piece": (("whole", "kit.item", "pieces"),),
    "kit.sticker": (("on__kit_item", "kit.item", None), ("on__kit_shelf", "kit.shelf", None)),
    "kit.cut": (("item", "kit.item", None),),
    "base.share": (("record__kit_item", "kit.item", None), ("record__kit_shelf", "kit.shelf", None)),
}
"""Of each part: the reference to its whole, the whole's entity, the list of the whole that shows it."""
FOLLOW = {
    ("kit.item", "shelf"): "kit.shelf",
    ("kit.piece", "whole"): "kit.item",
    ("kit.item", "owner"): "kit.person",
    ("kit.trace", "item"): "kit.item",
    ("kit.cut", "item"): "kit.item",
}
LISTS = {("kit.item", "pieces"): ("kit.piece", "whole"), ("kit.shelf", "items"): ("kit.item", "shelf")}
INPUTS = {
    ("kit.item", "label"): (("kit.item", "name"), ("kit.item", "note")),
    ("kit.item", "place"): (("kit.item", "shelf"), ("kit.shelf", "room")),
}
ROLLED = {
    ("kit.shelf", "filled"): ("kit.item", ("shelf", "size")),
    ("kit.item", "heaviest"): ("kit.piece", ("whole", "length")),
}
COPIES = {
    (entity, name): ("item", "kit.item", of)
    for entity in ("kit.trace", "kit.cut")
    for name, of in (("was", "size"), ("called", "label"))
}
"""Of each copy: the reference to where it was taken from, that entity, and its field."""
PUBLIC = ("id", "version", "updated_at")


def deciding(
    conditions: Iterable[tuple[str, str]], fields: Mapping[str, Sequence[str]]
) -> set[tuple[str, str]]:
    """Return (entity, field) of all that these (entity, condition) look at, and of what that is drawn from."""
    found = {name for entity, text in conditions for name in _looks_at(entity, text, fields)}
    while True:
        drawn = {pair for name in found for pair in INPUTS.get(name, ())}
        drawn |= {(ROLLED[name][0], one) for name in found & ROLLED.keys() for one in ROLLED[name][1]}
        if drawn <= found:
            return found
        found |= drawn


def _looks_at(entity: str, text: str, fields: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, more in re.findall(r"(?:any|none|count)\((\w+)(?:, ([^)]*))?\)", text):
        yield entity, name
        yield from _looks_at(LISTS[entity, name][0], more, fields)
    for path in re.findall(
        r"[a-z_]+(?:\.[a-z_]+)*", re.sub(r"(?:any|none|count)\([^)]*\)|'[^']*'", "", text)
    ):
        at = entity
        for name in path.split("."):
            if name in fields[at]:
                yield at, name
                at = FOLLOW.get((at, name), at)
