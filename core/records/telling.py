"""What a writer is told: no problem names a field that they must not know of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.errors import PayvandError, Problem, TransitionRefused, ValidationFailed
from core.records.work import Work
from core.storage.failures import translate_database_error

GENERAL = frozenset({"required", "taken", "missing", "not_acceptable", "read_only_now", "no_such_record"})
"""Sentences of ours that say nothing without the field they stand at; rules and modules bring their own."""

HIDDEN = "A field that you cannot see stands in the way; an administrator can help."


@contextmanager
def told_to_writer(work: Work, *, spreading: bool = False) -> Iterator[None]:
    """Take the names of hidden fields out of the problems of a write.

    A field is known that one may read or write. The problems of lines were told by the writing of the lines. With
    ``spreading`` the write reaches records of other entities, whose fields are none of the writer's business.
    """
    try:
        yield
    except Exception as failure:
        refused = translate_database_error(failure, work.uow.catalog) or failure
        if not isinstance(refused, (ValidationFailed, TransitionRefused)):
            raise
        told = told_problems(work, refused.problems, spreading=spreading)
        if told is None:
            raise
        raise _again(refused, told) from failure


def told_problems(
    work: Work, problems: Iterable[Problem], *, spreading: bool = False
) -> list[Problem] | None:
    """Return the problems without the names of hidden fields; None where there are none of those."""
    problems = tuple(problems)
    rights = work.rights()
    known = {*rights.readable, *rights.editable}
    hidden = [p for p in problems if _hides(p, known, work, spreading=spreading)]
    if not hidden:
        return None
    told = [p for p in problems if p not in hidden]
    for problem in map(_without_field, hidden):
        # Of one rule at several fields one sentence is enough, at a field they know if there is one.
        if not any(_is_same(problem, other) for other in told):
            told.append(problem)
    return told


def _hides(problem: Problem, known: set[str], work: Work, *, spreading: bool) -> bool:
    """Tell whether a problem names what its reader does not know; what they named themselves they know."""
    name = _split(problem)[1]
    if not name or name in known or problem.code == "unknown_field":
        return False
    return spreading or name in work.plan.entity.fields


def _again(refused: ValidationFailed | TransitionRefused, told: list[Problem]) -> PayvandError:
    """Return the refusal with these problems; its sentence may be that of a problem that is not told any more."""
    if isinstance(refused, ValidationFailed):
        return ValidationFailed(problems=told)
    return TransitionRefused(code=refused.reason, problems=told)


def _without_field(problem: Problem) -> Problem:
    row = _split(problem)[0] or None
    if problem.code in GENERAL:
        return Problem(code="hidden_field", message=HIDDEN, field=row)
    return replace(problem, field=row)


def _is_same(one: Problem, other: Problem) -> bool:
    return (one.code, one.message, _split(one)[0]) == (other.code, other.message, _split(other)[0])


def _split(problem: Problem) -> tuple[str, str]:
    """Return the row of a batch that a problem stands in, and its field: of ``2.items.0.code`` 2 and items."""
    first, _, rest = (problem.field or "").partition(".")
    return (first, rest.partition(".")[0]) if first.isdigit() else ("", first)
