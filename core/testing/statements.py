"""`counted_statements`: which statements a piece of work sends to the database, whichever way it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Gather the statements that all threads send meanwhile; BEGIN, COMMIT and savepoints of the driver are not among them.

    Counted at the driver, since reading and writing go past SQLAlchemy once their statements are compiled.
    """
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *rest: Any, **more: Any) -> Any:
        sent.append(query if isinstance(query, str) else str(query))
        return execute(cursor, query, *rest, **more)

    with patch.object(psycopg.Cursor, "execute", counting):
        yield sent
