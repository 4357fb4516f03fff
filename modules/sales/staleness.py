"""Opportunities that have stood still for too long are marked, once a day and whenever they are written."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import JobContext, look_up, records

OPPORTUNITY = "sales.opportunity"
STALE = "state == 'open' and (rotting == false and stale_at <= $now or rotting == true and stale_at > $now)"
AT_ONCE = 500


def mark_stale(context: JobContext) -> Mapping[str, int]:
    """Mark open opportunities that went stale, or were taken care of, since they were written last."""
    with context.unit("opportunities went stale") as uow:
        found = [int(str(one["id"])) for one in look_up(uow, OPPORTUNITY, (), where=STALE)]
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        with context.unit("opportunities went stale") as uow:
            # Nothing is set: the mark follows by itself.
            records(uow).update_many(uow.actor, OPPORTUNITY, {i: {} for i in some}, uow=uow, parsed=True)
            context.keep(uow, {"marked": start + len(some)}, done=start + len(some))
    return {"marked": len(found)}
