"""What timelines tell of activities: what was done on a record, with its company and with its person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.sdk import Asking, EntitySpec, Ref, TimelineEvent, TimelineKind, look_up, reading
from modules.activities.behaviours import ACTIVITY
from modules.activities.colleagues import about, remember
from modules.activities.panels import WITH_STEPS

KIND = "activities.done"

ICONS = {"call": "phone", "meeting": "users", "visit": "map-pin", "email": "mail", "task": "check"}

FIELDS = ("type", "category", "subject", "owner", "done_at", "state", "result_note")


def kinds_of(entity: EntitySpec) -> Iterator[TimelineKind]:
    """Yield what is told of an entity: its activities, where it has any."""
    if WITH_STEPS & set(entity.behaviours):
        yield TimelineKind(name=KIND, label="Activities")


def events_of(
    entity: EntitySpec, record_id: int, asking: Asking, kind: str, before: datetime | None, limit: int
) -> Iterator[TimelineEvent]:
    """Yield the activities that were done, newest first, as far as the reader may read them."""
    uow = asking.uow
    if kind not in ("", KIND) or not WITH_STEPS & set(entity.behaviours):
        return
    if not reading(uow).may_read(asking.actor, ACTIVITY, uow.catalog):
        return
    where = f"state in ['done', 'no_show'] and not is_empty(done_at) and {about(entity.name, record_id, uow)}"
    if before is not None:
        where += f" and done_at < datetime('{before.isoformat()}')"
    found = list(
        look_up(uow, ACTIVITY, FIELDS, where=where, actor=asking.actor, sort=("-done_at",), most=limit)
    )
    if before is None:
        remember(entity.name, record_id, asking.actor, uow, found, all_of_them=len(found) < limit)
    for item in found:
        owner, at = item["owner"], item["done_at"]
        assert isinstance(at, datetime)  # the condition has asked for it
        yield TimelineEvent(
            at=at,
            kind=KIND,
            title=str(item["subject"]),
            icon=ICONS.get(str(item["category"]), "calendar"),
            hue="green" if item["state"] == "done" else "red",
            actor=str(owner.title or "") if isinstance(owner, Ref) else "",
            body=str(item["result_note"] or ""),
            url=asking.record_url(ACTIVITY, int(str(item["id"]))),
        )
