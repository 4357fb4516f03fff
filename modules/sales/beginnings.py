"""With what an opportunity begins, and what follows from a move: its pipeline, stage and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from core.sdk import Money, Ref, UnitOfWork, round_money, style_of
from modules.sales.stages import default_pipeline, stages

CLOSES_IN = timedelta(days=30)
"""When a new opportunity is expected to close, where nobody said."""


def with_beginnings(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object]:
    """Return the values of an opportunity that nobody gave."""
    known, found = stages(uow), dict[str, object]()
    pipeline, stage = values.get("pipeline"), values.get("stage")
    if isinstance(stage, Ref) and pipeline is None and stage.id in known.by_id:
        pipeline = found["pipeline"] = Ref(known.by_id[stage.id].pipeline)
    if pipeline is None and (usual := default_pipeline(uow)) is not None:
        pipeline = found["pipeline"] = Ref(usual)
    if isinstance(pipeline, Ref) and stage is None:
        first = known.first(pipeline.id)
        if first is not None:
            stage = found["stage"] = Ref(first.id)
    if values.get("expected_close") is None:
        found["expected_close"] = uow.today + CLOSES_IN
    closed = values.get("closed_at")
    found["closed_on"] = style_of(uow).today(closed) if isinstance(closed, datetime) else None
    return {**found, "rotting": is_rotting(values, stage, uow)}


def is_rotting(values: Mapping[str, object], stage: object, uow: UnitOfWork) -> bool:
    """Tell whether an opportunity has stood in its stage for longer than that allows."""
    known = stages(uow).by_id.get(stage.id) if isinstance(stage, Ref) else None
    moments = [values.get("stage_entered_at"), values.get("last_activity_at")]
    since = max((at for at in moments if isinstance(at, datetime)), default=None)
    if known is None or known.kind != "open" or known.rot_days is None or since is None:
        return False
    return since + timedelta(days=known.rot_days) <= uow.now


def line_amount(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return what a line of an opportunity comes to: rounded once, in whole smallest units of its currency."""
    price, quantity, discount = (values.get(name) for name in ("unit_price", "quantity", "discount_pct"))
    if not isinstance(price, Money) or not isinstance(quantity, Decimal):
        return {"amount": None}
    left = 100 - (discount if isinstance(discount, Decimal) else Decimal())
    exact = price.amount * quantity * left / 100
    return {"amount": Money(round_money(exact, price.currency), price.currency)}
