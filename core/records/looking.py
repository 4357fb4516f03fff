"""What a form has to know while somebody types: which fields show, which are required, what follows from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from core.expressions import Checked
from core.records.change import Draft
from core.records.deriving import apply_defaults, compute
from core.records.foreseeing import Foreseer, foresee
from core.records.loading import Loading
from core.records.plan import EntityPlan
from core.records.statements import the_one
from core.records.targets import empty_unusable
from core.records.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The state of a form's fields by name, and the computed values as they would be."""

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    computed: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Following:
    """What follows from a record for one of its fields, as it was checked: that it shows, is required, or its value."""

    name: str
    what: str
    checked: Checked


def followings(plan: EntityPlan) -> Iterator[Following]:
    """Yield what follows from the fields of a record: computed values in the order in which they are worked out first."""
    for derived in plan.computed:
        if derived.checked is not None:
            yield Following(name=derived.spec.name, what="computed", checked=derived.checked)
    for what, conditions in (("visible", plan.visible_when), ("required", plan.required_when)):
        for one in conditions:
            yield Following(name=one.spec.name, what=what, checked=one.checked)


def depends(plan: EntityPlan, *, computed: bool) -> bool:
    """Tell whether on a form of this entity anything shows by what is typed into it, or is ``computed`` from it."""
    conditional = plan.visible_when or plan.required_when or plan.read_only_when
    return bool(conditional or (computed and plan.computed))


def look(
    writer: Foreseer, work: Work, loading: Loading, values: Mapping[str, object], record_id: int
) -> Look:
    """Return how the fields of a record stand with these Python values; nothing is written or locked.

    Conditions belong to the definitions and are read with the system's eyes; the caller makes sure that the record
    is in sight, and shows of the computed values what its reader may read.
    """
    draft = _draft(work, loading, values, record_id)
    foresee(writer, work, [draft], merge=True)
    compute(work, [draft])
    view, old, env = work.view(draft), work.old(draft), work.env(work.old(draft))
    plan = work.plan
    return Look(
        hidden=frozenset(c.spec.name for c in plan.visible_when if c.read(view, env) is not True),
        required=frozenset(c.spec.name for c in plan.required_when if c.read(view, env) is True),
        read_only=frozenset(
            c.spec.name for c in plan.read_only_when if old is not None and c.read(old, env) is True
        ),
        computed={c.spec.name: draft.after[c.spec.name] for c in plan.computed},
    )


def _draft(work: Work, loading: Loading, values: Mapping[str, object], record_id: int) -> Draft:
    known = {name: value for name, value in values.items() if name in work.rights().editable}
    draft = loading.drafts(work.plan, [known], work.rights(), work.context, parsed=True)[0]
    if record_id:
        draft.id = record_id
        draft.before = dict(_stored(work, record_id)[0])
        draft.version = int(str(draft.before["version"]))
    else:
        apply_defaults(work, [draft])
    empty_unusable(work, [draft])  # the answer would tell what stands in records that they may not see
    return draft


def _stored(work: Work, record_id: int) -> Sequence[Mapping[str, object]]:
    known = work.others(work.entity, "id", [record_id]) if work.uow.reading else ()
    if known:
        return known
    table = work.conditions.tables.of(work.plan.entity)
    return work.conditions.records(
        work.plan,
        ("looking",),
        lambda: sa.select(*table.c).where(table.c.id == the_one()),
        {"ids": record_id},
        work.uow,
    )
