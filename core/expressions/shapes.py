"""Shapes: expressions that differ only in their constants share one compiled query."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from core.expressions.binding import bindable, form_of, like_pattern
from core.expressions.checked import Checked
from core.expressions.terms import Folded, Param, Term, Value, rebuilt


def parametrize(checked: Checked, first: int = 0) -> tuple[Checked, tuple[object, ...]]:
    """Return the shape of an expression and the constants taken out of it, ready to be bound.

    The shape is for `to_sql` only; ``first`` is the number of its first parameter. True, false and null stay.
    """
    values: list[object] = []

    def taken(term: Value, value: object, form: str) -> Param:
        values.append(value)
        return Param(term.type, first + len(values) - 1, form)

    def shaped(term: Term) -> Term:
        match term:
            case Folded(field=field, needle=Value(value=str() as needle) as words):
                return replace(term, field=field, needle=taken(words, like_pattern(needle), "text"))
            case Value(value=None | bool()):
                return term
            case Value(type=type_, value=constant):
                form = form_of(type_, constant)
                return taken(term, bindable(form, constant), form)
            case _:
                return rebuilt(term, shaped)

    return replace(checked, term=shaped(checked.term)), tuple(values)


def shape_key(checked: Checked) -> Hashable:
    """Return what equal shapes have in common; constants that were not taken out are part of it."""
    return checked.entity, checked.term
