"""Rows into records: all of a group at once; where one is refused, it alone is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from core.errors import AccessDenied, BadRequest, Conflict, NotFound, PayvandError, Problem, ValidationFailed
from core.exchange.row_reading import ReadRow
from core.storage import UnitOfWork

REFUSALS = (ValidationFailed, AccessDenied, NotFound, Conflict, BadRequest)
"""What is wrong with a row; everything else is wrong with the moment."""

Write = Callable[[Sequence[ReadRow]], object]


def write_rows(rows: Sequence[ReadRow], write: Write, uow: UnitOfWork, headers: Mapping[str, str]) -> None:
    """Write as many of the rows as can be written; the others get their problems.

    A refusal that names its rows costs one more attempt, any other divides the group in halves. ``headers`` gives
    the columns of fields.
    """
    waiting = [list(rows)] if rows else []
    while waiting:
        group = waiting.pop()
        try:
            with uow.savepoint():
                write(group)
        except REFUSALS as refused:
            if len(group) == 1:
                group[0].problems.extend(_placed(problem, headers) for problem in _problems(refused))
            else:
                waiting.extend(_divided(group, refused, headers))


def _divided(
    group: list[ReadRow], refused: PayvandError, headers: Mapping[str, str]
) -> Iterator[list[ReadRow]]:
    blamed = _blamed(group, refused)
    if blamed:
        for place, problems in blamed.items():
            group[place].problems.extend(_placed(problem, headers) for problem in problems)
        rest = [row for place, row in enumerate(group) if place not in blamed]
        if rest:
            yield rest
        return
    half = len(group) // 2
    yield group[half:]
    yield group[:half]


def _blamed(group: Sequence[ReadRow], refused: PayvandError) -> dict[int, list[Problem]]:
    """Return the problems by row, or nothing where they do not surely say which rows they are about.

    The lines of lists are numbered, too, within their own record: such numbers are no rows of ours.
    """
    if any(row.lines for row in group):
        return {}
    found: dict[int, list[Problem]] = {}
    for problem in refused.problems:
        place, _, name = (problem.field or "").partition(".")
        if not (place.isascii() and place.isdigit() and int(place) < len(group)):
            return {}
        found.setdefault(int(place), []).append(
            Problem(code=problem.code, message=problem.message, params=problem.params, field=name or None)
        )
    return found


def _problems(refused: PayvandError) -> Sequence[Problem]:
    return refused.problems or (Problem(code=refused.reason, message=refused.message, params=refused.params),)


def _placed(problem: Problem, headers: Mapping[str, str]) -> Problem:
    """Return the problem at the column that its field comes from; its last part names the field of a line."""
    name = problem.field or ""
    header = headers.get(name) or headers.get(name.rpartition(".")[2]) or headers.get(name.partition(".")[0])
    return Problem(
        code=problem.code, message=problem.message, params=problem.params, field=header or problem.field
    )
