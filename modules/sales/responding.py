"""The first response to a lead: by when, in working time, and when it came; who has to give it is told and reminded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.sdk import (
    AnyRef,
    Change,
    Ref,
    UnitOfWork,
    cancel_reminders,
    look_up,
    notify,
    records,
    remind,
    working_time,
)

LEAD, SOURCE, ACTIVITY = "sales.lead", "sales.lead_source", "activities.activity"
WHY = "a lead had its first response"
WAITING = ("new", "assigned")


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


YOURS, DUE = N_("A lead for you: {title}"), N_("First response due: {title}")


def with_due(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object]:
    """Return by when a new lead is to be answered: so many working minutes as its source says."""
    source = values.get("source")
    if values.get("id") or values.get("first_response_due") is not None or not isinstance(source, Ref):
        return {}
    found = look_up(uow, SOURCE, ("first_response_minutes",), where=f"id == {source.id}")
    minutes = next((one["first_response_minutes"] for one in found), None)
    if not isinstance(minutes, int):
        return {}
    owner = values.get("owner")
    hours = working_time(uow, user=owner.id if isinstance(owner, Ref) else None)
    return {"first_response_due": hours.add(uow.now, minutes)}


def tell_owners(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Tell people of leads that became theirs, and remind them of the first response as long as it is due."""
    for change in changes:
        if change.changed & {"owner", "first_response_due", "first_response_at", "state", "deleted_at"}:
            _follow(change, uow)


def _follow(change: Change, uow: UnitOfWork) -> None:
    after, key = change.after, f"sales.response-{change.id}-"
    owner, due = after.get("owner"), after.get("first_response_due")
    about, params = (LEAD, change.id), {"title": AnyRef(LEAD, change.id)}
    if "owner" in change.changed and isinstance(owner, Ref) and change.action != "delete":
        notify(uow, [owner], title=YOURS, params=params, record=about, kind="sales.lead_assigned")
    cancel_reminders(uow, key)
    waits = after.get("first_response_at") is None and after.get("state") in WAITING
    if waits and change.action != "delete" and isinstance(owner, Ref) and isinstance(due, datetime):
        remind(uow, user=owner, at=due, title=DUE, params=params, key=f"{key}{owner.id}", record=about)


def answered(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let a lead be answered by the first activity with it that is done."""
    ids = {
        record.id
        for change in changes
        if change.after.get("state") == "done" and "state" in change.changed
        if isinstance(record := change.after.get("record"), AnyRef) and record.entity == LEAD
    }
    if not ids:
        return
    system = uow.actor.elevate(WHY)
    where = f"id in {sorted(ids)} and is_empty(first_response_at)"
    for lead in list(look_up(uow, LEAD, ("state",), where=where)):
        number = int(str(lead["id"]))
        if lead["state"] == "assigned":
            records(uow).transition(system, LEAD, number, "work", version=None, uow=uow)
        else:
            now = {"first_response_at": uow.now}
            records(uow).update(system, LEAD, number, now, version=None, uow=uow, parsed=True)
