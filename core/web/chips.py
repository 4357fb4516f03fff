"""Chips: the plain filters of an address, ``field~operator~value``, and the conditions that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.errors import BadRequest
from core.expressions.nodes import Binary, Call, Flag, Given, Node, Number, Path, Text, Unary, and_all
from core.fields import FieldRefused, FieldTypes, LoadContext
from core.i18n import ascii_digits
from core.metadata.specs import EntitySpec, FieldSpec
from core.views import ListView
from core.web.natural_dates import bounds

LONGEST_ID = 19
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "text": ("has", "lacks", "is", "not", "empty", "set"),
    "number": ("is", "not", "from", "to", "empty", "set"),
    "date": ("is", "in", "from", "to", "empty", "set"),
    "choice": ("is", "not", "empty", "set"),
    "reference": ("is", "not", "empty", "set"),
    "boolean": ("yes", "no"),
    "other": ("empty", "set"),
}
KINDS = {
    "text": "text",
    "long_text": "text",
    "email": "text",
    "phone": "text",
    "url": "text",
    "sequence": "text",
    "integer": "number",
    "decimal": "number",
    "percent": "number",
    "money": "number",
    "date": "date",
    "datetime": "date",
    "choice": "choice",
    "multi_choice": "choice",
    "reference": "reference",
    "boolean": "boolean",
}
VALUELESS = frozenset({"empty", "set", "yes", "no", "me"})
PEOPLE = "base.user"
"""What references to people lead to: they can be compared to whoever is looking."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """One filter as it stands in the address: ``field~operator~value``."""

    field: str
    operator: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.field}~{self.operator}~{self.value}"


def read_chip(text: str) -> Chip | None:
    """Return the filter that a text of the address means; None where it is none."""
    field, _, rest = text.partition("~")
    operator, _, value = rest.partition("~")
    return Chip(field=field, operator=operator, value=value[:200]) if field and operator else None


def operators(spec: FieldSpec) -> tuple[str, ...]:
    """Return the operators that a filter on this field offers."""
    found = OPERATORS[KINDS.get(spec.type, "other")]
    return ("me", *found) if spec.type == "reference" and spec.option("to") == PEOPLE else found


def field_of(chip: Chip, view: ListView, entity: EntitySpec) -> FieldSpec | None:
    """Return the field of a filter; one that the reader must not know of is as good as none."""
    return entity.fields.get(chip.field) if chip.field in view.known else None


def condition_of(chip: Chip, spec: FieldSpec | None, types: FieldTypes, context: LoadContext) -> Node:
    """Return what a filter means; one that does not fit or cannot be read raises `BadRequest`."""
    if spec is None or chip.operator not in operators(spec):
        raise BadRequest("This filter does not fit the list any more.", code="unknown_field")
    path: Node = Path((chip.field,))
    match chip.operator:
        case "empty":
            return Call("is_empty", (path,))
        case "set":
            return Unary("not", Call("is_empty", (path,)))
        case "me":
            return Binary("==", path, Given("user"))
        case "yes" | "no":
            return Binary("==", path, Flag(chip.operator == "yes"))
        case _:
            return _compared(chip, spec, path, types, context)


def _compared(chip: Chip, spec: FieldSpec, path: Node, types: FieldTypes, context: LoadContext) -> Node:
    kind = KINDS.get(spec.type, "other")
    if kind == "text":
        if chip.operator == "lacks":
            return Unary("not", _compared(replace(chip, operator="has"), spec, path, types, context))
        if chip.operator in ("is", "not"):
            return Binary("==" if chip.operator == "is" else "!=", path, Text(chip.value))
        if spec.type == "phone":
            return Call("contains", (path, Text(_dialled(chip.value))))
        if spec.search:
            return Call("fold_contains", (path, Text(chip.value)))
        return Call("contains", (Call("lower", (path,)), Text(chip.value.lower())))
    if kind == "date":
        return _on_date(chip, spec, path, context)
    literal = _literal(chip, spec, types, context)
    if spec.type == "multi_choice":
        found: Node = Call("contains", (path, literal))
        return found if chip.operator == "is" else Unary("not", found)
    sign = {"is": "==", "not": "!=", "from": ">=", "to": "<="}[chip.operator]
    return Binary(sign, path, literal)


def _dialled(typed: str) -> str:
    """Return what is common to a number as people write it and as it is stored: its digits, without leading zeros."""
    digits = "".join(c for c in ascii_digits(typed) if c.isdigit())
    return digits.lstrip("0") or typed


def _literal(chip: Chip, spec: FieldSpec, types: FieldTypes, context: LoadContext) -> Node:
    if spec.type in ("choice", "multi_choice"):
        if chip.value not in (choice.name for choice in spec.choices):
            raise BadRequest("This filter does not fit the list any more.", code="bad_value")
        return Text(chip.value)
    if spec.type == "reference":
        if not (chip.value.isascii() and chip.value.isdigit() and len(chip.value) < LONGEST_ID):
            raise BadRequest("This filter does not fit the list any more.", code="bad_value")
        return Number(int(chip.value))
    try:
        value = types.get(spec.type).parse(spec, chip.value, context)
    except FieldRefused as refused:
        wrong = BadRequest(refused.message, code=refused.code)
        wrong.params = refused.params
        raise wrong from refused
    number = getattr(value, "amount", value)
    if number is None:
        raise BadRequest("This filter does not fit the list any more.", code="bad_value")
    return Number(number)


def _on_date(chip: Chip, spec: FieldSpec, path: Node, context: LoadContext) -> Node:
    """Days are meant in the reader's calendar and zone; a day of a moment is the time between two midnights."""
    if chip.operator == "in":
        return between(path, spec, *bounds(chip.value, context.reader), context)
    try:
        day = context.reader.parse_date(chip.value)
        first, after = _edges(day, day + timedelta(days=1), spec, context)
    except (ValueError, OverflowError) as unreadable:  # after the last day there is none
        raise BadRequest("{text} is not a date.", code="bad_value", text=chip.value) from unreadable
    if chip.operator == "from":
        return Binary(">=", path, first)
    if chip.operator == "to":
        return Binary("<", path, after)
    return and_all([Binary(">=", path, first), Binary("<", path, after)])


def between(path: Node, spec: FieldSpec, start: date, end: date, context: LoadContext) -> Node:
    """Return the condition that a date, or a moment of the reader's days, lies in ``start <= day < end``."""
    first, after = _edges(start, end, spec, context)
    return and_all([Binary(">=", path, first), Binary("<", path, after)])


def _edges(first: date, after: date, spec: FieldSpec, context: LoadContext) -> tuple[Node, Node]:
    if spec.type == "date":
        return _call("date", first.isoformat()), _call("date", after.isoformat())
    start, end = context.reader.instants(first, after)
    return (
        _call("datetime", start.strftime("%Y-%m-%dT%H:%M:%SZ")),
        _call("datetime", end.strftime("%Y-%m-%dT%H:%M:%SZ")),
    )


def _call(name: str, text: str) -> Node:
    return Call(name, (Text(text),))


def shown_chips(chips: Iterable[Chip], view: ListView, entity: EntitySpec) -> list[tuple[Chip, FieldSpec]]:
    """Return the filters that still make sense on this list."""
    return [
        (chip, spec)
        for chip in chips
        if (spec := field_of(chip, view, entity)) is not None and chip.operator in operators(spec)
    ]
