"""Text of one line and of many."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.characters import one_line, read_line, read_lines, require_text
from core.fields.context import LoadContext
from core.fields.decimals import plain
from core.fields.options import Option, table
from core.fields.refusal import FieldRefused
from core.i18n import ascii_digits, fold
from core.metadata.specs import FieldSpec, Json

LINE_LIMIT = 255
LONGEST_LINE = 2000
LONG_LIMIT = 100_000

SECRET = Option(
    name="secret",
    kind="boolean",
    default=False,
    about="Keep the value out of the history: it says only that it changed.",
)


class Textual(FieldType):
    """What all kinds of text share: a text column, a folded search key, a folded comparison key."""

    textual = True

    def expression_type(self, spec: FieldSpec) -> Type:
        # Phone keys hold more than the folded value, so that expressions must not look into them.
        return Type("text", folded=spec.search and spec.type != "phone")

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.Text()

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return fold(value) or None

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        return value[: self.limit(spec)].strip() or None if isinstance(value, str) else None

    def limit(self, spec: FieldSpec) -> int:
        """Return how many characters the field holds."""
        most = spec.option("max_length")
        return most if isinstance(most, int) else LINE_LIMIT

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "maxLength": self.limit(spec)}


class OneLine(Textual):
    """Kinds of text that are one line each, and that spreadsheets like to take for numbers."""

    groupable = True
    identifying = True

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        line = read_line(require_text(value), self.limit(spec))
        return None if line is None else self.normalised(spec, line, context)

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        return self.from_json(spec, one_line(text), context)

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return self.from_json(spec, cell_text(cell), context)

    def normalised(self, spec: FieldSpec, line: str, context: LoadContext) -> str | None:
        """Return the one spelling in which a clean line is stored."""
        return line


class TextField(OneLine):
    """One line of text; ``code`` marks identifiers, whose digits are stored as 0-9."""

    name = "text"
    about = "One line of text."
    options = table(
        Option(
            name="max_length",
            kind="integer",
            default=LINE_LIMIT,
            least=1,
            most=LONGEST_LINE,
            about="Longest text the field takes, in characters.",
        ),
        Option(
            name="code",
            kind="boolean",
            default=False,
            about="The text is a code (a serial or membership number): digits of all scripts are stored as 0-9, "
            "and it is written left to right.",
        ),
        SECRET,
    )

    def normalised(self, spec: FieldSpec, line: str, context: LoadContext) -> str | None:
        return ascii_digits(line) if spec.option("code") else line


class LongTextField(Textual):
    """Text of several lines."""

    name = "long_text"
    about = "Text of several lines."
    control = "textarea"
    sortable = False
    options = table(
        Option(
            name="max_length",
            kind="integer",
            default=LONG_LIMIT,
            least=1,
            most=LONG_LIMIT,
            about="Longest text the field takes, in characters.",
        ),
        SECRET,
    )

    def limit(self, spec: FieldSpec) -> int:
        most = spec.option("max_length")
        return most if isinstance(most, int) else LONG_LIMIT

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        return read_lines(require_text(value), self.limit(spec))

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return self.from_json(spec, cell_text(cell), context)


def cell_text(cell: object) -> str:
    """Return the text of a spreadsheet cell that was taken for a number: ``9121234567.0`` → ``9121234567``."""
    match cell:
        case str():
            return cell
        case bool():
            raise FieldRefused("wrong_type", "Enter text here.")
        case int():
            return str(cell)
        case float() | Decimal():
            number = cell if isinstance(cell, Decimal) else Decimal(str(cell))
            return plain(number) if number.is_finite() else ""
        case _:
            raise FieldRefused("wrong_type", "Enter text here.")
