"""Shares of a hundred, kept as the number of percent that people say: 12.5 is twelve and a half percent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.fields.base import Value
from core.fields.context import LoadContext
from core.fields.decimals import canonical, exact_number, unreadable_refusal
from core.fields.numbers import DecimalField
from core.fields.options import Option, table
from core.i18n import Style, Unreadable
from core.metadata.specs import FieldSpec

DIGITS, DECIMALS = 9, 2


class PercentCell(Decimal):
    """A cell that a spreadsheet shows as percent: the ratio that it holds, 0.125, which reads ``12.5%``."""

    __slots__ = ()

    @classmethod
    def of(cls, percent: Decimal) -> PercentCell:
        """Return the cell of a number of percent; no digit is lost."""
        return cls(canonical(percent).scaleb(-2))

    def __str__(self) -> str:
        return f"{self.percent:f}%"

    @property
    def number_format(self) -> str:
        """How a workbook shows the cell, with all of its digits."""
        places = len(f"{self.percent:f}".partition(".")[2])
        return f"0.{'0' * places}%" if places else "0%"

    @property
    def percent(self) -> Decimal:
        """The number of percent."""
        return canonical(self.scaleb(2))


def _sized(option: Option) -> Option:
    """Return an option of decimal numbers with the default that it has here."""
    return replace(option, default={"digits": DIGITS, "decimals": DECIMALS}.get(option.name, option.default))


class PercentField(DecimalField):
    """A number of percent; expressions, JSON and the column hold that number, and not the ratio."""

    name = "percent"
    about = "An exact number of percent: 12.5 is 12.5 %; written as text in JSON."
    control = "percent"
    identifying = False
    own_digits, own_decimals = DIGITS, DECIMALS
    options = table(*map(_sized, DecimalField.options.values()))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        try:
            number = context.reader.parse_percent(text)
        except Unreadable as unreadable:
            raise unreadable_refusal(unreadable) from None
        return self.fitting(spec, number)

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        if isinstance(cell, PercentCell):
            return self.fitting(spec, cell.percent if cell.is_finite() else exact_number(cell))
        return super().from_cell(spec, cell, context)

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.percent(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return PercentCell.of(value)
