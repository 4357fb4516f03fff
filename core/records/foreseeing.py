"""What conditions see of the lines that are given with a record: the lines as they will be, before they are written.

Lines that are not named stay as they are stored, changed ones have their new values, new ones are there, and those that
go are not. Of all this only what the writer may do counts. Lists into which no condition looks are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.errors import ValidationFailed
from core.metadata.specs import FieldSpec
from core.records.change import Draft, Foreseen, Line
from core.records.deriving import compute
from core.records.lines import Arranged, Values, Writer, arrange, values_of, whole_of
from core.records.linking import match_children
from core.records.plan import Name
from core.records.telling import told_problems
from core.records.view import column_of
from core.records.work import Work


class Foreseer(Writer, Protocol):
    """The write pipeline, as far as lines are led through it that are not written yet."""

    def begun(
        self,
        work: Work,
        rows: Sequence[Values],
        *,
        stored: Sequence[Values],
        fixed: Sequence[Values],
        parsed: bool,
    ) -> list[Draft]:
        """Return drafts of rows, of which each changes what is ``stored``, or makes a new record of what is ``fixed``."""


@dataclass(slots=True)
class _Batch:
    """The rows of one list for all drafts: each with its draft, its number, and the line that it changes."""

    owners: list[Draft] = field(default_factory=list)
    rows: list[Values] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    stored: list[Values] = field(default_factory=list)
    fixed: list[Values] = field(default_factory=list)


def foresee(
    writer: Foreseer,
    work: Work,
    drafts: Sequence[Draft],
    *,
    merge: bool,
    wanted: frozenset[Name] = frozenset(),
) -> None:
    """Note in the drafts how the lines given with them will be, and the problems of lines that cannot be read.

    ``wanted`` are lists that are looked into from elsewhere: by what is asked of the record whose lines these are.
    """
    wanted |= work.plan.looks_into
    for spec in work.plan.lists:
        given = [draft for draft in drafts if spec.name in draft.lists]
        if given and (work.entity, spec.name) in wanted:
            _foresee_list(writer, work, given, spec, merge, wanted)


def _foresee_list(
    writer: Foreseer,
    work: Work,
    drafts: Sequence[Draft],
    spec: FieldSpec,
    merge: bool,
    wanted: frozenset[Name],
) -> None:
    child, batch = work.open(str(spec.option("of"))), _Batch()
    for draft in drafts:
        try:
            draft.arranged[spec.name] = _arranged(writer, work, draft, spec, merge=merge)
        except ValidationFailed as refused:
            draft.problems.extend(refused.problems)  # which lines are meant cannot be told
        else:
            _gather(batch, work, child, draft, spec)
    made = writer.begun(child, batch.rows, stored=batch.stored, fixed=batch.fixed, parsed=drafts[0].parsed)
    for draft, line in zip(batch.owners, made, strict=True):
        line.whole = (str(spec.option("by")), work.view(draft))
    foresee(writer, child, made, merge=merge, wanted=wanted)
    compute(child, made)
    for draft in drafts:
        own = [n for n, owner in enumerate(batch.owners) if owner is draft]
        _tell(child, draft, [(batch.places[n], made[n]) for n in own])
        if spec.name in draft.arranged:
            draft.foreseen[spec.name] = _seen(work, child, draft, spec, [made[n] for n in own])


def forget_lines(work: Work, drafts: Sequence[Draft]) -> None:
    """Ask anew for the lines that were given with drafts: they have been written. What was before stays known."""
    for spec in work.plan.lists:
        given = [draft for draft in drafts if spec.name in draft.lists]
        if given:
            work.forget(str(spec.option("of")))
        for draft in given:
            if spec.name in draft.foreseen:
                draft.foreseen[spec.name] = replace(draft.foreseen[spec.name], after=None)


def _arranged(writer: Foreseer, work: Work, draft: Draft, spec: FieldSpec, *, merge: bool) -> Arranged:
    if draft.before:
        found = arrange(writer, work, draft, spec, merge=merge)
        _know(work, draft, spec, found)
        return found
    rows = draft.lists[spec.name]
    match_children(spec.name, rows, (), ())  # a new record has no lines to be named
    places = [f"{spec.name}.{n}" for n in range(len(rows))]
    return Arranged(rows=rows, places=places, new=range(len(rows)))


def _know(work: Work, draft: Draft, spec: FieldSpec, found: Arranged) -> None:
    """Keep the lines that were read, where the writer sees all there are, so that they are not asked for again."""
    child = work.open(str(spec.option("of")))
    if child.access.condition(child.actor, child.entity, "read", child.uow.catalog) is True:
        column = column_of(spec, work.entity, child.plan.entity)
        work.known.read.setdefault((child.entity, column, draft.id), list(found.present))


def _gather(batch: _Batch, work: Work, child: Work, draft: Draft, spec: FieldSpec) -> None:
    """Add the rows of one draft, as far as its writer may do what they say."""
    found = draft.arranged[spec.name]
    by_id = {int(str(line["id"])): line for line in found.present}
    whole = whole_of(work, spec, draft.id)
    kept = found.kept.items() if _may(child, "update") else ()
    for number, row in (*kept, *((0, n) for n in found.new if _may(child, "create"))):
        batch.owners.append(draft)
        batch.rows.append(values_of(found.rows[row]))
        batch.places.append(found.places[row])
        batch.stored.append(by_id.get(number, {}))
        batch.fixed.append(whole)


def _may(child: Work, action: str) -> bool:
    return child.access.may(child.actor, child.entity, action, child.uow.catalog)


def _seen(work: Work, child: Work, draft: Draft, spec: FieldSpec, made: Sequence[Draft]) -> Foreseen:
    stored: Sequence[Values] = ()
    if draft.before:
        column = column_of(spec, work.entity, child.plan.entity)
        stored = child.others(child.entity, column, [draft.id])
    changed = {line.id: line for line in made if line.before}
    gone = draft.arranged[spec.name].gone if _may(child, "delete") else ()
    after = [
        _line(child, changed[one["id"]]) if one["id"] in changed else Line(one)
        for one in stored
        if one["id"] not in gone
    ]
    after += [_line(child, line) for line in made if not line.before]
    return Foreseen(before=[Line(one) for one in stored], after=after)


def _line(child: Work, draft: Draft) -> Line:
    values, _ = child.live(draft)
    return Line(values, {name: found.after or () for name, found in draft.foreseen.items()})


def _tell(child: Work, draft: Draft, lines: Sequence[tuple[str, Draft]]) -> None:
    """Note the problems of lines at their places, without the names of what their writer may not know."""
    for place, line in lines:
        told = told_problems(child, line.problems)
        for problem in line.problems if told is None else told:
            name = f"{place}.{problem.field}" if problem.field else place
            draft.problems.append(replace(problem, field=name))
