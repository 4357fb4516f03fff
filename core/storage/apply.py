"""`apply`: carry out a plan inside a unit of work, without ever making others wait for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.errors import MetadataConflict, MetadataInvalid, Problem
from core.log import get_logger
from core.storage.attempts import jitter
from core.storage.failures import sqlstate
from core.storage.kernel_tables import catalog as catalog_table
from core.storage.kernel_tables import index as index_table
from core.storage.kernel_tables import physical as physical_table
from core.storage.physical import PhysicalColumn
from core.storage.plan import Plan
from core.storage.steps import BuildAside, CreateIndex, DropIndex, ForgetBeside, OneValue, SetAside, Step
from core.storage.unit import UnitOfWork
from core.storage.versions import lock_schema

LOCK_WAIT = "200ms"
"""While a statement waits for a table, everybody after it waits too: so it gives up soon and comes back."""

PATIENCE = 2.0
"""Seconds that all statements of a plan together may spend on waiting and coming back."""

PAUSE = 0.08
"""Seconds between two tries, at most: readers that queued meanwhile get through."""


def apply(plan: Plan, uow: UnitOfWork) -> None:
    """Carry out and record ``plan``; on any error the unit is to be rolled back, and nothing has happened.

    Call `bump` afterwards, last of all.
    """
    if plan.problems:
        raise MetadataInvalid(problems=plan.problems)
    lock_schema(uow.connection)
    if uow.execute(sa.select(catalog_table.c.version)).scalar_one() != plan.version:
        raise MetadataConflict("The definitions were changed meanwhile; try again.", code="changed_meanwhile")
    if plan.is_empty:
        return
    with _short_waits(uow.connection):
        _run(plan, uow.connection)
    _record(plan, uow)


def _run(plan: Plan, connection: sa.Connection) -> None:
    from core.storage.ddl import Statements  # late: web processes load Alembic with their first change only

    statements, deadline = Statements(connection), time.monotonic() + PATIENCE
    for step in plan.steps:
        try:
            _patiently(connection, partial(statements.run, step), deadline)
        except sa.exc.IntegrityError as failure:
            if not isinstance(step, OneValue):
                raise
            raise MetadataInvalid(problems=[_others(step)]) from failure


def _others(step: OneValue) -> Problem:
    return Problem(
        code="other_values",
        field=step.field,
        message="Some records hold another value than {value} in {field}, those in the trash among them; change them first.",
        params={"field": f"{step.table}.{step.column}", "value": step.value},
    )


def _patiently(connection: sa.Connection, statement: Callable[[], None], deadline: float) -> None:
    """Run ``statement`` in a savepoint; again and again while somebody holds its table, till the deadline."""
    while True:
        try:
            with connection.begin_nested():
                statement()
            return
        except sa.exc.DBAPIError as failure:
            if sqlstate(failure) != "55P03" or time.monotonic() > deadline:
                raise
        time.sleep(PAUSE / 4 + jitter(PAUSE))  # lets those through who wait behind our lock


@contextmanager
def _short_waits(connection: sa.Connection) -> Iterator[None]:
    usual = connection.scalar(sa.text("SHOW lock_timeout"))
    connection.execute(sa.func.set_config("lock_timeout", LOCK_WAIT, True).select())
    yield
    connection.execute(sa.func.set_config("lock_timeout", usual, True).select())


def _record(plan: Plan, uow: UnitOfWork) -> None:
    for table, column in plan.remove:
        uow.execute(
            sa.delete(physical_table).where(
                physical_table.c.table_name == table, physical_table.c.column_name == column
            )
        )
    if plan.write:
        statement = insert(physical_table)
        new = {
            name: statement.excluded[name]
            for name in ("entity", "field", "owner", "state", "type", "sql_type", "unique", "only")
        }
        uow.execute(
            statement.on_conflict_do_update(index_elements=["table_name", "column_name"], set_=new),
            [_row(record) for record in plan.write],
        )
    for step in plan.steps:
        _record_index(step, uow)
    get_logger("storage").info("plan_applied", steps=len(plan.steps), aside=len(plan.aside))


def _record_index(step: Step, uow: UnitOfWork) -> None:
    match step:
        case CreateIndex():
            state = "pending" if isinstance(step, BuildAside) else "built"
            index = step.index
            uow.execute(
                sa.insert(index_table).values(
                    name=index.name,
                    table_name=index.table,
                    kind=index.kind,
                    columns=list(index.columns),
                    state=state,
                )
            )
        case DropIndex():
            uow.execute(sa.delete(index_table).where(index_table.c.name == step.name))
        case ForgetBeside():
            uow.execute(sa.delete(index_table).where(index_table.c.name == step.index.name))
        case SetAside():
            uow.execute(sa.delete(index_table).where(index_table.c.name.in_(step.indexes)))


def _row(record: PhysicalColumn) -> dict[str, object]:
    return {
        "table_name": record.table,
        "column_name": record.column,
        "entity": record.entity,
        "field": record.field,
        "owner": record.owner,
        "state": record.state,
        "type": record.type,
        "sql_type": record.sql_type,
        "unique": record.unique,
        "only": record.only,
    }
