"""`FieldType`: what a kind of value knows, from the wire to the column, the screen and the spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

import sqlalchemy as sa

from core.errors import Problem
from core.expressions.types import Type
from core.fields.context import LoadContext
from core.fields.keys import search_key
from core.fields.options import Option, check_options
from core.fields.refusal import FieldRefused, spec_problem
from core.fields.schema_field import ValueField
from core.i18n import Style
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec, Json

Value: TypeAlias = Any
"""A record value: its Python type follows from the field type."""

LIVE_DEFAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "$user": ("reference", "integer"),
        "$team": ("reference", "integer"),
        "$today": ("date",),
        "$now": ("datetime",),
    }
)
"""Defaults worked out when a record is made, with the field types they fit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnSpec:
    """One column of a field; ``references`` is the table its foreign key points to.

    ``only`` is the one value it may hold, besides none; the database sees to that.
    """

    name: str
    sa_type: sa.types.TypeEngine[Any]
    references: str | None = None
    nullable: bool = True
    default_sql: str | None = None
    only: str = ""


class FieldType:
    """A kind of field. One instance serves all fields of its kind; what differs comes with the spec.

    Callers use ``load parse dump show export key``; a type answers ``from_json from_text from_cell to_json
    to_text to_cell to_key``, which never see an empty value.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    control: ClassVar[str] = "text"
    """Which input shows it: a macro of the templates."""
    storable: ClassVar[bool] = True
    """Has columns on its own table."""
    sortable: ClassVar[bool] = True
    filterable: ClassVar[bool] = True
    groupable: ClassVar[bool] = False
    textual: ClassVar[bool] = False
    """May have a folded search key."""
    identifying: ClassVar[bool] = False
    """May be unique or a duplicate key."""
    derivable: ClassVar[bool] = True
    """May be computed or rolled up."""
    preset: ClassVar[bool] = True
    """May have a default."""
    options: ClassVar[Mapping[str, Option]] = {}

    # What the definition may say

    def check(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        """Check the definition of a field of this type; name everything that is wrong."""
        problems = [*check_options(spec, self.options), *self._check_flags(spec)]
        yield from problems
        if not problems:
            yield from self.check_meaning(spec, catalog)
            yield from self._check_default(spec, catalog)

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        """Check what the options mean together; called when each alone is well formed."""
        return ()

    def _check_flags(self, spec: FieldSpec) -> Iterable[Problem]:
        if spec.search and not self.textual:
            yield spec_problem(
                spec, "not_searchable", "{field}: only text can be searched; a {type} cannot.", type=spec.type
            )
        for flag in ("unique", "duplicate_key"):
            if getattr(spec, flag) and not self.identifying:
                yield spec_problem(
                    spec,
                    "not_identifying",
                    "{field}: a field of type {type} cannot be {flag}.",
                    type=spec.type,
                    flag=flag,
                )
        if spec.choices and not hasattr(self, "choices_of"):
            yield spec_problem(spec, "no_choices", "{field}: only choice and multi_choice have choices.")

    def _check_default(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        default = spec.default
        if default is None:
            return
        if not self.preset:
            yield spec_problem(
                spec, "no_default", "{field}: a field of type {type} has no default.", type=spec.type
            )
        elif isinstance(default, str) and default in LIVE_DEFAULTS:
            if spec.type not in LIVE_DEFAULTS[default]:
                yield spec_problem(
                    spec,
                    "bad_default",
                    "{field}: {default} is no default for a {type}.",
                    default=default,
                    type=spec.type,
                )
        else:
            try:
                self.load(spec, default, LoadContext(catalog=catalog))
            except FieldRefused as refused:
                yield spec_problem(
                    spec,
                    "bad_default",
                    "{field}: the default is not acceptable: {reason}",
                    reason=refused.text(),
                )

    def expression_type(self, spec: FieldSpec) -> Type:
        """Return what the field is in expressions."""
        raise NotImplementedError

    # Columns

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        """Return the type of the one column; types with several columns override `columns`."""
        raise NotImplementedError

    def columns(self, spec: FieldSpec) -> tuple[ColumnSpec, ...]:
        """Return the columns of the field on its entity's table."""
        if not self.storable:
            return ()
        own = ColumnSpec(
            name=spec.name,
            sa_type=self.sa_type(spec),
            nullable=spec.nullable,
            references=self.references(spec),
        )
        return (own, *self._key_column(spec))

    def references(self, spec: FieldSpec) -> str | None:
        """Return the table that the column points to, if any."""
        return None

    def _key_column(self, spec: FieldSpec) -> tuple[ColumnSpec, ...]:
        if not (spec.search and self.textual):
            return ()
        return (ColumnSpec(name=f"{spec.name}_key", sa_type=sa.Text()),)

    def to_columns(self, spec: FieldSpec, value: Value) -> dict[str, object]:
        """Return the cells of a value, one for each column."""
        if not self.storable:
            return {}
        cells: dict[str, object] = {spec.name: None if value is None else self.to_column(spec, value)}
        if spec.search and self.textual:
            cells[f"{spec.name}_key"] = search_key(spec, value)
        return cells

    def to_column(self, spec: FieldSpec, value: Value) -> object:
        """Return what the one column stores."""
        return value

    def from_columns(self, spec: FieldSpec, cells: Mapping[str, Value]) -> Value:
        """Return the value of the cells of its columns."""
        if not self.storable:
            return None
        cell = cells[spec.name]
        return None if cell is None else self.from_column(spec, cell)

    def from_column(self, spec: FieldSpec, cell: Value) -> Value:
        """Return the value of what the one column stores."""
        return cell

    # In

    def schema_field(self, spec: FieldSpec, context: LoadContext, *, partial: bool = True) -> ValueField:
        """Return the marshmallow field; with ``partial`` a missing value is no problem."""
        return ValueField(
            spec.name,
            lambda value: self.load(spec, value, context),
            lambda value: self.dump(spec, value),
            required=spec.required,
            expected=spec.required and not partial and spec.default is None,
        )

    def load(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        """Read a JSON value strictly; raise `FieldRefused`."""
        return None if value is None else self.from_json(spec, value, context)

    def parse(self, spec: FieldSpec, entered: Value, context: LoadContext) -> Value:
        """Read what a person typed, or the typed cell of a spreadsheet; raise `FieldRefused`."""
        if isinstance(entered, str):
            text = entered.strip()
            return self.from_text(spec, text, context) if text else None
        return None if entered is None else self.from_cell(spec, entered, context)

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        """Read a JSON value that is not null."""
        raise NotImplementedError

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        """Read typed text that is not blank, in the digits, calendar and unit of the reader."""
        return self.from_json(spec, text, context)

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        """Read a spreadsheet cell that holds something else than text."""
        return self.from_json(spec, cell, context)

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        """Return the field's value for the result of a computed expression or roll-up; None where it does not fit."""
        return value

    # Out

    def dump(self, spec: FieldSpec, value: Value) -> Json:
        """Return the value as the API writes it."""
        return None if value is None else self.to_json(spec, value)

    def show(self, spec: FieldSpec, value: Value, style: Style) -> str:
        """Return the value as a person reads it; empty values are empty text."""
        return "" if value is None else self.to_text(spec, value, style)

    def export(self, spec: FieldSpec, value: Value, style: Style) -> object:
        """Return the typed cell of a spreadsheet."""
        return None if value is None else self.to_cell(spec, value, style)

    def key(self, spec: FieldSpec, value: Value) -> str | None:
        """Return what two values that mean the same have in common, or None where nothing is to compare."""
        return None if value is None else self.to_key(spec, value)

    def equal(self, left: Value, right: Value) -> bool:
        """Tell whether storing one over the other would change nothing."""
        return bool(left == right)

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        """Write a value that is not empty as JSON."""
        json: Json = value
        return json

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        """Write a value that is not empty for a person."""
        return str(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        """Write a value that is not empty into a spreadsheet."""
        return self.to_text(spec, value, style)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        """Return the comparison key of a value that is not empty."""
        return str(value)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        """Return the JSON Schema of the value on the wire, null aside."""
        return {"type": "string"}

    def entered_schema(self, spec: FieldSpec) -> dict[str, Json]:
        """Return the JSON Schema of what may be written, null aside."""
        return self.wire_schema(spec)


def overrides(kind: FieldType, *names: str) -> bool:
    """Tell whether a type answers one of these methods in its own way."""
    return any(getattr(type(kind), name) is not getattr(FieldType, name) for name in names)
