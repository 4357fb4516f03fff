"""Each week opportunities are kept as they are, so that a forecast can be held against what came of it.

What is open is kept, and what was won in the year before; in the currency of the site, at the rates of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.sdk import JobContext, Ref, UnitOfWork, look_up, records

OPPORTUNITY, SNAPSHOT = "sales.opportunity", "sales.forecast_snapshot"
WEEK = dt.timedelta(days=7)
KEPT = "state == 'open' or (state == 'won' and closed_at >= add_days($now, -370))"
AT_ONCE = 500
WHY = "opportunities are kept as they are"

COPIED = ("name", "owner", "team", "state", "probability", "expected_close", "closed_at")
FIELDS = (*COPIED, "forecast_category", "amount_base", "weighted_base")


def take_snapshot(context: JobContext) -> Mapping[str, int]:
    """Keep opportunities as they are today, unless that was done within the last week; a second run goes on."""
    kept = context.checkpoint
    with context.unit(WHY) as uow:
        day = dt.date.fromisoformat(str(kept["day"])) if kept else uow.today
        if kept is None and _is_fresh(uow):
            return {"kept": 0}
    last, number = (int(str(kept[name])) for name in ("last", "number")) if kept else (0, 0)
    while True:
        with context.unit(WHY) as uow:
            where = f"id > {last} and ({KEPT})"
            some = list(look_up(uow, OPPORTUNITY, FIELDS, where=where, sort=("id",), most=AT_ONCE))
            if not some:
                return {"kept": number}
            records(uow).create(uow.actor, SNAPSHOT, [_row(one, day) for one in some], uow=uow, parsed=True)
            last, number = int(str(some[-1]["id"])), number + len(some)
            context.keep(uow, {"day": day.isoformat(), "last": last, "number": number}, done=number)


def _is_fresh(uow: UnitOfWork) -> bool:
    latest = next(iter(look_up(uow, SNAPSHOT, ("taken_on",), sort=("-taken_on",), most=1)), None)
    return latest is not None and str(latest["taken_on"]) > (uow.today - WEEK).isoformat()


def _row(opportunity: Mapping[str, object], day: dt.date) -> Mapping[str, object]:
    values = {name: opportunity[name] for name in COPIED}
    plain = {name: Ref(value.id) if isinstance(value, Ref) else value for name, value in values.items()}
    return {
        **plain,
        "taken_on": day,
        "opportunity": Ref(int(str(opportunity["id"]))),
        "category": opportunity["forecast_category"],
        "amount": opportunity["amount_base"],
        "weighted": opportunity["weighted_base"],
    }
