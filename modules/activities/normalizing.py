"""What follows in an activity from what was given: its times, its company and person, its name for calendars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.sdk import Problem, Ref, UnitOfWork, ValidationFailed, look_up, style_of
from modules.activities.behaviours import ACTIVITY
from modules.activities.belonging import whom
from modules.activities.timing import Usual, settled

TYPE = "activities.activity_type"
KNOWN_TYPES = "activities.types"

Values = Mapping[str, object]


def normal_activity(values: Values, uow: UnitOfWork) -> Values:
    """Return what follows from the values of an activity."""
    zone = zone_named(values.get("zone"), uow)
    kind = type_of(values.get("type"), uow)
    usual = Usual(
        minutes=_number(kind.get("default_minutes"), 30), offset=_number(kind.get("default_offset"), 1)
    )
    return {
        "zone": zone.key,
        "ical_uid": values.get("ical_uid") or str(uuid4()),
        "occurrence": _occurrence(values.get("recurrence"), values.get("original_start")),
        **settled(_with_moved_day(values, zone, uow), usual, zone, uow.now),
        **whom(values, uow),
    }


def _with_moved_day(values: Values, zone: ZoneInfo, uow: UnitOfWork) -> Values:
    """Let the day of an activity of a whole day follow its beginning, where that was moved and the day was not."""
    number, start = values.get("id"), values.get("start_at")
    if values.get("all_day") is not True or not number or not isinstance(start, datetime):
        return values
    found = look_up(uow, ACTIVITY, ("day", "start_at", "all_day"), where=f"id == {number}")
    before = next(iter(found), {})
    if not before.get("all_day") or before["day"] != values.get("day") or before["start_at"] == start:
        return values
    return {**values, "day": start.astimezone(zone).date()}


def zone_named(name: object, uow: UnitOfWork) -> ZoneInfo:
    """Return the zone an activity is meant in: the one named, else that of whoever writes."""
    if not isinstance(name, str) or not name:
        return style_of(uow, uow.actor.preferences).zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        problem = Problem(
            code="unknown_zone",
            field="zone",
            message="There is no time zone {name}. Write one like Asia/Tehran.",
            params={"name": name},
        )
        raise ValidationFailed(problems=[problem]) from unknown


TYPE_FIELDS = (
    "name",
    "category",
    "default_minutes",
    "default_offset",
    "chain_next_type",
    "requires_result",
    "requires_note",
)


def type_of(value: object, uow: UnitOfWork) -> Values:
    """Return a kind of activity; asked once in a transaction."""
    if not isinstance(value, Ref):
        return {}
    known: dict[int, Values] = uow.memo.setdefault(KNOWN_TYPES, {})
    if value.id not in known:
        known[value.id] = next(look_up(uow, TYPE, TYPE_FIELDS, where=f"id == {value.id}"), {})
    return known[value.id]


def _occurrence(series: object, start: object) -> str | None:
    """Return what is unique about an activity of a series: its series and its original beginning."""
    if isinstance(series, Ref) and isinstance(start, datetime):
        return f"{series.id}@{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return None


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
