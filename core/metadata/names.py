"""What names may look like, and which nearby names exist when one is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

MODULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
ENTITY_NAME = re.compile(r"([a-z][a-z0-9_]{0,20})\.([a-z][a-z0-9_]{0,30})")

SITE_PREFIX = "x_"
SITE_ENTITY_PREFIX = "x."

RESERVED_FIELDS = frozenset({
    "id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at",
})
"""Fields every record has; nobody may declare them."""


def nearest(name: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Return up to three existing names that look like ``name``, best first."""
    return tuple(get_close_matches(name, sorted(existing), n=3, cutoff=0.5))
