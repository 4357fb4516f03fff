"""Conditions of grants and of definitions in the SQL of a write, and the tables they are written over."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.access import Access
from core.access.parts import target_step
from core.expressions import Checked, Schema, check, parse, to_sql
from core.expressions.types import BOOLEAN
from core.fields import FieldTypes
from core.kernel.actor import system_actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.cells import from_row
from core.records.change import Draft
from core.records.plan import EntityPlan
from core.records.scopes import Eyes, Scope
from core.records.sources import Sql, Table
from core.records.statements import Rule, Statements, one_of
from core.storage import Tables, UnitOfWork

_READER = system_actor("conditions of definitions are read with the system's eyes")


class Conditions:
    """Writes conditions over tables; the constants of a write (``env_user`` …) are bound when it runs."""

    def __init__(
        self, tables: Tables, types: FieldTypes, access: Access, schema_of: Callable[[Catalog], Schema]
    ) -> None:
        self.tables = tables
        self.statements = Statements()
        self.types = types
        self._access = access
        self._schema_of = schema_of

    def checked(self, catalog: Catalog, entity: str, text: str) -> Checked:
        """Return a condition of a definition, checked against the catalog."""
        return check(parse(text), self._schema_of(catalog), entity, BOOLEAN, sql=True)

    def scope(self, catalog: Catalog, entity: EntitySpec, table: Table) -> Scope:
        """Return the records of a table as expressions see them, with the system's eyes."""
        eyes = Eyes(
            catalog=catalog,
            tables=self.tables,
            types=self.types,
            access=self._access,
            actor=_READER,
            many=False,
        )
        return Scope(eyes, entity, table, masked=False)

    def where(self, catalog: Catalog, entity: EntitySpec, table: Table, rule: Rule) -> Sql:
        """Return the rule as SQL over ``table``."""
        if isinstance(rule, bool):
            return sa.true() if rule else sa.false()
        return to_sql(rule, self.scope(catalog, entity, table))

    @staticmethod
    def environment(uow: UnitOfWork) -> dict[str, Any]:
        """Return the constants of this write for the conditions in its statements."""
        actor = uow.actor
        return {
            "env_user": actor.id,
            "env_team": actor.team,
            "env_teams": list(actor.teams),
            "env_teams_below": list(actor.teams_below or actor.teams),
            "env_now": uow.now,
            "env_today": uow.today,
        }

    def reference_column(self, spec: FieldSpec, target: str) -> str:
        """Return the column in which a reference field keeps the ids of one target."""
        return target_step(spec.name, target) if spec.type == "reference_any" else spec.name

    def children(
        self, plan: EntityPlan, by: str, parent: str, parent_id: int, rule: Rule, uow: UnitOfWork
    ) -> Sequence[Mapping[str, object]]:
        """Return the live records within the rule whose reference ``by`` points to the parent, oldest first."""
        table = self.tables.of(plan.entity)
        column = table.c[self.reference_column(plan.entity.fields[by], parent)]
        return self.records(
            plan,
            ("children", column.name, rule),
            lambda: (
                sa.select(*table.c)
                .where(
                    column == sa.bindparam("parent", type_=sa.BigInteger),
                    table.c.deleted_at.is_(None),
                    self.where(uow.catalog, plan.entity, table, rule),
                )
                .order_by(table.c.id)
            ),
            {**self.environment(uow), "parent": parent_id},
            uow,
        )

    def records(
        self,
        plan: EntityPlan,
        key: tuple[Hashable, ...],
        build: Callable[[], sa.Executable],
        given: Mapping[str, object],
        uow: UnitOfWork,
        rules: tuple[Rule, ...] = (),
    ) -> list[dict[str, object]]:
        """Return the Python values of the rows of a statement that returns all columns of the entity's table."""
        names = [column.name for column in self.tables.of(plan.entity).c]
        rows = self.statements.run(uow, ("records", plan.entity.name, *key), build, given, rules)
        return [from_row(plan, dict(zip(names, row, strict=True))) for row in rows]

    def reread(self, plan: EntityPlan, drafts: Sequence[Draft], uow: UnitOfWork) -> None:
        """Bring the rolled-up values of the drafts to what the database holds now."""
        table = self.tables.of(plan.entity)
        found = self.records(
            plan,
            ("again",),
            lambda: sa.select(*table.c).where(table.c.id == one_of()),
            {"ids": [draft.id for draft in drafts]},
            uow,
        )
        fresh = {values["id"]: values for values in found}
        for draft in drafts:
            draft.after.update({f.name: fresh[draft.id][f.name] for f in plan.rolled_up})
