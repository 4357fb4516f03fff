"""``where`` of an address: an expression of the reader's, with periods such as ``in_period(day, 'this_month')``.

Periods are written out in the reader's calendar each time the collection is shown, so that a saved view of this month
shows next month's records next month.
"""

from __future__ import annotations

from dataclasses import replace

from core.access import key_of
from core.errors import BadRequest
from core.expressions import ExpressionInvalid, check, parse, unparse
from core.expressions.nodes import Binary, Call, Logic, Node, Path, Position, Text, Unary
from core.expressions.types import BOOLEAN
from core.fields import LoadContext
from core.metadata.relations import follow
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.compiled import Kept
from core.records.query import MAX_FILTER
from core.records.reading import Reading
from core.web.chips import between
from core.web.natural_dates import bounds
from core.web.visit import Visit

PERIOD = "in_period"
RIGHT = 512
"""Expressions that were found right and are remembered: pages of one list follow each other with the same one."""

_DAY = FieldSpec(name="day", entity="", type="date", label="")


def expanded(where: str, entity: EntitySpec, context: LoadContext) -> str:
    """Return an expression that every reading understands: periods become ranges of days."""
    if PERIOD not in where:
        return where
    return unparse(_ranges(parse(where), entity, context))


def _ranges(node: Node, entity: EntitySpec, context: LoadContext) -> Node:
    match node:
        case Call(name="in_period"):
            return _range(node, entity, context)
        case Logic(operands=operands):
            return replace(node, operands=tuple(_ranges(one, entity, context) for one in operands))
        case Unary(operand=operand):
            return replace(node, operand=_ranges(operand, entity, context))
        case Binary(left=left, right=right):
            return replace(node, left=_ranges(left, entity, context), right=_ranges(right, entity, context))
        case _:
            return node


def _range(node: Call, entity: EntitySpec, context: LoadContext) -> Node:
    match node.args:
        case (Path(parts=parts) as path, Text(value=name)):
            catalog = context.catalog
            spec = follow(catalog.entities, entity.name, ".".join(parts)) if catalog else None
            # What holds no dates, or is not the reader's to know, is left to the check of the whole expression.
            kind = spec if spec is not None and spec.type == "datetime" else _DAY
            return _placed(between(path, kind, *bounds(name, context.reader), context), node.at)
    raise BadRequest(
        "A period is written in_period(field, 'this_month'), with a field that holds dates.",
        code="bad_period",
    )


def _placed(node: Node, at: Position) -> Node:
    """Let what was written out stand where its period was written, so that refusals name that place."""
    match node:
        case Logic(operands=operands):
            return replace(node, at=at, operands=tuple(replace(one, at=at) for one in operands))
        case _:
            return replace(node, at=at)


def check_where(present: Visit, entity: EntitySpec, where: str, context: LoadContext) -> Node:
    """Return the tree of an expression that this reader may ask; raise `BadRequest` with what is wrong, and where."""
    if len(where) > MAX_FILTER:
        raise BadRequest("A filter has at most {maximum} characters.", code="too_long", maximum=MAX_FILTER)
    reading = present.site.get(Reading)
    schema = reading.reader_schema(reading.eyes(present.actor, present.catalog))
    node = parse(where)
    check(_ranges(node, entity, context), schema, entity.name, BOOLEAN, old=False)
    return node


class Wheres:
    """Checks the expressions of addresses, each once for all who have the same rights."""

    def __init__(self) -> None:
        self._right: Kept[Node] = Kept(RIGHT)

    def check(self, present: Visit, entity: EntitySpec, where: str, context: LoadContext) -> None:
        """Refuse what this reader may not ask with `BadRequest`; periods are looked up each time."""
        if PERIOD in where:
            check_where(present, entity, where, context)
            return
        catalog = present.catalog
        way = (catalog.version, catalog.digest, key_of(present.actor), entity.name, where)
        self._right.get(way, lambda: check_where(present, entity, where, context))


def told(present: Visit, wrong: BadRequest) -> str:
    """Return what is wrong in the reader's words: all problems of an expression, else the one sentence."""
    style = present.style
    if isinstance(wrong, ExpressionInvalid) and wrong.problems:
        return " ".join(style.problem(one) for one in wrong.problems)
    return style._(wrong.message, **wrong.params)
