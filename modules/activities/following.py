"""What follows from a change of activities: in their series, and for those who are told and reminded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from core.sdk import Change, Ref, UnitOfWork, records
from modules.activities.behaviours import ACTIVITY
from modules.activities.repeating import in_series
from modules.activities.series import COPIED, IN_SERIES, leave_out
from modules.activities.telling import remind_anew, tell

ATTENDEE = "activities.attendee"

SHARED = frozenset({*COPIED, "start_at", "end_at", "day", "all_day"}) - {"team"}
"""What an activity has of its series: when one of these moves, it differs."""


def follow(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Follow changes of activities that were written together."""
    if changes[0].entity.name == ATTENDEE:
        for activity in {c.after.get("activity") or c.before.get("activity") for c in changes}:
            if isinstance(activity, Ref):
                remind_anew(activity.id, uow)
    if changes[0].entity.name != ACTIVITY:
        return
    tell(changes, uow)
    if uow.memo.get(IN_SERIES):
        return
    _differ(changes, uow)
    _leave_out(changes, uow)


def _differ(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Note that activities of a series were changed by themselves."""
    differing = [
        change.id
        for change in changes
        if change.action == "update"
        and isinstance(change.after.get("recurrence"), Ref)
        and not change.after.get("detached")
        and change.changed & SHARED
    ]
    if differing:
        with in_series(uow):
            system = uow.actor.elevate("an activity differs from its series")
            records(uow).update_many(
                system, ACTIVITY, {one: {"detached": True} for one in differing}, uow=uow, parsed=True
            )


def _leave_out(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Leave out of their series what was deleted, and take back in what was restored."""
    moved: dict[int, dict[datetime, bool]] = defaultdict(dict)
    for change in changes:
        values = change.after or change.before
        series, original = values.get("recurrence"), values.get("original_start")
        if (
            change.action in ("delete", "restore")
            and isinstance(series, Ref)
            and isinstance(original, datetime)
        ):
            moved[series.id][original] = change.action == "delete"
    for number in sorted(moved):
        leave_out(number, moved[number], uow)
