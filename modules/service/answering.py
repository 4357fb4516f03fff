"""What follows for a ticket by itself: the company of its person, and when the customer was first answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.sdk import AnyRef, Change, Ref, UnitOfWork, look_up, records

TICKET, ACCOUNT, CONTACT = "service.ticket", "contacts.account", "contacts.contact"
ACTIVITY, TYPE = "activities.activity", "activities.activity_type"
SPOKEN = "category in ['call', 'meeting', 'email', 'sms', 'visit']"
"""Kinds of activity by which one is in touch with somebody."""

NOT_REACHED = "not_reached"
WHY = "a customer was answered for the first time"


def with_company(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object] | None:
    """Return the company of the person, where nobody named one and the one who writes the ticket may see it."""
    contact = values.get("contact")
    if values.get("account") is not None or not isinstance(contact, Ref):
        return None
    found = next(iter(look_up(uow, CONTACT, ("account",), where=f"id == {contact.id}")), {})
    account = found.get("account")
    if not isinstance(account, Ref):
        return None
    seen = look_up(uow, ACCOUNT, ("id",), where=f"id == {account.id}", actor=uow.actor)
    return {"account": Ref(account.id)} if any(True for _ in seen) else None


def answered(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Keep when somebody was first in touch with the customer of a ticket: by an activity with it that is done."""
    done = {
        record.id: kind.id
        for change in changes
        if change.after.get("state") == "done" and "state" in change.changed
        if change.after.get("result_code") != NOT_REACHED
        if isinstance(record := change.after.get("record"), AnyRef) and record.entity == TICKET
        if isinstance(kind := change.after.get("type"), Ref)
    }
    if not done:
        return
    kinds = sorted(set(done.values()))
    spoken = {int(str(one["id"])) for one in look_up(uow, TYPE, ("id",), where=f"id in {kinds} and {SPOKEN}")}
    ids = sorted(number for number, kind in done.items() if kind in spoken)
    if not ids:
        return
    where = f"id in {ids} and is_empty(first_response_at)"
    waiting = [int(str(one["id"])) for one in look_up(uow, TICKET, ("id",), where=where)]
    if waiting:
        now = {"first_response_at": uow.now}
        records(uow).update_many(
            uow.actor.elevate(WHY), TICKET, dict.fromkeys(waiting, now), uow=uow, parsed=True
        )
