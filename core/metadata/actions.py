"""The words of grants and restrictions: actions, scopes, and the fields that are known of every record."""

from __future__ import annotations

ADMINISTER = "administer"
"""To arrange the definitions of an entity; no record is acted on, and no other name of an action means it."""
ACTIONS = (
    "create",
    "read",
    "update",
    "delete",
    "export",
    "import",
    "share",
    ADMINISTER,
    "merge",
    "override:duplicates",
    "scan:duplicates",
)
PUBLIC = frozenset({"id", "version", "updated_at"})
"""Known of every record of which one may read anything (architecture §14.25)."""
SCOPES = ("own", "team", "team_below", "all")
TRANSITION, ANY_TRANSITION, OPERATION = "transition:", "transition:*", "operation:"


def is_action(name: str) -> bool:
    """Tell whether a name is one of an action; of which steps and operations there are, others know."""
    return name in ACTIONS or name == "*" or name.startswith((TRANSITION, OPERATION))
