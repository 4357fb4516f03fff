"""What the caller may do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from core.access import Access
from core.api.answers import reply
from core.api.call import Call
from core.api.rights import actions_of, knows
from core.api.routes import Route, ref


def get_me(call: Call) -> Response:
    """Answer who is asking and what they may do with which entities and fields."""
    actor = call.actor
    return reply(
        {
            "id": actor.id,
            "login": actor.login,
            "name": actor.name,
            "roles": sorted(actor.roles),
            "team": actor.team,
            "teams": list(actor.teams),
            "administrator": call.everybody,
            "preferences": asdict(actor.preferences),
            "scopes": None if actor.scopes is None else [asdict(scope) for scope in actor.scopes],
            "entities": {
                name: _entity(call, name) for name in sorted(call.catalog.entities) if knows(call, name)
            },
        }
    )


def _entity(call: Call, name: str) -> dict[str, Any]:
    rights = call.site.get(Access).fields(call.actor, name, call.catalog)
    return {
        "actions": actions_of(call, name),
        "read": sorted(rights.readable),
        "edit": sorted(rights.editable),
    }


ROUTES = (
    Route(
        method="GET",
        path="/access/me",
        name="get_me",
        run=get_me,
        group="Access",
        about="Who is asking, and what they may do.",
        answers={200: ref("Me")},
    ),
)
