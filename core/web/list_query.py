"""The address of a list ↔ what it asks for: the whole state of a list is in its URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from core.errors import BadRequest
from core.expressions import unparse
from core.expressions.nodes import Binary, Call, Flag, Node, Number, Path, Text, Unary, and_all
from core.fields import FieldRefused, FieldTypes, LoadContext
from core.i18n import ascii_digits
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.query import Query
from core.views import ListView

PAGE = 50
LONGEST_ID = 19
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "text": ("has", "is", "empty", "set"),
    "number": ("is", "from", "to", "empty", "set"),
    "date": ("is", "from", "to", "empty", "set"),
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
    "money": "number",
    "date": "date",
    "datetime": "date",
    "choice": "choice",
    "multi_choice": "choice",
    "reference": "reference",
    "boolean": "boolean",
}
VALUELESS = frozenset({"empty", "set", "yes", "no"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """One filter as it stands in the address: ``field~operator~value``."""

    field: str
    operator: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.field}~{self.operator}~{self.value}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListState:
    """What a list shows: search, named filter, chips, sort, columns, page."""

    search: str = ""
    named: str = ""
    chips: tuple[Chip, ...] = ()
    sort: str = ""
    columns: tuple[str, ...] = ()
    cursor: str = ""
    trash: bool = False

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> ListState:
        """Read the state from an address; what makes no sense is left out."""
        chips = tuple(chip for text in args.getlist("f") if (chip := _chip(text)) is not None)
        return cls(
            search=args.get("q", "").strip(),
            named=args.get("view", ""),
            chips=chips,
            sort=args.get("sort", ""),
            columns=tuple(name for name in args.get("cols", "").split(",") if name),
            cursor=args.get("cursor", ""),
            trash=args.get("trash") == "1",
        )

    def address(self, **changes: Any) -> str:
        """Return the query string of this state with changes; a changed question starts on its first page."""
        state = replace(self, **{"cursor": "", **changes})
        pairs: list[tuple[str, str]] = [("f", str(chip)) for chip in state.chips]
        for name, value in (
            ("q", state.search),
            ("view", state.named),
            ("sort", state.sort),
            ("cols", ",".join(state.columns)),
            ("cursor", state.cursor),
            ("trash", "1" if state.trash else ""),
        ):
            if value:
                pairs.append((name, value))
        return "?" + urlencode(pairs)

    def without(self, chip: Chip) -> str:
        """Return the address without one filter."""
        return self.address(chips=tuple(c for c in self.chips if c != chip))


def _chip(text: str) -> Chip | None:
    field, _, rest = text.partition("~")
    operator, _, value = rest.partition("~")
    return Chip(field=field, operator=operator, value=value[:200]) if field and operator else None


def operators(spec: FieldSpec) -> tuple[str, ...]:
    """Return the operators that a filter on this field offers."""
    return OPERATORS[KINDS.get(spec.type, "other")]


def build_query(
    state: ListState,
    view: ListView,
    entity: EntitySpec,
    columns: Sequence[str],
    types: FieldTypes,
    context: LoadContext,
) -> Query:
    """Return the question behind a list; a value that cannot be read raises `BadRequest`."""
    parts = [f"({f.where})" for f in view.filters if f.name == state.named and f.where]
    conditions = [_condition(chip, _field(chip, view, entity), types, context) for chip in state.chips]
    if conditions:
        parts.append(unparse(and_all(conditions)))
    sort = (state.sort,) if state.sort else view.sort
    fields = tuple(
        dict.fromkeys(("id", "version", *columns, *((entity.title,) if entity.title in view.known else ())))
    )
    return Query(
        fields=fields,
        filter=" and ".join(parts),
        sort=sort,
        limit=PAGE,
        cursor=state.cursor,
        search=state.search,
        trash=state.trash,
    )


def _field(chip: Chip, view: ListView, entity: EntitySpec) -> FieldSpec | None:
    """Return the field of a filter; one that the reader must not know of is as good as none."""
    return entity.fields.get(chip.field) if chip.field in view.known else None


def _condition(chip: Chip, spec: FieldSpec | None, types: FieldTypes, context: LoadContext) -> Node:
    if spec is None or chip.operator not in operators(spec):
        raise BadRequest("This filter does not fit the list any more.", code="unknown_field")
    path: Node = Path((chip.field,))
    match chip.operator:
        case "empty":
            return Call("is_empty", (path,))
        case "set":
            return Unary("not", Call("is_empty", (path,)))
        case "yes" | "no":
            return Binary("==", path, Flag(chip.operator == "yes"))
        case _:
            return _compared(chip, spec, path, types, context)


def _compared(chip: Chip, spec: FieldSpec, path: Node, types: FieldTypes, context: LoadContext) -> Node:
    kind = KINDS.get(spec.type, "other")
    if kind == "text":
        if chip.operator == "is":
            return Binary("==", path, Text(chip.value))
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
    try:
        day = context.reader.parse_date(chip.value)
    except ValueError as unreadable:
        raise BadRequest("{text} is not a date.", code="bad_value", text=chip.value) from unreadable
    first, after = _edges(day, spec, context)
    if chip.operator == "from":
        return Binary(">=", path, first)
    if chip.operator == "to":
        return Binary("<", path, after)
    return and_all([Binary(">=", path, first), Binary("<", path, after)])


def _edges(day: date, spec: FieldSpec, context: LoadContext) -> tuple[Node, Node]:
    if spec.type == "date":
        return _call("date", day.isoformat()), _call("date", (day + timedelta(days=1)).isoformat())
    start, end = context.reader.instants(day, day + timedelta(days=1))
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
        if (spec := _field(chip, view, entity)) is not None and chip.operator in operators(spec)
    ]
