"""`ExpressionInvalid` and its problems: where it is wrong, what was expected, which names exist."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import BadRequest, Param, Problem
from core.expressions.nodes import Position
from core.metadata.names import nearest


class ExpressionInvalid(BadRequest):
    """The text is no expression, or not one that fits the entity; each problem has a line and a column."""

    code, message = "expression_invalid", "The expression is not understood."


def problem(code: str, message: str, at: Position, **params: Param) -> Problem:
    """Return a problem whose sentence begins with its place; ``message`` is the whole template."""
    return Problem(code=code, message=message, params={"line": at.line, "column": at.column, **params})


def unknown(
    code: str,
    message: str,
    message_near: str,
    at: Position,
    name: str,
    existing: Iterable[str],
    **params: Param,
) -> Problem:
    """Return the problem of a name that does not exist, with the nearest that do."""
    near = nearest(name[:80], existing)
    if near:
        return problem(code, message_near, at, name=name[:80], nearest=near, **params)
    return problem(code, message, at, name=name[:80], **params)


def refuse(code: str, message: str, at: Position, **params: Param) -> ExpressionInvalid:
    """Return the error for one problem, ready to be raised."""
    return ExpressionInvalid(problems=(problem(code, message, at, **params),))


class Report:
    """Gathers the problems of one expression, so that all of them are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, code: str, message: str, at: Position, **params: Param) -> None:
        """Note one problem."""
        self.problems.append(problem(code, message, at, **params))

    def unknown(
        self,
        code: str,
        message: str,
        message_near: str,
        at: Position,
        name: str,
        existing: Iterable[str],
        **params: Param,
    ) -> None:
        """Note a name that does not exist, with the nearest that do."""
        self.problems.append(unknown(code, message, message_near, at, name, existing, **params))
