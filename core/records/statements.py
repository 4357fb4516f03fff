"""`Statements`: what writing asks of the database, compiled once for each shape and run by the driver.

Building a statement with SQLAlchemy and finding it in its cache cost three times what the driver needs to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.expressions import Checked
from core.records.compiled import Compiler, Kept, Statement
from core.storage import UnitOfWork

COMPILED = 1024

Rule = Checked | bool
"""A condition on records: True for all, False for none."""


class Statements:
    """Keeps compiled statements by what shapes them: the catalog and the key that the caller gives."""

    def __init__(self) -> None:
        self._compiler = Compiler()
        self._kept: Kept[tuple[Statement, tuple[Rule, ...]]] = Kept(COMPILED)

    def run(
        self,
        uow: UnitOfWork,
        key: tuple[Hashable, ...],
        build: Callable[[], sa.Executable],
        given: Mapping[str, object],
        rules: tuple[Rule, ...] = (),
    ) -> list[tuple[Any, ...]]:
        """Run the statement of this key and return its rows.

        ``build`` is called once; what differs from call to call must be bind parameters without a value, which are
        taken from ``given`` by name. Everything else that shapes the text belongs into the key, and the conditions
        in it into ``rules``.
        """
        catalog = uow.catalog
        # Conditions are told apart by identity, which costs nothing; they are kept, so that none takes another's.
        whole = (catalog.version, catalog.digest, *key, *map(id, rules))
        statement, _ = self._kept.get(whole, lambda: (self._compiler.compile(build()), rules))
        return uow.run(statement.sql, statement.params(given))


def one_of(name: str = "ids") -> sa.ColumnElement[Any]:
    """Return ``ANY(:ids)`` for a list of ids that comes with each call, as one array whatever its length."""
    return sa.any_(sa.bindparam(name, type_=sa.ARRAY(sa.BigInteger)))


def the_one(name: str = "ids") -> sa.BindParameter[int]:
    """Return the place of a single id.

    A plan for any number of ids looks dearer to PostgreSQL than one for the ids at hand, so that it would plan
    ``ANY(:ids)`` anew at every call.
    """
    return sa.bindparam(name, type_=sa.BigInteger)


def given(column: sa.Column[Any], name: str = "") -> sa.BindParameter[Any]:
    """Return the place of a value for a column; it is called ``new_<column>``, as SQLAlchemy keeps the plain names."""
    return sa.bindparam(name or f"new_{column.name}", type_=column.type)


def record_set(columns: Sequence[sa.Column[Any]], name: str = "given") -> sa.TableValuedAlias:
    """Return the parameter ``rows`` (JSON text) as a table in SQL, typed as the columns they are for."""
    rows = sa.cast(sa.bindparam("rows", type_=sa.Text), sa.dialects.postgresql.JSONB)
    return (
        sa.func.jsonb_to_recordset(rows)
        .table_valued(*[sa.column(c.name, c.type) for c in columns], name=name)
        .render_derived(with_types=True)
    )
