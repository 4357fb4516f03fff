"""A process that dies while it adds a field. Each life is ``{"field", "point", "after"}``: before or after that call."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import alembic.operations
import psycopg

from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.studio import Studio
from tests.lives import Told, dies_at, live_as_told

LOADED = (alembic.operations,)
"""What a change of the schema imports: loaded once, for all lives."""


def body(name: str) -> dict[str, Any]:
    """Return a field that needs a column, its search key and two indexes."""
    return {"name": name, "type": "text", "label": {"en": name}, "search": True, "unique": True}


def live(site: Site, told: Told) -> None:
    """Add the field, and die on the way."""
    counting = dies_at(told["point"], after=told["after"])
    with (
        patch.object(psycopg.Cursor, "execute", counting(psycopg.Cursor.execute)),
        patch.object(psycopg.Cursor, "executemany", counting(psycopg.Cursor.executemany)),
        patch.object(psycopg.Connection, "commit", counting(psycopg.Connection.commit)),
    ):
        site.get(Studio).add_field(system_actor("dying"), "depot.bin", body(told["field"]))


if __name__ == "__main__":
    live_as_told(live)
