"""How far opportunities come: a row of the history knows its stage's place, and whether it had been there before.

Conversion is counted by cohort of entry (`crm.md` 3.6): of those that came to a stage in the period, the part that has
come further since, by whatever way. A second coming counts no second time, and a loss is not further.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.sdk import Actor, Money, Ref, Style, UnitOfWork, aggregate, look_up
from modules.sales.stages import LOST, OPEN, WON, stages

HISTORY, OPPORTUNITY = "sales.stage_history", "sales.opportunity"
BEYOND_ALL, BEFORE_ALL = 1_000_000, -1


def history_values(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object]:
    """Return how far a row of the history is, and whether the opportunity had been in that stage before."""
    stage, opportunity = values.get("to_stage"), values.get("opportunity")
    found = stages(uow).by_id.get(stage.id) if isinstance(stage, Ref) else None
    if found is None or not isinstance(opportunity, Ref):
        return {}
    rank = {WON: BEYOND_ALL, LOST: BEFORE_ALL}.get(found.kind, found.order)
    if values.get("id"):
        return {"rank": rank}
    same = f"opportunity == {opportunity.id} and to_stage == {found.id}"
    return {"rank": rank, "again": any(True for _ in look_up(uow, HISTORY, ("id",), where=same))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A stage in a period: who came to it, how many of them came further, and what stands in it now."""

    id: int
    name: str
    kind: str
    entered: int
    further: int
    open_count: int
    open_amount: Decimal

    @property
    def conversion(self) -> Decimal | None:
        """Which part came further, in percent; None where nobody came."""
        return Decimal(self.further * 100) / self.entered if self.entered else None


def funnel(
    uow: UnitOfWork, actor: Actor, style: Style, pipeline: int, start: dt.date, end: dt.date
) -> Sequence[Step]:
    """Return the stages of a pipeline in their order, as ``actor`` sees them."""
    first, last = style.instants(start, end)
    period = f"at >= datetime('{moment(first)}') and at < datetime('{moment(last)}')"
    cohort = f"to_stage.pipeline == {pipeline} and not again and {period}"
    entered = _counts(uow, actor, cohort)
    further = _counts(uow, actor, f"{cohort} and opportunity.furthest > rank")
    now = {
        _stage(group): group
        for group in aggregate(
            uow,
            OPPORTUNITY,
            ("stage",),
            ("count()", "sum(amount_base)"),
            where=f"pipeline == {pipeline}",
            actor=actor,
        )
    }
    return [
        Step(
            id=stage.id,
            name=stage.name,
            kind=stage.kind,
            entered=entered.get(stage.id, 0),
            further=further.get(stage.id, 0),
            open_count=int(str(now[stage.id]["count()"])) if stage.id in now and stage.kind == OPEN else 0,
            open_amount=amount_of(now[stage.id]["sum(amount_base)"])
            if stage.id in now and stage.kind == OPEN
            else Decimal(0),
        )
        for stage in stages(uow).of.get(pipeline, ())
        if stage.kind != LOST
    ]


def _counts(uow: UnitOfWork, actor: Actor, where: str) -> Mapping[int, int]:
    groups = aggregate(uow, HISTORY, ("to_stage",), ("count()",), where=where, actor=actor)
    return {_stage(group, "to_stage"): int(str(group["count()"])) for group in groups}


def _stage(group: Mapping[str, object], name: str = "stage") -> int:
    ref = group[name]
    return ref.id if isinstance(ref, Ref) else 0


def moment(at: dt.datetime) -> str:
    """Return a moment as expressions write it."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount_of(figure: object) -> Decimal:
    """Return the one amount of a sum in the site's currency."""
    found = figure if isinstance(figure, tuple) else ()
    return sum((money.amount for money in found if isinstance(money, Money)), Decimal(0))
