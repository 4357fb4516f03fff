"""Who of the colleagues has been in touch lately: what is shown before a call, and asked for when one goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from core.sdk import (
    Actor,
    AnyRef,
    Move,
    Problem,
    Ref,
    Style,
    UnitOfWork,
    ValidationFailed,
    look_up,
    reading,
    style_of,
)
from modules.activities.behaviours import ACTIVITY
from modules.activities.belonging import parties
from modules.activities.normalizing import type_of

DAYS = 7
"""So many days a colleague's activity is worth a warning."""

MOST = 5
"""So many of them are told."""

EXCERPT = 240

FIELDS = ("type", "category", "subject", "owner", "done_at", "result_note")
MEETINGS = frozenset({"meeting", "visit"})

KNOWN = "activities.told"
"""Where a look keeps what it has read for the timeline."""

Item: TypeAlias = "Mapping[str, Any]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """What a colleague has done lately."""

    id: int
    who: str
    category: str
    what: str
    at: datetime
    note: str

    def sentence(self, style: Style) -> str:
        """Return who did what, and on which day, as somebody reads it."""
        when = self.at.astimezone(style.zone)
        weekday = style.locale.days["format"]["wide"][when.weekday()]
        day = f"{weekday} {style.date(when.date())}"
        if self.category == "call":
            return style._("{name} called on {day}.", name=self.who, day=day)
        if self.category in MEETINGS:
            return style._("{name} met them on {day}.", name=self.who, day=day)
        return style._("{name} was in touch on {day} ({kind}).", name=self.who, day=day, kind=self.what)


def about(entity: str, record_id: int, uow: UnitOfWork) -> str:
    """Return the condition of activities that are about a record, its company or its person."""
    account, contact = parties(entity, record_id, uow)
    asked = [f"account == {account.id}"] if account else []
    if contact:
        asked.append(f"contact == {contact.id} or {contact.id} in people")
    if entity in _targets(uow):
        asked.append(f"refers(record, '{entity}', {record_id})")
    return f"({' or '.join(asked)})" if asked else "false"


def touches(entity: str, record_id: int, actor: Actor, uow: UnitOfWork, *, skip: int = 0) -> list[Touch]:
    """Return what colleagues of the actor did in the last days, latest first; only what the actor may read."""
    if actor.id is None or not reading(uow).may_read(actor, ACTIVITY, uow.catalog):
        return []
    since = uow.now - timedelta(days=DAYS)
    found = _told_lately(entity, record_id, actor, since, uow)
    if found is not None:
        return [_touch(item) for item in found if item["id"] != skip][:MOST]
    where = (
        f"state == 'done' and done_at >= datetime('{since.isoformat()}') and owner != {actor.id} and not is_empty(owner)"
        f" and id != {skip} and {about(entity, record_id, uow)}"
    )
    found = list(look_up(uow, ACTIVITY, FIELDS, where=where, actor=actor, sort=("-done_at",), most=MOST))
    return [_touch(item) for item in found]


def remember(
    entity: str, record_id: int, actor: Actor, uow: UnitOfWork, found: Sequence[Item], *, all_of_them: bool
) -> None:
    """Keep the newest activities that a look at a record has read for its timeline."""
    if uow.reading:
        uow.memo[KNOWN, entity, record_id, actor.id] = (found, all_of_them)


def _told_lately(
    entity: str, record_id: int, actor: Actor, since: datetime, uow: UnitOfWork
) -> list[Item] | None:
    """Return what others have done since then; None where the timeline was not read, or not so far back."""
    found, all_of_them = uow.memo.get((KNOWN, entity, record_id, actor.id), ((), False))
    if not (all_of_them or (found and found[-1]["done_at"] < since)):
        return None
    return [
        item
        for item in found
        if item["state"] == "done"
        and item["done_at"] >= since
        and isinstance(item["owner"], Ref)
        and item["owner"].id != actor.id
    ]


def need_reason(found: Iterable[Touch], reason: object, *, field: str, uow: UnitOfWork) -> None:
    """Refuse to go on without a reason where a colleague has been in touch; keep the reason for the history."""
    latest = next(iter(found), None)
    if latest is None:
        return
    if not isinstance(reason, str) or not reason.strip():
        raise ValidationFailed(problems=[_why(latest, field, uow)])
    uow.reason = reason.strip()


def guard_start(move: Move, uow: UnitOfWork) -> Iterator[Problem]:
    """Say why a call is not begun: a colleague has been in touch, and no reason was given."""
    record = move.after.get("record")
    is_call = type_of(move.after.get("type"), uow).get("category") == "call"
    if move.asking or move.reason or not is_call or not isinstance(record, AnyRef):
        return
    found = touches(record.entity, record.id, move.actor, uow, skip=move.id)
    if found:
        yield _why(found[0], "reason", uow)


def _why(latest: Touch, field: str, uow: UnitOfWork) -> Problem:
    return Problem(
        code="colleague_was_in_touch",
        field=field,
        message="{sentence} Say why you call again.",
        params={"sentence": latest.sentence(style_of(uow, uow.actor.preferences))},
    )


def _targets(uow: UnitOfWork) -> tuple[str, ...]:
    to = uow.catalog.entity(ACTIVITY).fields["record"].option("to")
    return tuple(str(name) for name in to) if isinstance(to, list | tuple) else ()


def _touch(item: Mapping[str, object]) -> Touch:
    owner, kind, note, at = item["owner"], item["type"], str(item.get("result_note") or ""), item["done_at"]
    assert isinstance(at, datetime)  # the condition has asked for it
    return Touch(
        id=int(str(item["id"])),
        who=(owner.title or "") if isinstance(owner, Ref) else "",
        category=str(item["category"] or ""),
        what=str(kind.title if isinstance(kind, Ref) and kind.title else item["subject"]),
        at=at,
        note=note if len(note) <= EXCERPT else f"{note[:EXCERPT]}…",
    )
