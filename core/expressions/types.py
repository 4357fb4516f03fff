"""`Type`: what kind of value an expression, a field or a constant has."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = frozenset(
    {
        "text",
        "number",
        "money",
        "boolean",
        "date",
        "datetime",
        "choice",
        "multi_choice",
        "reference",
        "reference_any",
        "list",
        "file",
        "rich_text",
        "null",
    }
)
"""The kinds a field may have; ``null`` is the kind of the literal ``null``."""

TEXTUAL = frozenset({"text", "choice"})
ORDERED = frozenset({"text", "number", "money", "date", "datetime"})


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with what belongs to it.

    ``entity`` is the target of a reference or list (None for ids of any entity, such as ``$user``), ``entities``
    the targets of a reference to any of several, ``choices`` the names of a choice (empty means unchecked).
    ``folded`` tells whether a folded search key is kept; None means that nobody knows before the query runs.
    """

    kind: str
    entity: str | None = None
    entities: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    folded: bool | None = None


TEXT = Type("text")
NUMBER = Type("number")
MONEY = Type("money")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
NULL = Type("null")
ANY_ID = Type("reference")
IDS = Type("ids")
"""The kind of ``$teams``: several ids, only ever on the right of ``in``."""
UNKNOWN = Type("unknown")
"""The kind of what was already reported as wrong; it fits everywhere, so that nothing is told twice."""
