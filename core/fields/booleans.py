"""Yes or no."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.context import LoadContext
from core.fields.refusal import FieldRefused
from core.i18n import Style, ascii_digits, fold
from core.metadata.specs import FieldSpec, Json

_TRUE = frozenset({"true", "yes", "y", "on", "1", "x", "✓", "✔"})
_FALSE = frozenset({"false", "no", "n", "off", "0", "✗"})


class BooleanField(FieldType):
    """Yes or no; empty while nobody has answered."""

    name = "boolean"
    about = "Yes or no; give it a default where an empty answer has no meaning."
    control = "checkbox"
    groupable = True

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("boolean")

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.Boolean()

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if not isinstance(value, bool):
            raise FieldRefused("wrong_type", "Answer true or false.")
        return value

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        word = fold(ascii_digits(text))
        yes, no = _words(context.reader)
        if word in _TRUE or word == fold(yes):
            return True
        if word in _FALSE or word == fold(no):
            return False
        raise FieldRefused("not_yes_or_no", "Answer {yes} or {no}.", yes=yes, no=no)

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        if isinstance(cell, (int, float)) and cell in (0, 1):
            return bool(cell)
        return self.from_json(spec, cell, context)

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        yes, no = _words(style)
        return yes if value else no

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return bool(value)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return "true" if value else "false"

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "boolean"}


def _words(style: Style) -> tuple[str, str]:
    """Return both answers in a language; written out here, where they are found to be translated."""
    return style._("Yes"), style._("No")
