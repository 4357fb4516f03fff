"""From the values of a caller to drafts: which names may be written, and each value as its type means it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from core.access import FieldRights
from core.errors import Problem, TooLarge, ValidationFailed
from core.fields import FieldTypes, LoadContext, RecordSchema, record_schema
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec
from core.records.change import Draft
from core.records.compiled import Kept
from core.records.plan import EntityPlan

MAX_BATCH = 10_000


class Loading:
    """Reads callers' values with one marshmallow schema for each entity and set of writable fields."""

    def __init__(self, types: FieldTypes) -> None:
        self._types = types
        self._schemas: Kept[RecordSchema] = Kept(256)

    def drafts(
        self,
        plan: EntityPlan,
        rows: Sequence[object],
        rights: FieldRights,
        context: LoadContext,
        *,
        parsed: bool,
    ) -> list[Draft]:
        """Read every row; what cannot be read is noted in the draft.

        ``parsed`` rows hold Python values already; only their names are held against the rights.
        """
        if len(rows) > MAX_BATCH:
            raise TooLarge(limit=f"{MAX_BATCH} records")
        schema = self._schema(plan.entity, rights, context)
        drafts = []
        for number, row in enumerate(rows):
            draft = Draft(row=number, parsed=parsed)
            if parsed and isinstance(row, Mapping) and schema.fields.keys() >= row.keys():
                values: Mapping[str, object] = row
            else:
                values, problems = schema.check(row)
                draft.problems.extend(problems)
            _keep(plan, draft, values)
            drafts.append(draft)
        return drafts

    def _schema(self, entity: EntitySpec, rights: FieldRights, context: LoadContext) -> RecordSchema:
        key: Hashable = (
            entity.name,
            entity.digest,
            id(entity),
            rights.editable,
            frozenset(rights.readable),
            context.currency,
            context.region,
            context.area_code,
        )
        return self._schemas.get(
            key,
            lambda: record_schema(
                entity,
                rights.editable,
                context,
                partial=True,
                types=self._types,
                readable=frozenset(rights.readable),
            ),
        )


def refuse(drafts: Sequence[Draft]) -> None:
    """Raise `ValidationFailed` with all problems of all drafts; in a batch fields read ``row.field``."""
    problems: dict[Hashable, Problem] = {}
    for draft in drafts:
        for problem in draft.problems:
            placed = _placed(problem, draft.row) if len(drafts) > 1 else problem
            problems.setdefault((placed.field, placed.code), placed)
    if problems:
        raise ValidationFailed(problems=problems.values())


@contextmanager
def within(places: Sequence[str]) -> Iterator[None]:
    """Tell the problems of lines where they stand in the list that was given: ``items.2.code``."""
    try:
        yield
    except ValidationFailed as refused:
        raise ValidationFailed(problems=[_in_line(p, places) for p in refused.problems]) from refused


def _in_line(problem: Problem, places: Sequence[str]) -> Problem:
    row, rest = (0, problem.field) if len(places) == 1 else _split(problem.field)
    return replace(problem, field=f"{places[row]}.{rest}" if rest else places[row])


def _split(field: str | None) -> tuple[int, str]:
    row, _, rest = (field or "0").partition(".")
    return int(row), rest


def has_problems(drafts: Sequence[Draft]) -> bool:
    """Tell whether anything was noted against any of the drafts."""
    return any(draft.problems for draft in drafts)


def _placed(problem: Problem, row: int) -> Problem:
    name = f"{row}.{problem.field}" if problem.field else str(row)
    return Problem(
        code=problem.code, message=problem.message, params=problem.params, field=name, place=problem.place
    )


def _keep(plan: EntityPlan, draft: Draft, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        kind = plan.entity.fields[name].type
        if kind == "list":
            draft.lists[name] = [dict(line) for line in _sequence(value)]
        elif kind == "links":
            draft.links[name] = tuple(sorted({ref.id for ref in _sequence(value) if isinstance(ref, Ref)}))
        else:
            draft.after[name] = value
    draft.given = frozenset(values)


def _sequence(value: object) -> Sequence[Mapping[str, object]]:
    return value if isinstance(value, Sequence) else ()
