"""How the entities of the kit hang together, as the naive reference knows it by heart."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 3, 21, tzinfo=UTC)
"""When all this is asked."""
WHOLES = {
    "kit.piece": (("whole", "kit.item", "pieces"),),
    "kit.sticker": (("on__kit_item", "kit.item", None), ("on__kit_shelf", "kit.shelf", None)),
    "base.share": (("record__kit_item", "kit.item", None), ("record__kit_shelf", "kit.shelf", None)),
}
"""Of each part: the reference to its whole, the whole's entity, the list of the whole that shows it."""
FOLLOW = {
    ("kit.item", "shelf"): "kit.shelf",
    ("kit.piece", "whole"): "kit.item",
    ("kit.item", "owner"): "kit.person",
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
PUBLIC = ("id", "version", "updated_at")
