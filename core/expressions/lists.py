"""The type check of functions over the records of a list field."""

from __future__ import annotations

from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, described, is_null, is_unknown
from core.expressions.limits import MAX_LISTS
from core.expressions.nodes import Call, Given, Node, Path
from core.expressions.terms import Aggregate, Field, Term
from core.expressions.types import BOOLEAN, NUMBER, ORDERED, Type

_AMOUNTS = frozenset({"number", "money"})
_DRAWN = {"sum": _AMOUNTS, "avg": _AMOUNTS, "min": ORDERED, "max": ORDERED}
"""Functions that draw a value from each record, with the kinds they can work on; the others ask a condition."""


def aggregate(checking: Checking, node: Call, place: Place) -> Term:
    """Return the meaning of any, all, none, count, sum, avg, min or max."""
    items = _list(checking, node.args[0], place)
    if items is None:
        return WRONG
    if place.lists >= MAX_LISTS:
        checking.report.add(
            "lists_too_deep",
            "{line}:{column}: lists are looked into at most {limit} deep.",
            node.at,
            limit=MAX_LISTS,
        )
        return WRONG
    inside = Place(str(items.type.entity), place.lists + 1)
    if node.name in _DRAWN:
        return _drawn(checking, node, items, inside)
    body = checking.condition(node.args[1], inside) if len(node.args) > 1 else None
    if body is not None and is_unknown(body):
        return WRONG
    return Aggregate(NUMBER if node.name == "count" else BOOLEAN, node.name, items, body)


def _drawn(checking: Checking, node: Call, items: Field, inside: Place) -> Term:
    body = checking.term(node.args[1], inside)
    if is_unknown(body):
        return WRONG
    if body.type.kind not in _DRAWN[node.name] or is_null(body):
        checking.report.add(
            "not_aggregated",
            "{line}:{column}: {name} does not work on {found}.",
            node.args[1].at,
            name=node.name,
            found=described(body.type),
        )
        return WRONG
    return Aggregate(Type(body.type.kind), node.name, items, body)


def _list(checking: Checking, node: Node, place: Place) -> Field | None:
    if isinstance(node, (Path, Given)):
        found = checking.field(node, place)
        if found is None or found.type.kind == "list":
            return found
    checking.report.add("expected_list", "{line}:{column}: expected the name of a list field.", node.at)
    return None
