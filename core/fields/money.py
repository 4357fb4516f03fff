"""Amounts of money: never without currency, never a float, two columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from babel.core import get_global

from core.errors import Problem
from core.expressions.types import Type
from core.fields.base import ColumnSpec, FieldType, Value
from core.fields.coerced import rounded
from core.fields.context import LoadContext
from core.fields.decimals import canonical, exact_number, fit, plain, unreadable_refusal, within
from core.fields.named import check_named
from core.fields.numbers import DECIMALS, DIGITS, MAXIMUM, MINIMUM
from core.fields.options import Option, table
from core.fields.refusal import FieldRefused, shown, spec_problem
from core.i18n import Style, Unreadable
from core.kernel.values import Money
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec, Json

_CODE = re.compile("[A-Z]{3}")
_ANY_DECIMAL = "\u066b"
"""A decimal mark that every reader's style understands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyCell:
    """An amount for a spreadsheet: a number to add up, and the name of the unit it is in."""

    number: Decimal
    unit: str


class MoneyField(FieldType):
    """An amount with its currency; 16 digits before the point, 4 behind it."""

    name = "money"
    about = 'An amount with its currency: {"amount": "1250000", "currency": "IRR"}.'
    control = "money"
    options = table(
        Option(
            name="currency",
            kind="text",
            about="The only currency the field takes (ISO 4217), which the database sees to; without it each amount brings its own.",
        ),
        MINIMUM,
        MAXIMUM,
        Option(
            name="base",
            kind="labelled",
            default=False,
            about="Keep the amount in the site's currency as well, in <field>_base, and the rate in <field>_rate; {label: …} names the first.",
        ),
        Option(
            name="rate_date",
            kind="field",
            about="The date field whose day's rate counts for base; without it, or where it is empty, the day of the write.",
        ),
        Option(
            name="frozen_when",
            kind="condition",
            about="While this holds the rate of base stays what it was when it began to hold; otherwise it follows the rates.",
        ),
    )

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        fixed = fixed_currency(spec)
        if fixed and not is_currency(fixed):
            yield spec_problem(
                spec, "unknown_currency", "{field}: there is no currency {currency}.", currency=fixed
            )
        yield from check_named(spec, "rate_date", frozenset({"date"}), catalog)

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("money")

    def columns(self, spec: FieldSpec) -> tuple[ColumnSpec, ...]:
        return (
            ColumnSpec(name=spec.name, sa_type=sa.Numeric(DIGITS, DECIMALS), nullable=spec.nullable),
            ColumnSpec(
                name=f"{spec.name}_currency",
                sa_type=sa.CHAR(3),
                nullable=spec.nullable,
                only=fixed_currency(spec) or "",
            ),
        )

    def to_columns(self, spec: FieldSpec, value: Value) -> dict[str, object]:
        amount, currency = (None, None) if value is None else (value.amount, value.currency)
        return {spec.name: amount, f"{spec.name}_currency": currency}

    def from_columns(self, spec: FieldSpec, cells: Mapping[str, Value]) -> Value:
        amount, currency = cells[spec.name], cells[f"{spec.name}_currency"]
        return None if amount is None or currency is None else Money(canonical(amount), currency)

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        amount, currency = _parts(value)
        if amount is None:
            return None
        if currency is None:
            currency = fixed_currency(spec) or context.currency
        return self._checked(spec, exact_number(amount), require_currency(currency))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        try:
            money = context.reader.parse_money(text, fixed_currency(spec) or context.currency)
        except Unreadable as unreadable:
            raise unreadable_refusal(unreadable) from None
        return self._checked(spec, money.amount, money.currency)

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        if isinstance(cell, MoneyCell):
            return self.from_text(spec, f"{_typed(cell.number)} {cell.unit}", context)
        number = Decimal(f"{cell:.15g}") if isinstance(cell, float) else cell
        amount = number if isinstance(number, Decimal) else exact_number(number)
        if not amount.is_finite():
            return self.from_json(spec, cell, context)
        # A bare number in a sheet is meant in the unit its reader thinks in, as a typed one is.
        return self.from_text(spec, _typed(amount), context)

    def _checked(self, spec: FieldSpec, amount: Decimal, currency: str) -> Money:
        fixed = fixed_currency(spec)
        if fixed and currency != fixed:
            raise FieldRefused(
                "wrong_currency", "This field takes amounts in {currency} only.", currency=fixed
            )
        number = fit(amount, DIGITS, DECIMALS)
        within(number, spec.option("minimum"), spec.option("maximum"))
        return Money(number, currency)

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        amount = rounded(value.amount, DIGITS, DECIMALS) if isinstance(value, Money) else None
        return None if amount is None else Money(amount, value.currency)

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return {"amount": plain(value.amount), "currency": value.currency}

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.money(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        unit = style.amounts.unit_of(value.currency)
        number = unit.shown(value.amount) if unit else value.amount
        return MoneyCell(number=canonical(number), unit=style.money_unit_name(value.currency))

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return f"{plain(value.amount)} {value.currency}"

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {
                "amount": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,4})?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            },
            "required": ["amount", "currency"],
        }


def fixed_currency(spec: FieldSpec) -> str | None:
    """Return the only currency a money field takes, or None where amounts bring their own."""
    currency = spec.option("currency")
    return currency if isinstance(currency, str) else None


def is_currency(code: str) -> bool:
    """Tell whether ``code`` is a currency of the CLDR's list."""
    return _CODE.fullmatch(code) is not None and code in get_global("all_currencies")


def require_currency(code: object) -> str:
    """Return a currency code, or refuse it."""
    if not isinstance(code, str) or not is_currency(code):
        raise FieldRefused(
            "unknown_currency",
            "{currency} is not a currency; write its three letters, such as IRR or EUR.",
            currency=shown(code) if isinstance(code, str) else "?",
        )
    return code


def _parts(value: object) -> tuple[object, object]:
    """Return amount and currency of ``{"amount", "currency"}`` or of a bare number."""
    if not isinstance(value, Mapping):
        return value, None
    if "amount" not in value or not set(value) <= {"amount", "currency"}:
        raise FieldRefused(
            "wrong_type",
            "Write an amount like {example}.",
            example='{"amount": "1250000", "currency": "IRR"}',
        )
    return value["amount"], value.get("currency")


def _typed(number: Decimal) -> str:
    """Return a number as it may be typed in every language: the decimal point means thousands in some."""
    return plain(number).replace(".", _ANY_DECIMAL)
