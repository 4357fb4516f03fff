"""A filter as the builder shows it, groups of conditions, and the expression that it means: both ways.

Whatever a person writes by hand is accepted; what is deeper than groups of conditions is shown as text only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from core.expressions.nodes import (
    Binary,
    Call,
    Flag,
    Given,
    Logic,
    Node,
    Null,
    Number,
    Path,
    Text,
    Unary,
    and_all,
    or_all,
)
from core.fields import FieldTypes, LoadContext, fixed_currency
from core.i18n import Style
from core.kernel.values import Money
from core.metadata.specs import EntitySpec, FieldSpec
from core.web.chips import KINDS, Chip, condition_of, operators
from core.web.natural_dates import bounds
from core.web.where_filters import PERIOD

SIGNS = {"==": "is", "!=": "not", ">=": "from", "<=": "to"}
JOINS = ("all", "any")


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One line of the builder. ``text`` is what was typed for a reference; ``problem`` says why it cannot be read."""

    chip: Chip
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Conditions of which all, or any, must hold."""

    join: str = "all"
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """A filter of the builder: groups of which all, or any, must hold."""

    join: str = "all"
    groups: tuple[Group, ...] = (Group(),)

    def added(self, place: int, chip: Chip) -> Groups:
        """Return the filter with one more condition in a group."""
        groups = list(self.groups)
        group = groups[place]
        groups[place] = replace(group, conditions=(*group.conditions, Condition(chip=chip)))
        return replace(self, groups=tuple(groups))

    def without(self, number: int) -> Groups:
        """Return the filter without a condition, counted over all groups; groups that it leaves empty go, too."""
        groups: list[Group] = []
        for group in self.groups:
            size = len(group.conditions)
            rest = tuple(c for place, c in enumerate(group.conditions) if place != number)
            number -= size
            if rest or not size:
                groups.append(replace(group, conditions=rest))
        return replace(self, groups=tuple(groups) or (Group(),))


# Groups → expression


Ask = Callable[[Chip], Node]
"""Reads one condition; raises `BadRequest` or what the field refuses."""


def node_of(groups: Groups, ask: Ask) -> Node | None:
    """Return the expression of the conditions; None where there are none."""
    made = [
        _joined(group.join, [ask(c.chip) for c in group.conditions])
        for group in groups.groups
        if group.conditions
    ]
    return _joined(groups.join, made) if made else None


def condition_node(chip: Chip, spec: FieldSpec | None, types: FieldTypes, context: LoadContext) -> Node:
    """Return what a line means. A period keeps its name, so that it moves on with the days; a day compares as it is."""
    if spec is not None and chip.operator == "in" and chip.operator in operators(spec):
        bounds(chip.value, context.reader)
        return Call(PERIOD, (Path((chip.field,)), Text(chip.value)))
    if spec is not None and spec.type == "date" and chip.operator in ("is", "to"):
        condition_of(chip, spec, types, context)  # says what is wrong with the day
        day = context.reader.parse_date(chip.value)
        sign = {"is": "==", "to": "<="}[chip.operator]
        return Binary(sign, Path((chip.field,)), Call("date", (Text(day.isoformat()),)))
    return condition_of(chip, spec, types, context)


def _joined(join: str, nodes: Sequence[Node]) -> Node:
    return and_all(nodes) if join == "all" else or_all(nodes)


# Expression → groups


def groups_of(node: Node, entity: EntitySpec, context: LoadContext) -> Groups | None:
    """Return the groups that mean the same; None where the expression is something else."""
    join, parts = _split(node)
    flat = [_condition(part, entity, context) for part in parts]
    if all(flat):
        return Groups(groups=(Group(join=join, conditions=tuple(c for c in flat if c)),))
    groups = []
    for part in parts:
        inner, conditions = _split(part)
        read = [_condition(one, entity, context) for one in conditions]
        if not all(read):
            return None
        groups.append(Group(join=inner, conditions=tuple(c for c in read if c)))
    return Groups(join=join, groups=tuple(groups))


def _split(node: Node) -> tuple[str, tuple[Node, ...]]:
    if isinstance(node, Logic):
        return ("all" if node.op == "and" else "any"), node.operands
    return "all", (node,)


def _condition(node: Node, entity: EntitySpec, context: LoadContext) -> Condition | None:
    """Return the line of one condition; None where the builder has none that means it."""
    match node:
        case Call(name="is_empty", args=(Path(parts=(name,)),)):
            return _line(name, "empty")
        case Unary(op="not", operand=Call(name="is_empty", args=(Path(parts=(name,)),))):
            return _line(name, "set")
        case Unary(op="not", operand=Call(args=(*_,)) as call):
            found = _condition(call, entity, context)
            turned = {"has": "lacks", "is": "not"}.get(found.chip.operator) if found else None
            return _line(found.chip.field, turned, found.chip.value) if found and turned else None
        case Call(name="in_period", args=(Path(parts=(name,)), Text(value=period))):
            return _line(name, "in", period)
        case Call(name="fold_contains", args=(Path(parts=(name,)), Text(value=part))):
            return _line(name, "has", part)
        case Call(name="contains", args=(Call(name="lower", args=(Path(parts=(name,)),)), Text(value=part))):
            return _line(name, "has", part)
        case Call(name="contains", args=(Path(parts=(name,)), Text(value=part))):
            spec = entity.fields.get(name)
            kind = spec.type if spec else ""
            return _line(name, "is" if kind == "multi_choice" else "has", part) if kind != "text" else None
        case Binary(op="==", left=Path(parts=(name,)), right=Given(name="user", parts=())):
            return _line(name, "me")
        case Binary(op="==" | "!=" as sign, left=Path(parts=(name,)), right=Null()):
            return _line(name, "empty" if sign == "==" else "set")
        case Binary(op=sign, left=Path(parts=(name,)), right=right) if name in entity.fields:
            return _compared(entity.fields[name], sign, right, context)
        case _:
            return None


def _line(name: str, operator: str, value: str = "") -> Condition:
    return Condition(chip=Chip(field=name, operator=operator, value=value))


def _compared(spec: FieldSpec, sign: str, right: Node, context: LoadContext) -> Condition | None:
    kind, operator = KINDS.get(spec.type, "other"), SIGNS.get(sign)
    style = context.reader
    match kind, right:
        case "boolean", Flag(value=flag) if sign == "==":
            return _line(spec.name, "yes" if flag else "no")
        case "number", Number(value=number) if operator:
            return _line(spec.name, operator, _typed(spec, Decimal(number), style, context.currency))
        case ("reference", Number(value=int(number))) if operator in ("is", "not"):
            return _line(spec.name, operator, str(number))
        case (("text" | "choice"), Text(value=text)) if operator in ("is", "not"):
            return _line(spec.name, operator, text)
        case "date", Call(name="date" | "datetime", args=(Text(value=text),)):
            return _on_day(spec, sign, text, style)
    return None


def _typed(spec: FieldSpec, number: Decimal, style: Style, currency: str) -> str:
    """Return a number as this reader would type it."""
    if spec.type == "money":
        return style.money_digits(Money(number, fixed_currency(spec) or currency))
    return style.number(number)


def _on_day(spec: FieldSpec, sign: str, text: str, style: Style) -> Condition | None:
    """Return the line of a comparison with a day, or with the midnight between two days of the reader."""
    day = _day(spec, text, style)
    operator = {"==": "is", ">=": "from", "<=": "to"}.get(sign)
    if sign == "<" and day is not None:
        operator, day = "to", day - timedelta(days=1)
    if day is None or operator is None or (spec.type == "datetime" and sign not in (">=", "<")):
        return None
    return _line(spec.name, operator, style.date_digits(day))


def _day(spec: FieldSpec, text: str, style: Style) -> date | None:
    try:
        if spec.type == "date":
            return date.fromisoformat(text)
        local = datetime.fromisoformat(text).astimezone(style.zone)
    except ValueError:
        return None
    return local.date() if local.time() == time() else None
