"""`RightsInSql`: what every grant and restriction asks of a record, as the database is asked it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.access import Access
from core.errors import Place
from core.expressions import Checked, to_sql
from core.fields import FieldTypes
from core.kernel.actor import Actor, system_actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.scopes import Eyes, Scope
from core.records.sources import Sql
from core.storage import Tables

_READER = system_actor("conditions of grants are read with the system's eyes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One grant or restriction: who says it, where, and the ids of the records on which it holds, as SQL."""

    kind: str
    name: str
    through: tuple[str, ...]
    place: Place
    fields: tuple[str, ...]
    sql: str
    params: tuple[tuple[str, object], ...]


class RightsInSql:
    """Writes the conditions of rights as SQL; who asks stays a parameter (``env_user``, ``env_teams`` …)."""

    def __init__(self, *, tables: Tables, types: FieldTypes, access: Access) -> None:
        self._tables = tables
        self._types = types
        self._access = access

    def written(self, person: Actor, name: str, action: str, catalog: Catalog) -> Iterator[Written]:
        """Yield every branch that counts for a person, then every restriction; none for who may everything."""
        entity = catalog.entity(name)
        rights = self._access.rights(person, catalog)
        if rights.everything or not self._access.may(person, name, action, catalog):
            return
        for branch in rights.branches(name, action):
            sql, params = self._sql(entity, branch.condition, catalog)
            yield Written(
                kind="role",
                name=branch.role,
                through=rights.ways[branch.role][:-1],
                place=branch.grant.place,
                fields=branch.unmasked,
                sql=sql,
                params=params,
            )
        for limit in rights.restrictions(name, action):
            spec, condition = limit.restriction, limit.condition
            sql, params = self._sql(entity, condition, catalog)
            yield Written(
                kind="restriction",
                name=spec.name,
                through=(),
                place=spec.place,
                fields=(),
                sql=sql,
                params=params,
            )

    def _sql(
        self, entity: EntitySpec, condition: Checked | bool | None, catalog: Catalog
    ) -> tuple[str, tuple[tuple[str, object], ...]]:
        table = self._tables.of(entity)
        asked: Sql = sa.true()
        if condition is False:
            asked = sa.false()
        elif isinstance(condition, Checked):
            eyes = Eyes(
                catalog=catalog, tables=self._tables, types=self._types, access=self._access, actor=_READER
            )
            asked = to_sql(condition, Scope(eyes, entity, table, masked=False))
        statement = sa.select(table.c.id).where(table.c.deleted_at.is_(None), asked)
        compiled = statement.compile(dialect=postgresql.dialect(paramstyle="named"))  # type: ignore[no-untyped-call]  # SQLAlchemy gives its dialects no types
        given = {name: value for name, value in compiled.params.items() if not name.startswith("env_")}
        return str(compiled), tuple(sorted(given.items()))
