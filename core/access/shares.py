"""Records shared with single people, teams and roles: where this room finds the shares, and what they open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.access.parts import reference_targets
from core.metadata.catalog import Catalog

SHARE = "base.share"
"""The entity that keeps shares, where there is one: record, with_user, with_team, with_role, level, expires_at."""

RECORD = "record"

SHARES = "shares__"
"""The list of a record's shares, in conditions of rights only; no field of a document can be called so."""

SHARED = "shared"
"""The scope of the grant that stands for a share; no document can write it."""

LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType({"read": ("read", "edit"), "update": ("edit",)})
"""The levels of a share that open an action; nothing else can be shared."""


def is_shareable(catalog: Catalog, entity: str) -> bool:
    """Tell whether records of an entity can be shared."""
    share = catalog.entities.get(SHARE)
    record = share.fields.get(RECORD) if share is not None else None
    return record is not None and entity in reference_targets(record)


def opened_by(action: str, roles: Iterable[str]) -> str:
    """Return the expression that a share opens an action on a record to the holder of these roles."""
    levels = ", ".join(f"'{level}'" for level in LEVELS[action])
    names = ", ".join(f"'{role}'" for role in sorted(roles))
    return (
        f"any({SHARES}, (with_user == $user or with_team in $teams or with_role in [{names}])"
        f" and level in [{levels}] and (is_empty(expires_at) or expires_at > $now))"
    )
