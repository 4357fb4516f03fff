"""The FROM of one statement: a base table and the LEFT JOINs that paths ask for, each once."""

from __future__ import annotations

from typing import Any, TypeAlias

import sqlalchemy as sa

Table: TypeAlias = sa.FromClause
Sql: TypeAlias = sa.ColumnElement[Any]


class Sources:
    """Collects joins while a statement is written; ``clause`` is read at the end.

    A joined record in the trash is as good as none: its columns are empty.
    """

    def __init__(self, base: Table) -> None:
        self.base = base
        self._joins: dict[object, tuple[Table, Sql]] = {}
        self._written = False

    def join(self, key: object, table: sa.Table, link: Sql, *, live: bool = True) -> Table:
        """Return ``table`` joined on ``id = link``; the same ``key`` gives the same join."""
        found = self._joins.get(key)
        if found is None:
            if self._written:
                # It would stand beside the others unjoined, and every row would meet every row.
                raise RuntimeError("a join was asked for after the FROM was written")
            alias = table.alias()
            on = alias.c.id == link
            found = (alias, sa.and_(on, alias.c.deleted_at.is_(None)) if live else on)
            self._joins[key] = found
        return found[0]

    @property
    def clause(self) -> Table:
        """The base with everything joined to it; nothing can be joined afterwards."""
        self._written = True
        clause: Table = self.base
        for table, on in self._joins.values():
            clause = clause.outerjoin(table, on)
        return clause
