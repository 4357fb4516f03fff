"""What records show of their activities: the next step, and who of the colleagues has been in touch lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.sdk import AnyRef, Asking, EntitySpec, Panel, look_up
from modules.activities.answers import ATTENDEE, answer_link
from modules.activities.behaviours import ACTIVITIES, ACTIVITY, COMPANY_ACTIVITIES
from modules.activities.colleagues import Touch, touches
from modules.activities.next_step import HUES, open_steps

WITH_STEPS = frozenset({ACTIVITIES.name, COMPANY_ACTIVITIES.name})


def panels_of(entity: EntitySpec, record: Mapping[str, object], asking: Asking) -> Iterator[Panel]:
    """Yield the panels of a record that has activities, or of an activity."""
    number = int(str(record["id"]))
    if entity.name == ACTIVITY:
        concerns, state = record.get("record"), record.get("state")
        if isinstance(concerns, AnyRef) and state in ("planned", "in_progress"):
            yield from _colleagues(concerns.entity, concerns.id, asking, skip=number)
        if isinstance(concerns, AnyRef) and state == "done":
            yield _next(concerns.entity, concerns.id, asking)
        if state in ("planned", "in_progress"):
            yield from _invitations(record, asking)
    elif WITH_STEPS & set(entity.behaviours):
        yield from _colleagues(entity.name, number, asking)
        yield _next(entity.name, number, asking)


def _colleagues(entity: str, number: int, asking: Asking, skip: int = 0) -> Iterator[Panel]:
    found = touches(entity, number, asking.actor, asking.uow, skip=skip)
    if found:
        yield Panel(
            name="activities.colleagues",
            title="A colleague has been in touch",
            template="activities/colleagues.html",
            values={"touches": [_told(touch, asking) for touch in found]},
            place="top",
            weight=10,
        )


def _told(touch: Touch, asking: Asking) -> dict[str, Any]:
    return {
        "sentence": touch.sentence(asking.style),
        "note": touch.note,
        "url": asking.record_url(ACTIVITY, touch.id),
    }


def _next(entity: str, number: int, asking: Asking) -> Panel:
    steps = open_steps(entity, number, asking.actor, asking.uow)
    return Panel(
        name="activities.next",
        title="Next step",
        template="activities/next_step.html",
        values={
            "steps": [
                {"step": step, "url": asking.record_url(ACTIVITY, step.id), "word": asking.style._(step.word)}
                for step in steps
            ],
            "hue": HUES[steps[0].standing if steps else "none"],
            "plan_url": f"{asking.record_url(entity, number)}/operation/plan_activity",
        },
        place="side",
        weight=20,
    )


def _invitations(record: Mapping[str, object], asking: Asking) -> Iterator[Panel]:
    """Yield who is asked, what they answered, and the link under which each answers; for who may change it."""
    number = int(str(record["id"]))
    where = f"id == {number} and owner == $user"
    if not any(True for _ in look_up(asking.uow, ACTIVITY, (), where=where, actor=asking.actor)):
        return
    lines = look_up(
        asking.uow, ATTENDEE, ("person", "rsvp"), where=f"activity == {number}", actor=asking.actor
    )
    choices = {choice.name: choice for choice in asking.entity(ATTENDEE).fields["rsvp"].choices}
    invited = [
        {
            "name": line["person"].title or "" if isinstance(line["person"], AnyRef) else "",
            "answer": asking.style.label(choices[str(line["rsvp"])].label),
            "hue": choices[str(line["rsvp"])].hue,
            "url": answer_link(asking, int(str(line["id"])), record),
        }
        for line in lines
    ]
    if invited:
        yield Panel(
            name="activities.invitations",
            title="Invitations",
            template="activities/invitations.html",
            values={"invited": invited},
            place="side",
            weight=30,
            count=len(invited),
            secret=True,
        )
