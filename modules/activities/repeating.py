"""Repeating an activity, and changing or ending its series: this one, this and the following, or all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.sdk import Ref, UnitOfWork, look_up, records
from modules.activities.behaviours import ACTIVITY, RECURRENCE
from modules.activities.series import (
    COPIED,
    IN_SERIES,
    Series,
    activities_of,
    build,
    leave_out,
    load_series,
    stamp,
)

OPEN_STATES = frozenset({"planned", "in_progress"})
OF_INSTANCE = ("state", "detached", "original_start", "start_at", "end_at", "all_day", "day", "occurrence")
REASON = "the series of an activity is changed"

Values = Mapping[str, Any]


def start_series(activity: int, rule: str, uow: UnitOfWork) -> tuple[int, list[int]]:
    """Repeat an activity by a rule from its day on; return the series and the activities that were made."""
    fields = (*COPIED, "zone", "all_day", "day", "start_at", "end_at")
    found = next(iter(look_up(uow, ACTIVITY, fields, where=f"id == {activity}")))
    copied = {name: _bare(found[name]) for name in COPIED}
    values = {"rule": rule, "zone": found["zone"], **copied, **_first(found)}
    made = records(uow).create(uow.actor.elevate(REASON), RECURRENCE, [values], uow=uow, parsed=True)[0].id
    series = load_series(made, uow)
    assert series is not None  # it was just made
    if series.first in _up_to(series, series.first):
        _join(activity, series, series.first, uow)
    return made, build(series, uow)


def change_all(series: Series, changes: Values, delta: timedelta, uow: UnitOfWork) -> None:
    """Move a whole series and change what its activities have in common; those past, done or different stay."""
    shift = series.shift + delta
    _write_series(series.id, {**changes, "shift": round(shift.total_seconds() / 60)}, uow)
    moved = load_series(series.id, uow)
    assert moved is not None  # it is being changed
    with in_series(uow):
        _bring_along(moved, _living(series.id, uow), changes, uow)


def change_following(
    series: Series, original: datetime, changes: Values, delta: timedelta, uow: UnitOfWork
) -> int:
    """End a series before one of its beginnings and go on with another, moved and changed; return that one.

    What was left out and what differs keeps its place; a number of repetitions is what is left of it.
    """
    here, later = series.local(original), series.shift + delta
    following = [one for one in _living(series.id, uow) if one["original_start"] >= original]
    left = [local for local in _up_to_stamps(series) if local >= here]
    rule = series.rule
    if rule.count is not None:
        passed = sum(1 for local in _up_to(series, here) if local < here)
        rule = rule.ended(count=rule.count - passed)
    elif rule.until is not None:
        rule = rule.ended(until=rule.until + later)
    begins = here + later
    values = {name: _bare(series.values.get(name)) for name in (*COPIED, "minutes")}
    values |= {
        "zone": series.zone.key,
        "rule": str(rule),
        "first_day": begins.date(),
        "first_time": None if series.is_all_day else f"{begins:%H:%M}",
        "continues": Ref(series.id),
        **changes,
    }
    system = uow.actor.elevate(REASON)
    number = records(uow).create(system, RECURRENCE, [values], uow=uow, parsed=True)[0].id
    _end_before(series, here, uow)
    new = load_series(number, uow)
    assert new is not None  # it was just made
    kept = [new.moment(local + later) for local in left]
    with in_series(uow):
        for one in following:
            place = series.local(one["original_start"]) + later
            if one["state"] in OPEN_STATES:
                _join(one["id"], new, place, uow)
            else:
                kept.append(new.moment(place))
        if kept:
            leave_out(number, dict.fromkeys(kept, True), uow)
        _bring_along(new, _living(number, uow), changes, uow)
    again = load_series(number, uow)
    if again is not None:
        build(again, uow)
    return number


def end_series(series: Series, original: datetime, uow: UnitOfWork) -> int:
    """End a series before one of its beginnings; put its open activities from there on in the trash."""
    gone = [
        one["id"]
        for one in _living(series.id, uow)
        if one["original_start"] >= original and one["state"] in OPEN_STATES and not one["detached"]
    ]
    _end_before(series, series.local(original), uow)
    with in_series(uow):
        if gone:
            records(uow).delete(uow.actor.elevate(REASON), ACTIVITY, gone, uow=uow)
    return len(gone)


@contextmanager
def in_series(uow: UnitOfWork) -> Iterator[None]:
    """Write activities as a series has them: they do not come to differ from it, and are not left out of it."""
    before = uow.memo.get(IN_SERIES)
    uow.memo[IN_SERIES] = True
    try:
        yield
    finally:
        uow.memo[IN_SERIES] = before


def _bring_along(series: Series, living: Iterable[Values], changes: Values, uow: UnitOfWork) -> None:
    """Bring the open activities that do not differ to what their series says now; those of the past stay."""
    moved = {
        int(one["id"]): {**changes, **series.times(series.local(one["original_start"]))}
        for one in living
        if one["state"] in OPEN_STATES and not one["detached"] and not _is_past(one, uow)
    }
    if moved:
        records(uow).update_many(uow.actor.elevate(REASON), ACTIVITY, moved, uow=uow, parsed=True)


def _join(activity: int, series: Series, original: datetime, uow: UnitOfWork) -> None:
    values = {"recurrence": Ref(series.id), "original_start": series.moment(original)}
    with in_series(uow):
        system = uow.actor.elevate(REASON)
        records(uow).update(system, ACTIVITY, activity, values, version=None, uow=uow, parsed=True)


def _end_before(series: Series, local: datetime, uow: UnitOfWork) -> None:
    """Let a series end before a local beginning; one that had none before it has ended altogether."""
    ended = series.rule.ended(until=local - timedelta(minutes=1))
    values = {"ended": True} if local <= series.first else {"rule": str(ended)}
    _write_series(series.id, values, uow)


def _write_series(series: int, values: Values, uow: UnitOfWork) -> None:
    system = uow.actor.elevate(REASON)
    records(uow).update(system, RECURRENCE, series, values, version=None, uow=uow, parsed=True)


def _living(series: int, uow: UnitOfWork) -> list[Values]:
    return list(activities_of(series, uow, *OF_INSTANCE))


def _up_to(series: Series, local: datetime) -> Iterator[datetime]:
    for one in series.originals():
        if one > local:
            return
        yield one


def _up_to_stamps(series: Series) -> list[datetime]:
    """Return the local beginnings that were left out."""
    if not series.left_out:
        return []
    last = max(series.left_out)
    found: list[datetime] = []
    for local in series.originals():
        name = stamp(series.moment(local))
        if name > last:
            break
        if name in series.left_out:
            found.append(local)
    return found


def _first(found: Values) -> dict[str, object]:
    """Return from when a series is, as its first activity is."""
    if found["all_day"] or found["start_at"] is None:
        return {"first_day": found["day"], "first_time": None, "minutes": 0}
    local = found["start_at"].astimezone(ZoneInfo(found["zone"]))
    minutes = round((found["end_at"] - found["start_at"]).total_seconds() / 60)
    return {"first_day": local.date(), "first_time": f"{local:%H:%M}", "minutes": minutes}


def _is_past(one: Values, uow: UnitOfWork) -> bool:
    return bool(one["start_at"] is not None and one["start_at"] < uow.now)


def _bare(value: object) -> object:
    return tuple(Ref(one.id) for one in value) if isinstance(value, tuple) else value
