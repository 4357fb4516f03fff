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

RESERVED_FIELDS = frozenset(
    {
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "deleted_at",
    }
)
"""Fields every record has; nobody may declare them."""


def nearest(name: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Return up to three existing names that look like ``name``, best first."""
    return tuple(get_close_matches(name, sorted(existing), n=3, cutoff=0.5))


RESERVED_MODULES = frozenset({"core", "site", "x", "modules", "procrastinate", "themes", "tests"})
"""Names no module may have: they own tables, prefixes or packages already."""

RESERVED_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null", "self"})
"""Words of the expression language; a field of such a name could not be spoken of."""


def suggestions(name: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Return the nearest existing names, or a few of them where none is near: never nothing to show."""
    known = sorted(existing)
    return nearest(name, known) or tuple(known[:6]) or ("—",)


def is_site_name(name: str) -> bool:
    """Tell whether an entity or field has a name that only the site gives (``x.…``, ``x_…``)."""
    return name.startswith((SITE_PREFIX, SITE_ENTITY_PREFIX))


def humanized(name: str) -> str:
    """Return the English label of a name that has none: ``open_deals`` → ``Open deals``."""
    return name.rpartition(".")[2].replace("_", " ").strip().capitalize()
