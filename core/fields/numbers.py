"""Whole numbers and decimal numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from core.errors import Problem
from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.coerced import rounded
from core.fields.context import LoadContext
from core.fields.decimals import canonical, exact_number, fit, not_a_number, plain, typed_number, within
from core.fields.options import Option, table
from core.fields.refusal import FieldRefused, spec_problem
from core.i18n import Style
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec, Json

LARGEST_INTEGER = 2**53 - 1
"""What every JSON reader, browsers included, keeps exactly."""

DIGITS, DECIMALS = 20, 4

MINIMUM = Option(name="minimum", kind="number", about="Least number the field takes.")
MAXIMUM = Option(name="maximum", kind="number", about="Greatest number the field takes.")


class NumberField(FieldType):
    """What all kinds of numbers share."""

    control = "number"
    identifying = True

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("number")

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        least, most = spec.option("minimum"), spec.option("maximum")
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            yield spec_problem(
                spec,
                "empty_range",
                "{field}: minimum {least} is greater than maximum {most}.",
                least=least,
                most=most,
            )

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        return self.fitting(spec, exact_number(value))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        return self.fitting(spec, typed_number(text, context))

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        if isinstance(cell, float):
            # A spreadsheet keeps 15 digits; what comes behind is its arithmetic, not what was entered.
            return self.fitting(spec, Decimal(f"{cell:.15g}"))
        return self.fitting(spec, cell if isinstance(cell, Decimal) else exact_number(cell))

    def fitting(self, spec: FieldSpec, number: Decimal) -> Value:
        """Return the stored value of a number, or refuse it."""
        raise NotImplementedError

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.number(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return value

    def bounds(self, spec: FieldSpec) -> dict[str, Json]:
        """Return the JSON Schema keywords of the declared bounds."""
        return {name: spec.option(name) for name in ("minimum", "maximum") if spec.option(name) is not None}


class IntegerField(NumberField):
    """A whole number; 12.0 is taken for 12, 12.5 is refused."""

    name = "integer"
    about = "A whole number, up to 9,007,199,254,740,991 either way."
    groupable = True
    options = table(MINIMUM, MAXIMUM)

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if isinstance(value, str):
            raise FieldRefused("wrong_type", "Enter a whole number, without quotation marks.")
        return super().from_json(spec, value, context)

    def fitting(self, spec: FieldSpec, number: Decimal) -> Value:
        if not number.is_finite():
            raise not_a_number()
        if abs(number) > LARGEST_INTEGER:
            raise FieldRefused("too_large", "This number is too large.")
        if number != int(number):
            raise FieldRefused("not_whole", "Enter a whole number, without decimals.")
        within(number, spec.option("minimum"), spec.option("maximum"))
        return int(number)

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        number = rounded(value, 18, 0)
        return None if number is None or abs(number) > LARGEST_INTEGER else int(number)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "integer", "format": "int64", **self.bounds(spec)}


class DecimalField(NumberField):
    """An exact number with decimals; on the wire it is text, so that no digit is lost."""

    name = "decimal"
    own_digits: ClassVar[int] = DIGITS
    own_decimals: ClassVar[int] = DECIMALS
    """The size of a column whose field says nothing of it."""
    about = "An exact number with decimals, such as a rate or a measure; written as text in JSON."
    options = table(
        Option(
            name="digits",
            kind="integer",
            default=DIGITS,
            least=1,
            most=38,
            about="Digits in all, those after the point included.",
        ),
        Option(
            name="decimals",
            kind="integer",
            default=DECIMALS,
            least=0,
            most=12,
            about="Digits after the point.",
        ),
        MINIMUM,
        MAXIMUM,
    )

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        digits, decimals = self.size(spec)
        if decimals > digits:
            yield spec_problem(
                spec,
                "empty_range",
                "{field}: of {digits} digits, {decimals} cannot be behind the point.",
                digits=digits,
                decimals=decimals,
            )
        yield from super().check_meaning(spec, catalog)

    def size(self, spec: FieldSpec) -> tuple[int, int]:
        """Return digits in all and digits after the point."""
        digits, decimals = spec.option("digits"), spec.option("decimals")
        places = decimals if isinstance(decimals, int) else self.own_decimals
        return digits if isinstance(digits, int) else max(self.own_digits, places), places

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.Numeric(*self.size(spec))

    def fitting(self, spec: FieldSpec, number: Decimal) -> Value:
        value = fit(number, *self.size(spec))
        within(value, spec.option("minimum"), spec.option("maximum"))
        return value

    def from_column(self, spec: FieldSpec, cell: Value) -> Value:
        return canonical(cell)

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        return rounded(value, *self.size(spec))

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return plain(value)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return plain(value)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "format": "decimal", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
