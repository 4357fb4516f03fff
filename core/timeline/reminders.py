"""Reminders: promised for a moment, and sent once, if their record can be seen then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.kernel.values import Ref
from core.metadata.specs import Label
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import UnitOfWork
from core.timeline.entities import REMINDER, safe_key
from core.timeline.notices import Params, worded
from core.timeline.people import ids_of, people, site_of

CHANNELS = ("in_app", "mail")
WAITING, SENT, SKIPPED = "waiting", "sent", "skipped"


def remind(
    uow: UnitOfWork,
    *,
    user: int | Ref,
    at: datetime,
    title: Label,
    key: str,
    record: tuple[str, int] | None = None,
    params: Params | None = None,
    channels: Iterable[str] = ("in_app",),
) -> None:
    """Promise to remind somebody: once for each key and channel.

    Said again with the same key it moves a reminder that waits or was cancelled; one that was sent is promised anew
    only where ``at`` is another moment. Nobody reads it before; who does not see ``record`` then is not reminded.
    """
    if REMINDER not in uow.catalog.entities:
        return
    for person, actor in people(uow, ids_of([user])).items():
        values = {
            "user": Ref(person),
            "at": at,
            "title": worded(uow, actor, title, params or {}),
            "entity": record[0] if record else None,
            "record_id": record[1] if record else None,
        }
        for channel in dict.fromkeys(channels):
            _promise(uow, f"{safe_key(key)}:{channel}", {**values, "channel": channel})


def cancel_reminders(uow: UnitOfWork, key_prefix: str) -> int:
    """Take back the waiting reminders whose keys begin so; return how many."""
    if REMINDER not in uow.catalog.entities:
        return 0
    where = f"state == 'waiting' and starts_with(key, '{safe_key(key_prefix)}')"
    taken = 0
    while ids := [int(str(item["id"])) for item in _find(uow, where)]:
        _update(uow, {one: {"state": SKIPPED} for one in ids})
        taken += len(ids)
    return taken


def _promise(uow: UnitOfWork, key: str, values: Mapping[str, object]) -> None:
    known = next(iter(_find(uow, f"key == '{key}'")), None)
    if known is None:
        system = uow.actor.elevate("somebody is to be reminded")
        row = {**values, "key": key, "state": WAITING}
        site_of(uow).get(Records).create(system, REMINDER, [row], uow=uow, parsed=True)
    elif known["state"] != SENT or known["at"] != values["at"]:
        _update(uow, {int(str(known["id"])): {**values, "state": WAITING, "sent_at": None}})


def _find(uow: UnitOfWork, where: str) -> list[dict[str, object]]:
    system = uow.actor.elevate("which reminders there are")
    query = Query(fields=("id", "state", "at"), filter=where, limit=MAX_LIMIT)
    return site_of(uow).get(Reading).find(system, REMINDER, query, catalog=uow.catalog, uow=uow).items


def _update(uow: UnitOfWork, changes: Mapping[int, Mapping[str, object]]) -> None:
    system = uow.actor.elevate("reminders are kept")
    site_of(uow).get(Records).update_many(system, REMINDER, changes, uow=uow, parsed=True)
