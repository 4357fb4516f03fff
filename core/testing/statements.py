"""Counts the statements that reach the database; what begins and ends a transaction is not counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest


class Statements(list[str]):
    """The texts of the statements of a block, in order."""

    def __repr__(self) -> str:
        return "\n".join(f"{number}. {text[:200]}" for number, text in enumerate(self, start=1))


@contextmanager
def counted() -> Iterator[Statements]:
    """Count the statements of all connections of this process for the length of a block."""
    found = Statements()
    execute, execute_many = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def one(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **more: Any) -> Any:
        found.append(str(query))
        return execute(cursor, query, *args, **more)

    def many(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **more: Any) -> Any:
        found.append(str(query))
        return execute_many(cursor, query, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", one)
        patch.setattr(psycopg.Cursor, "executemany", many)
        yield found
