"""Steps as statements, through Alembic's operations; loaded only when a plan is applied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg import sql

from core.storage.beside import forget_beside, keep_beside
from core.storage.constraints import links_index, one_target, one_value
from core.storage.identifiers import foreign_key
from core.storage.index_ddl import create_index, drop_index
from core.storage.shapes import Need
from core.storage.steps import (
    AddColumn,
    AddReference,
    BuildAside,
    CreateIndex,
    CreateTable,
    DropIndex,
    ForgetBeside,
    KeepBeside,
    OneTarget,
    OneValue,
    SetAside,
    Step,
)
from core.storage.tables import SYSTEM_COLUMNS, link_columns, system_columns


class Statements:
    """Carries out steps on one connection; records nothing."""

    def __init__(self, connection: sa.Connection) -> None:
        self._op = Operations(MigrationContext.configure(connection))

    def run(self, step: Step) -> None:
        """Run the statement or statements of one step."""
        match step:
            case BuildAside():
                pass
            case CreateTable():
                self._create_table(step)
            case AddColumn():
                self._add_column(step)
            case AddReference():
                self._add_reference(step)
            case OneTarget():
                self._one_target(step)
            case OneValue():
                self._one_value(step)
            case SetAside():
                self._set_aside(step)
            case KeepBeside():
                self._all(keep_beside(step.index))
            case ForgetBeside():
                self._all(forget_beside(step.index))
            case CreateIndex():
                self._op.execute(create_index(step.index))
            case DropIndex():
                self._op.execute(drop_index(step.name))

    def _all(self, statements: Iterable[sql.Composed]) -> None:
        for statement in statements:
            self._op.get_bind().exec_driver_sql(statement.as_string())

    def _create_table(self, step: CreateTable) -> None:
        columns: list[sa.Column[Any]] = list(link_columns())
        if not step.links:
            own = [need for need in step.columns if need.record.column not in SYSTEM_COLUMNS]
            columns = [*system_columns(), *(sa.Column(need.record.column, need.sa_type) for need in own)]
        self._op.create_table(step.table, *columns)
        if step.links:
            self._op.create_index(links_index(step.table), step.table, ["target"])

    def _add_column(self, step: AddColumn) -> None:
        need = step.need
        reference = (
            []
            if need.references is None
            else [sa.ForeignKey(f"{need.references}.id", ondelete=need.on_delete)]
        )
        column = sa.Column(need.record.column, need.sa_type, *reference)
        self._op.add_column(step.table, column, inline_references=bool(reference))

    def _add_reference(self, step: AddReference) -> None:
        need: Need = step.need
        if need.references is not None:
            self._op.create_foreign_key(
                foreign_key(step.table, need.record.column),
                step.table,
                need.references,
                [need.record.column],
                ["id"],
                ondelete=need.on_delete,
            )

    def _one_target(self, step: OneTarget) -> None:
        name = one_target(step.table, step.field)
        if step.replaces:
            self._op.drop_constraint(name, step.table, if_exists=True)
        if step.columns:
            set_ones = sa.func.num_nonnulls(*(sa.column(column) for column in step.columns))
            self._check(name, step.table, set_ones <= 1)

    def _one_value(self, step: OneValue) -> None:
        name = one_value(step.table, step.column)
        self._op.drop_constraint(name, step.table, if_exists=True)
        if step.value:
            self._check(name, step.table, sa.column(step.column, sa.String) == step.value)

    def _check(self, name: str, table: str, condition: sa.ColumnElement[bool]) -> None:
        self._op.create_check_constraint(name, table, condition, postgresql_not_valid=True)
        validate = sa.text("ALTER TABLE {} VALIDATE CONSTRAINT {}".format(*self._quoted(table, name)))
        self._op.execute(validate)

    def _set_aside(self, step: SetAside) -> None:
        for name in step.indexes:
            self._op.execute(drop_index(name))
        if not step.column:
            self._op.execute(drop_index(links_index(step.table)))
            self._op.rename_table(step.table, step.new)
            return
        if step.target:
            self._op.drop_constraint(foreign_key(step.table, step.column), step.table, if_exists=True)
        self._op.alter_column(step.table, step.column, new_column_name=step.new)

    def _quoted(self, *names: str) -> list[str]:
        quote = self._op.get_bind().dialect.identifier_preparer.quote
        return [quote(name) for name in names]
