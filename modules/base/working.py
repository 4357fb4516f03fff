"""Working calendars: hours by weekday, holidays, and whose calendar counts for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from core.sdk import (
    Change,
    Problem,
    Ref,
    UnitOfWork,
    ValidationFailed,
    WorkingTime,
    ascii_digits,
    look_up,
    style_of,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

TIMED = frozenset({"base.working_hours", "base.holiday"})
"""Entities with a beginning and an end in a day."""

_TIME = re.compile(r"([0-9]{1,2}):?([0-5][0-9])")

Intervals = tuple[tuple[int, int], ...]


def minute_of(text: object) -> int | None:
    """Return the minute of a day that is written like ``08:30``; None where it is not."""
    match = _TIME.fullmatch(ascii_digits(str(text or "")).strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else 24 * 60 + 1
    return minute if minute <= 24 * 60 else None


def written(text: object) -> object:
    """Return a time of day in its one form; what cannot be read stays, and is refused."""
    minute = minute_of(text)
    return text if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def normal_times(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return beginning and end as they are stored."""
    return {name: written(values[name]) for name in ("start", "end") if values.get(name) is not None}


def time_problems(change: Change) -> Iterable[Problem]:
    """Tell of times that are none, and of ends before their beginning."""
    found = {name: change.after.get(name) for name in ("start", "end")}
    minutes = {name: minute_of(text) for name, text in found.items() if text is not None}
    for name, minute in minutes.items():
        if minute is None:
            yield Problem(code="bad_time", field=name, message="Write a time of day like 08:30.")
    start, end = minutes.get("start"), minutes.get("end")
    if start is not None and end is not None and end <= start:
        yield Problem(
            code="ends_first",
            field="end",
            message="It ends before it begins; what goes on past midnight is written as two.",
        )


def zone_problems(change: Change) -> Iterable[Problem]:
    """Tell of time zones that do not exist."""
    name = change.after.get("time_zone")
    if name and zone_of(name) is None:
        yield Problem(
            code="unknown_zone",
            field="time_zone",
            message="There is no time zone {name}; write one such as Asia/Tehran.",
            params={"name": str(name)},
        )


def zone_of(name: object) -> ZoneInfo | None:
    """Return a time zone, or None where there is none of this name."""
    try:
        return ZoneInfo(str(name))
    except (LookupError, ValueError, OSError):
        return None


def refuse_overlaps(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Refuse hours of one calendar that lie over each other; asked once all of them are written."""
    calendars = {ref.id for change in changes if isinstance(ref := change.after.get("working_calendar"), Ref)}
    for calendar in sorted(calendars):
        try:
            WorkingTime(zone=ZoneInfo("UTC"), week=_week(calendar, uow))
        except ValueError:
            raise ValidationFailed(
                problems=[Problem(code="overlap", message="These hours lie over others of the same day.")]
            ) from None


def keep_one_usual(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Tell of a second calendar for everybody."""
    if change.after.get("usual") and change.action in ("create", "update", "restore"):
        others = look_up(
            uow, "base.working_calendar", ("name",), where=f"usual == true and id != {change.id or 0}"
        )
        for other in others:
            yield Problem(
                code="usual_taken",
                field="usual",
                message="{name} is the usual working calendar already.",
                params={"name": str(other["name"])},
            )


def find_working_time(calendar: int | None, user: int | None, uow: UnitOfWork) -> WorkingTime | None:
    """Return the hours of a calendar; without one, of the person's, their team's, or else of the usual one."""
    found = calendar or (_of_user(user, uow) if user else None) or _usual(uow)
    if found is None:
        return None
    known = next(
        iter(look_up(uow, "base.working_calendar", ("time_zone", "holiday_sets"), where=f"id == {found}")),
        None,
    )
    if known is None:
        return None
    zone = zone_of(known["time_zone"]) if known["time_zone"] else None
    sets = known["holiday_sets"]
    ids = [one.id for one in sets if isinstance(one, Ref)] if isinstance(sets, tuple) else []
    return WorkingTime(
        zone=zone or style_of(uow).zone, week=_week(found, uow), exceptions=_exceptions(ids, uow)
    )


def _of_user(user: int, uow: UnitOfWork) -> int | None:
    person = next(iter(look_up(uow, "base.user", ("working_calendar", "team"), where=f"id == {user}")), {})
    own, team = person.get("working_calendar"), person.get("team")
    if isinstance(own, Ref) or not isinstance(team, Ref):
        return own.id if isinstance(own, Ref) else None
    theirs = next(iter(look_up(uow, "base.team", ("working_calendar",), where=f"id == {team.id}")), {})
    shared = theirs.get("working_calendar")
    return shared.id if isinstance(shared, Ref) else None


def _usual(uow: UnitOfWork) -> int | None:
    found = next(iter(look_up(uow, "base.working_calendar", (), where="usual == true")), None)
    return int(str(found["id"])) if found else None


def _week(calendar: int, uow: UnitOfWork) -> Mapping[int, Intervals]:
    week: dict[int, Intervals] = {}
    for one in look_up(
        uow, "base.working_hours", ("weekday", "start", "end"), where=f"working_calendar == {calendar}"
    ):
        day = WEEKDAYS.index(str(one["weekday"]))
        week[day] = (*week.get(day, ()), *_interval(one))
    return week


def _exceptions(sets: Sequence[int], uow: UnitOfWork) -> Mapping[date, Intervals]:
    """Return what holidays leave of their days; where two sets disagree, fewer hours count."""
    found: dict[date, Intervals] = {}
    for one in (
        look_up(uow, "base.holiday", ("date", "kind", "start", "end"), where=f"holiday_set in {list(sets)}")
        if sets
        else ()
    ):
        day = one["date"]
        assert isinstance(day, date)  # required
        hours = () if one["kind"] == "full" else _interval(one)
        found[day] = min(found.get(day, hours), hours, key=_length)
    return found


def _interval(one: Mapping[str, object]) -> Intervals:
    start, end = minute_of(one["start"]), minute_of(one["end"])
    return () if start is None or end is None else ((start, end),)


def _length(intervals: Intervals) -> int:
    return sum(end - start for start, end in intervals)
