"""Rows into records: all of a group at once; where one is refused, it alone is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from core.errors import AccessDenied, BadRequest, Conflict, NotFound, PayvandError, Problem, ValidationFailed
from core.exchange.external import TAKEN
from core.exchange.row_reading import ReadRow
from core.exchange.targets import EXTERNAL_ID
from core.records.service import Records
from core.storage import UnitOfWork

if TYPE_CHECKING:
    from core.exchange.plan import ImportPlan

REFUSALS = (ValidationFailed, AccessDenied, NotFound, Conflict, BadRequest)
"""What is wrong with a row; everything else is wrong with the moment."""

Write = Callable[[Sequence[ReadRow]], object]


def create_rows(rows: Sequence[ReadRow], records: Records, plan: ImportPlan, uow: UnitOfWork) -> None:
    """Create as many of the rows as can be created, and remember by what another program knows them."""

    def create(group: Sequence[ReadRow]) -> None:
        made = records.create(
            plan.actor,
            plan.entity.name,
            [plan.files.kept(row.record(), uow) for row in group],
            uow=uow,
            parsed=True,
        )
        ids = {
            str(row.keys[EXTERNAL_ID]): one.id
            for row, one in zip(group, made, strict=True)
            if EXTERNAL_ID in row.keys
        }
        plan.external.claim(ids, uow)

    _refuse_taken(rows, plan, uow)
    write_rows([row for row in rows if not row.problems], create, uow, plan.headers)


def _refuse_taken(rows: Sequence[ReadRow], plan: ImportPlan, uow: UnitOfWork) -> None:
    """Refuse the rows whose id in the other program belongs to another record, or to an earlier one of the rows."""
    keyed = [(row, str(row.keys[EXTERNAL_ID])) for row in rows if EXTERNAL_ID in row.keys]
    taken = plan.external.taken([key for _, key in keyed], uow)
    for row, key in keyed:
        if key in taken:
            row.problems.append(
                Problem(code=TAKEN.code, message=TAKEN.message, field=plan.headers.get(EXTERNAL_ID))
            )
        taken.add(key)


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
