"""What a change does to the rights of roles, as the API answers it: totals, and the rows that the caller wants."""

from __future__ import annotations

from typing import Any

from core.access.matrix import Cell, Change
from core.api.call import Call
from core.api.routes import Parameter, flag, text, whole
from core.lifecycle import Rehearsed

PAGE = 200
"""How many rows of a difference come at once."""

WANTED = (
    Parameter(name="role", about="Only what changes for this role."),
    Parameter(name="wider", about="Only what may let somebody do more.", schema={"type": "boolean"}),
    Parameter(name="offset", about="How many rows to pass over.", schema={"type": "integer", "minimum": 0}),
)
"""Which rows are wanted."""

PLAN = Parameter(
    name="plan",
    about="The digest of the plan that was looked at; where something else would happen by now, nothing does (409).",
)


def plan_of(call: Call) -> str | None:
    """Return the digest of the plan that the caller has seen, or None where they do not say."""
    return text(call, "plan") or None


def difference(call: Call, found: Rehearsed) -> dict[str, Any]:
    """Return the difference of the matrix, of which the caller wants some rows."""
    role, only_wider, offset = text(call, "role"), flag(call, "wider"), max(whole(call, "offset", 0), 0)
    wanted = [c for c in found.changes if role in ("", c.cell.role) and (c.wider or not only_wider)]
    return {
        "modules": [spec.name for spec in found.modules],
        "total": len(found.changes),
        "wider": found.wider,
        "plan": found.digest,
        "items": [_change(change) for change in wanted[offset : offset + PAGE]],
        "next": offset + PAGE if len(wanted) > offset + PAGE else None,
    }


def _change(change: Change) -> dict[str, Any]:
    cell = change.cell
    return {
        "role": cell.role,
        "entity": cell.entity,
        "action": cell.action,
        "field": cell.field or None,
        "kind": change.kind,
        "wider": change.wider,
        "before": _reach(change.before),
        "after": _reach(change.after),
    }


def _reach(cell: Cell | None) -> dict[str, Any] | None:
    return None if cell is None else {"reach": cell.reach, "where": cell.where or None}
