"""Who is told of an activity, and reminded of it: when its time moves, before it begins, and when it is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.sdk import AnyRef, Change, Ref, UnitOfWork, cancel_reminders, look_up, notify, remind
from modules.activities.behaviours import ACTIVITY

USER = "base.user"
OPEN_STATES = frozenset({"planned", "in_progress"})
TIMES = frozenset({"start_at", "due_at", "day", "all_day"})
REMINDED_OF = TIMES | {"state", "owner", "remind_minutes", "remind_by_mail", "subject"}
MORNING = timedelta(hours=8)
"""So long after midnight people are reminded of what takes a whole day."""

Values = Mapping[str, Any]


def tell(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Move, take back and promise reminders; tell those concerned of another time."""
    for change in changes:
        if change.action == "update" and not change.changed & REMINDED_OF:
            continue
        if change.action != "create":
            cancel_reminders(uow, f"{_key(change.id)}:")
        values = change.after
        if change.action == "delete" or values.get("state") not in OPEN_STATES:
            continue
        concerned = list(_concerned(change.id, values, uow))
        _remind(change.id, values, concerned, uow)
        if change.action == "update" and change.changed & TIMES:
            _tell_time(change.id, values, concerned, uow)


def remind_anew(activity: int, uow: UnitOfWork) -> None:
    """Remind those who are asked to an activity now."""
    fields = (
        "state",
        "owner",
        "start_at",
        "due_at",
        "all_day",
        "remind_minutes",
        "remind_by_mail",
    )
    found = next(iter(look_up(uow, ACTIVITY, fields, where=f"id == {activity}")), None)
    if found is not None and found["state"] in OPEN_STATES:
        cancel_reminders(uow, f"{_key(activity)}:")
        _remind(activity, found, list(_concerned(activity, found, uow)), uow)


def _concerned(activity: int, values: Values, uow: UnitOfWork) -> Iterator[int]:
    """Yield the people of the house who take part: who has to do it, and who is asked and has not declined."""
    owner = values.get("owner")
    if isinstance(owner, Ref):
        yield owner.id
    where = f"activity == {activity} and rsvp != 'declined'"
    for line in look_up(uow, "activities.attendee", ("person",), where=where):
        person = line["person"]
        if isinstance(person, AnyRef) and person.entity == USER and person.id != getattr(owner, "id", None):
            yield person.id


def _remind(activity: int, values: Values, people: Sequence[int], uow: UnitOfWork) -> None:
    minutes, due = values.get("remind_minutes"), values.get("due_at")
    start = values.get("start_at") or due
    if not isinstance(minutes, int) or not isinstance(start, datetime):
        return
    at = start + MORNING if values.get("all_day") else start - timedelta(minutes=minutes)
    channels = ("in_app", "mail") if values.get("remind_by_mail") else ("in_app",)
    record, params = (ACTIVITY, activity), {"subject": AnyRef(ACTIVITY, activity)}
    for person in people:
        key = f"{_key(activity)}:{person}"
        if at > uow.now:
            remind(
                uow,
                user=person,
                at=at,
                title="Soon: {subject}",
                params=params,
                record=record,
                key=f"{key}:before",
                channels=channels,
            )
        if isinstance(due, datetime) and due > uow.now:
            remind(
                uow,
                user=person,
                at=due + timedelta(minutes=1),
                title="Overdue: {subject}",
                params=params,
                record=record,
                key=f"{key}:overdue",
            )


def _tell_time(activity: int, values: Values, people: Sequence[int], uow: UnitOfWork) -> None:
    when = values.get("day") if values.get("all_day") else values.get("start_at") or values.get("due_at")
    notify(
        uow,
        people,
        title="{subject} is now on {when}",
        params={"subject": AnyRef(ACTIVITY, activity), "when": when},
        record=(ACTIVITY, activity),
        kind="time_changed",
    )


def _key(activity: int) -> str:
    return f"activities:{activity}"
