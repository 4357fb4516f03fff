"""What the readings ask of the world: `Schema`, `View` and `Env` for Python, `SqlScope` for SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, FromClause

from core.expressions.types import Type

Sql: TypeAlias = ColumnElement[Any]
"""A piece of SQL; its value type is the type of the term it was made from."""


class Schema(Protocol):
    """Which fields entities have, for the checker."""

    def type_of(self, entity: str, name: str) -> Type | None:
        """Return the type of a field, or None where there is no such field."""

    def names(self, entity: str) -> Iterable[str]:
        """Return the names of all fields of the entity."""

    @property
    def functions(self) -> Mapping[str, Any]:
        """The functions that modules bring (`ExpressionFunction`), by name."""


class View(Protocol):
    """One record as expressions see it: Python values of the field types, None where empty."""

    def value(self, name: str) -> object:
        """Return the value of a field."""

    def follow(self, name: str) -> View | None:
        """Return the record a reference points to, or None where it is empty or out of sight."""

    def items(self, name: str) -> Iterable[View]:
        """Return the records of a list field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Env:
    """The constants of one evaluation; ``old`` is the record before the change, None where there is none.

    ``teams_below`` are the teams one belongs to and all below them.
    """

    user: int | None
    team: int | None
    teams: tuple[int, ...]
    now: datetime
    today: date
    old: View | None = None
    teams_below: tuple[int, ...] = ()


class SqlScope(Protocol):
    """One record as SQL sees it: the columns of its table, and the way to those beside it."""

    def column(self, name: str) -> Sql:
        """Return the column of a field: the amount of money, the id of a reference.

        For a reference to any of several entities: whichever id is set.
        """

    def currency(self, name: str) -> Sql:
        """Return the currency column of a money field."""

    def key(self, name: str) -> Sql:
        """Return the column with the folded search key of a text field, under the same mask as the field."""

    def target(self, name: str, entity: str) -> Sql:
        """Return the column with the ids of one target of a reference to any of several entities."""

    def follow(self, name: str) -> SqlScope:
        """Return the scope of the record that a reference points to; joins are the scope's business."""

    def holders(self, name: str, item: Sql) -> Sql | None:
        """Return the condition that this record's list holds ``item``, which belongs to no record, so that an index serves it.

        None where there is no better way than to look through the list of each record.
        """

    def gathered(self, name: str) -> tuple[FromClause, Sql, list[Sql], SqlScope] | None:
        """Return a list as what is found once for all records: where from, the column that names each, conditions, scope.

        None where each record has to be asked for its list.
        """

    def items(self, name: str) -> tuple[FromClause, Sql, SqlScope]:
        """Return the records of a list field: what to select from, the condition that ties them, their scope.

        The scope inside may not need joins added later to the returned source.
        """
