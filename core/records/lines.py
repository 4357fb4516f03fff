"""The records of list fields: written with the record that they are lines of, for all records of a batch together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.errors import ValidationFailed
from core.kernel.values import AnyRef, Ref
from core.metadata.specs import FieldSpec
from core.records.change import Draft
from core.records.linking import line_version, match_children
from core.records.loading import MAX_BATCH, within
from core.records.query import MAX_LIMIT
from core.records.trash import Trash
from core.records.work import Work

Values = Mapping[str, object]

REMOVED = "$removed"
"""Marks a line, named by its id, that is to go: the way to say it where a list is merged."""

KEPT_APART = frozenset({"id", "version", "title", REMOVED})
"""What a line carries besides its values when it comes back from whoever read it."""


class Writer(Protocol):
    """The write pipeline, as lists use it for their own entity."""

    @property
    def trash(self) -> Trash:
        """The way to the trash."""

    def create(
        self, work: Work, rows: Sequence[Values], *, parsed: bool = False, fixed: Sequence[Values] = ()
    ) -> object:
        """Create records; ``fixed`` are values of each that need no right to edit."""

    def update(
        self,
        work: Work,
        changes: Mapping[int, Values],
        *,
        versions: Mapping[int, int | None],
        parsed: bool = False,
    ) -> object:
        """Update records by id."""

    def as_they_will_be(self, work: Work, rows: Sequence[Values], *, parsed: bool) -> list[Values]:
        """Return rows with what follows from their values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arranged:
    """What is to be done with the lines of one record; ``present`` are those of them that the writer sees.

    ``kept`` says for each line that stays which row is about it, ``new`` which rows are new lines, and ``gone`` which
    lines go; ``places`` are what the rows are told under.
    """

    rows: Sequence[Values]
    places: Sequence[str]
    present: Sequence[Values] = ()
    kept: Mapping[int, int] = field(default_factory=dict)
    new: Sequence[int] = ()
    gone: Sequence[int] = ()


def save_lists(writer: Writer, work: Work, drafts: Sequence[Draft], *, merge: bool) -> None:
    """Bring the lines of all drafts to what was given; without ``merge`` a given list is the whole list."""
    several = len(drafts) > 1
    for spec in work.plan.lists:
        given = [draft for draft in drafts if spec.name in draft.lists]
        _add_to_new(writer, work, [draft for draft in given if not draft.before], spec, several=several)
        for draft in given:
            if draft.before:
                with _told_in(draft.row if several else None):
                    found = draft.arranged.get(spec.name) or arrange(writer, work, draft, spec, merge=merge)
                    _bring(writer, work, draft, spec, found)


def _add_to_new(
    writer: Writer, work: Work, drafts: Sequence[Draft], spec: FieldSpec, *, several: bool
) -> None:
    """Write the lines of new records in as few batches as there can be."""
    rows: list[Values] = []
    fixed: list[Values] = []
    places: list[str] = []
    for draft in drafts:
        with _told_in(draft.row if several else None):
            match_children(spec.name, draft.lists[spec.name], (), ())  # a new record has no lines to be named
        for number, row in enumerate(draft.lists[spec.name]):
            rows.append({k: v for k, v in row.items() if k != "id"})
            fixed.append(whole_of(work, spec, draft.id))
            places.append(f"{draft.row}.{spec.name}.{number}" if several else f"{spec.name}.{number}")
    for start in range(0, len(rows), MAX_BATCH):
        part = slice(start, start + MAX_BATCH)
        with within(places[part]):
            writer.create(
                work.open(str(spec.option("of"))), rows[part], fixed=fixed[part], parsed=drafts[0].parsed
            )


def arrange(writer: Writer, work: Work, draft: Draft, spec: FieldSpec, *, merge: bool) -> Arranged:
    """Work out what is to be done to bring the lines of one record to what was given.

    Lines that no answer has shown are left alone, because the writer does not see them or because they come after
    as many as an answer holds: that they are not in the list that was given back says nothing.
    """
    child = work.open(str(spec.option("of")))
    keys = [f.name for f in child.plan.entity.fields.values() if f.duplicate_key]
    present = _present(child, str(spec.option("by")), work.entity, draft.id)
    places, rows = _to_do(spec.name, draft.lists[spec.name], {child["id"] for child in present})
    comparable = rows
    if present and keys:
        made = writer.as_they_will_be(child, [values_of(row) for row in rows], parsed=draft.parsed)
        comparable = [{**new, "id": row.get("id")} for new, row in zip(made, rows, strict=True)]
    matched = match_children(spec.name, comparable, present, keys)
    staying = {n for n, row in enumerate(rows) if not row.get(REMOVED)}
    new = [n for n, found in enumerate(matched) if found is None and n in staying]
    kept = {found: n for n, found in enumerate(matched) if found is not None and n in staying}
    gone = [found for n, found in enumerate(matched) if found is not None and n not in staying]
    if not merge:
        shown = (int(str(child["id"])) for child in present[:MAX_LIMIT])
        gone += [number for number in shown if number not in kept and number not in gone]
    return Arranged(rows=rows, places=places, present=present, kept=kept, new=new, gone=gone)


def _bring(writer: Writer, work: Work, draft: Draft, spec: FieldSpec, to_do: Arranged) -> None:
    """Do with the lines of one record what is to be done with them."""
    child, rows, places = work.open(str(spec.option("of"))), to_do.rows, to_do.places
    kept, new = to_do.kept, to_do.new
    if to_do.gone:
        writer.trash.delete(child, to_do.gone, versions={})
    if kept:
        with within([places[n] for n in kept.values()]):
            writer.update(
                child,
                {found: values_of(rows[n]) for found, n in kept.items()},
                parsed=draft.parsed,
                versions={found: line_version(spec.name, rows[n]) for found, n in kept.items()},
            )
    if new:
        with within([places[n] for n in new]):
            writer.create(
                child,
                [{k: v for k, v in rows[n].items() if k != "id"} for n in new],
                parsed=draft.parsed,
                fixed=[whole_of(work, spec, draft.id)] * len(new),
            )


def _to_do(name: str, rows: Sequence[Values], present: Collection[object]) -> tuple[list[str], list[Values]]:
    """Return the lines with the places they are told under; those to be removed that are gone already are left out."""
    left = [
        (f"{name}.{n}", row)
        for n, row in enumerate(rows)
        if not row.get(REMOVED) or row.get("id") is None or row["id"] in present
    ]
    return [place for place, _ in left], [row for _, row in left]


def _present(child: Work, by: str, parent: str, parent_id: int) -> Sequence[Values]:
    visible = child.access.condition(child.actor, child.entity, "read", child.uow.catalog)
    return child.conditions.children(child.plan, by, parent, parent_id, visible, child.uow)


def values_of(row: Values) -> Values:
    """Return what a row says of the values of its line."""
    return {name: value for name, value in row.items() if name not in KEPT_APART}


def whole_of(work: Work, spec: FieldSpec, record_id: int) -> Values:
    """Return the reference of a line to the record whose line it is."""
    by = str(spec.option("by"))
    reference = work.uow.catalog.entity(str(spec.option("of"))).fields[by]
    return {by: AnyRef(work.entity, record_id) if reference.type == "reference_any" else Ref(record_id)}


@contextmanager
def _told_in(row: int | None) -> Iterator[None]:
    """Tell problems in the row of a batch where they stand; None means that there is one record only."""
    try:
        yield
    except ValidationFailed as refused:
        if row is None:
            raise
        problems = [replace(p, field=f"{row}.{p.field}" if p.field else str(row)) for p in refused.problems]
        raise ValidationFailed(problems=problems) from refused
