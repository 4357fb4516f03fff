"""Dates and instants: stored as Gregorian dates and in UTC; calendars and zones belong to the reader."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

import sqlalchemy as sa

from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.context import LoadContext
from core.fields.decimals import unreadable_refusal
from core.fields.refusal import FieldRefused, shown
from core.i18n import Style, Unreadable
from core.i18n.moments import in_zone
from core.metadata.specs import FieldSpec, Json

FIRST_DAY = date(1800, 1, 1)
"""Earlier dates are years of another calendar that were sent as Gregorian ones."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class DateField(FieldType):
    """A day, without time and zone."""

    name = "date"
    about = "A day; on the wire always Gregorian, such as 2026-03-21."
    control = "date"
    groupable = True
    identifying = True

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("date")

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.Date()

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if not isinstance(value, str):
            raise FieldRefused("wrong_type", "Write a date like 2026-03-21, in quotation marks.")
        if not _DATE.fullmatch(value):
            raise FieldRefused(
                "not_a_date", "{text} is not a date; write one like 2026-03-21.", text=shown(value)
            )
        try:
            return _known(date.fromisoformat(value))
        except ValueError:
            raise _no_such_day(value) from None

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        try:
            return _known(context.reader.parse_date(text))
        except Unreadable as unreadable:
            raise unreadable_refusal(unreadable) from None

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        match cell:
            case datetime() if cell.time() == time():
                return _known(cell.date())
            case datetime():
                raise FieldRefused("not_a_date", "Enter a date without a time of day.")
            case date():
                return _known(cell)
            case int() | float() if not isinstance(cell, bool) and float(cell).is_integer():
                # 14050901 in a number cell: read as the digits a person would have typed.
                return self.from_text(spec, _separated(str(int(cell))), context)
            case _:
                raise FieldRefused("not_a_date", "Enter a date here.")

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return _iso_day(value)

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.date(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return value

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return _iso_day(value)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "format": "date"}


class DateTimeField(FieldType):
    """An instant; kept in UTC, shown in the reader's zone."""

    name = "datetime"
    about = "An instant; on the wire in UTC, such as 2026-03-21T08:30:00Z."
    control = "datetime"

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("datetime")

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.DateTime(timezone=True)

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if not isinstance(value, str):
            raise FieldRefused(
                "wrong_type", "Write an instant like 2026-03-21T08:30:00Z, in quotation marks."
            )
        found = _INSTANT.fullmatch(value)
        if not found:
            raise FieldRefused(
                "not_a_datetime",
                "{text} is not an instant; write one like 2026-03-21T08:30:00Z.",
                text=shown(value),
            )
        if not found[3]:
            raise FieldRefused(
                "no_zone",
                "Say the zone of the time: end it with Z for UTC, or with an offset such as +03:30.",
            )
        try:
            return _in_utc(datetime.fromisoformat(value))
        except ValueError:
            raise _no_such_day(value) from None

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        try:
            return _in_utc(context.reader.parse_datetime(text))
        except Unreadable as unreadable:
            raise unreadable_refusal(unreadable) from None

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        match cell:
            case datetime():
                return _in_utc(cell if cell.tzinfo else cell.replace(tzinfo=_zone(context.reader)))
            case date():
                return _in_utc(datetime.combine(cell, time(), _zone(context.reader)))
            case _:
                raise FieldRefused("not_a_datetime", "Enter a date and a time here.")

    def from_column(self, spec: FieldSpec, cell: Value) -> Value:
        return cell.astimezone(UTC)

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.datetime(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        # Spreadsheets know no zones: the cell holds what the reader's clock showed.
        return in_zone(value, style.zone).replace(tzinfo=None)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return str(self.to_json(spec, value))

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "format": "date-time"}


def _iso_day(value: date) -> str:
    return value.isoformat()


def _zone(style: Style) -> tzinfo:
    return style.zone


def _in_utc(value: datetime) -> datetime:
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise _out_of_range() from None
    if (
        _known(instant.date()) == date.max
    ):  # the day after it, which zones of the east have already, does not exist
        raise _out_of_range()
    return instant


def _known(day: date) -> date:
    if day < FIRST_DAY:
        raise _out_of_range()
    return day


def _out_of_range() -> FieldRefused:
    return FieldRefused("year_out_of_range", "Write the year in the Gregorian calendar, from 1800 to 9999.")


def _no_such_day(text: str) -> FieldRefused:
    return FieldRefused("no_such_day", "{text} does not exist in the calendar.", text=shown(text))


def _separated(digits: str) -> str:
    return f"{digits[:4]}/{digits[4:6]}/{digits[6:]}" if len(digits) == 8 else digits
