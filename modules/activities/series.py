"""Series of activities: what a rule of repetition means in moments, and the activities that are made of it in time.

An activity of a series is known by the beginning that the rule gives it (``original_start``), also after it or the
whole series has been moved: ``shift`` says by how much a series is later than its rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.sdk import Calendar, Problem, Ref, UnitOfWork, ValidationFailed, localization, look_up, records
from modules.activities.behaviours import ACTIVITY, RECURRENCE
from modules.activities.normalizing import zone_named
from modules.activities.rules import Rule, RuleRefused, first_ones, occurrences, read_rule
from modules.activities.timing import local_moment

HORIZON = timedelta(days=90)
"""So far ahead activities are made."""

MOST_AT_ONCE = 200
IN_SERIES = "activities.in_series"
"""Set in a unit of work while a series is changed: then its activities do not come to differ from it."""

MIDNIGHT = time(0)
STAMP = "%Y%m%dT%H%M%SZ"

COPIED = (
    "type",
    "subject",
    "record",
    "contact",
    "people",
    "owner",
    "team",
    "priority",
    "location",
    "description",
)
"""What the activities of a series have of it."""

FIELDS = ("rule", "first_day", "first_time", "minutes", "zone", "shift", "left_out", "ended", *COPIED)

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A series as its record says it, with its rule read."""

    id: int
    values: Values
    rule: Rule
    calendar: Calendar
    zone: ZoneInfo
    first: datetime
    left_out: frozenset[str]

    @property
    def is_all_day(self) -> bool:
        """Whether its activities take whole days."""
        return not self.values.get("first_time")

    @property
    def shift(self) -> timedelta:
        """How much later than its rule it is."""
        return timedelta(minutes=self.values.get("shift") or 0)

    def originals(self) -> Iterator[datetime]:
        """Yield the local beginnings that the rule gives, those left out included."""
        return occurrences(self.rule, self.first, self.calendar)

    def moment(self, local: datetime) -> datetime:
        """Return the instant of a local time of this series."""
        return local_moment(local.date(), local.time(), self.zone)

    def local(self, moment: datetime) -> datetime:
        """Return the local time of an instant."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def times(self, local: datetime) -> dict[str, object]:
        """Return the times of the activity that the rule gives this local beginning."""
        begins = local + self.shift
        if self.is_all_day:
            return {"all_day": True, "day": begins.date(), "start_at": None, "end_at": None, "due_at": None}
        start = self.moment(begins)
        length = timedelta(minutes=self.values.get("minutes") or 0)
        return {"all_day": False, "day": None, "start_at": start, "end_at": start + length}


def stamp(moment: datetime) -> str:
    """Return the name of a beginning: its instant."""
    return moment.astimezone(UTC).strftime(STAMP)


def series_of(values: Values, uow: UnitOfWork) -> Series:
    """Return a series from its values; raise `ValidationFailed` where its rule cannot be used."""
    zone = zone_named(values.get("zone"), uow)
    try:
        rule = read_rule(str(values.get("rule") or ""), zone)
        first = datetime.combine(_day(values.get("first_day"), uow), _time(values.get("first_time")))
    except RuleRefused as refused:
        field = "first_time" if refused.code == "time_unreadable" else "rule"
        problem = Problem(code=refused.code, field=field, message=refused.message, params=refused.params)
        raise ValidationFailed(problems=[problem]) from refused
    calendar = localization(uow).calendars.get(rule.calendar)
    if calendar is None:
        problem = Problem(
            code="no_calendar", field="rule", message="The calendar of this rule is not installed here."
        )
        raise ValidationFailed(problems=[problem])
    left_out = frozenset(str(values.get("left_out") or "").split())
    return Series(
        id=int(str(values.get("id") or 0)),
        values=values,
        rule=rule,
        calendar=calendar,
        zone=zone,
        first=first,
        left_out=left_out,
    )


def load_series(series: int, uow: UnitOfWork) -> Series | None:
    """Return a series by its id; None where it is gone."""
    found = next(iter(look_up(uow, RECURRENCE, FIELDS, where=f"id == {series}")), None)
    return series_of(found, uow) if found else None


def normal_series(values: Values, uow: UnitOfWork) -> Values:
    """Return the normal form of a series; refuse one whose rule names no day."""
    zone = zone_named(values.get("zone"), uow)
    series = series_of({**values, "zone": zone.key}, uow)
    if not first_ones(series.rule, series.first, series.calendar, 1):
        problem = Problem(code="rule_never", field="rule", message="This rule names no day that there is.")
        raise ValidationFailed(problems=[problem])
    return {"zone": zone.key, "rule": str(series.rule)}


def build(series: Series, uow: UnitOfWork) -> list[int]:
    """Make the activities of a series that begin before the horizon and are not there yet; return their ids.

    The rule decides what is to be there, so that making them again makes nothing new.
    """
    until = uow.now + HORIZON
    there = {str(item["occurrence"]) for item in activities_of(series.id, uow, "occurrence")}
    rows = []
    for local in _before(series, until):
        moment = series.moment(local)
        if stamp(moment) not in series.left_out and f"{series.id}@{stamp(moment)}" not in there:
            rows.append(_activity(series, local, moment))
    made: list[int] = []
    system = uow.actor.elevate("the activities of a series are made")
    for start in range(0, len(rows), MOST_AT_ONCE):
        some = rows[start : start + MOST_AT_ONCE]
        made += [one.id for one in records(uow).create(system, ACTIVITY, some, uow=uow, parsed=True)]
    return made


def activities_of(series: int, uow: UnitOfWork, *fields: str) -> Iterator[Values]:
    """Yield the activities of a series that are there."""
    return look_up(uow, ACTIVITY, fields, where=f"recurrence == {series}")


def leave_out(series: int, moments: Mapping[datetime, bool], uow: UnitOfWork) -> None:
    """Note which beginnings of a series are left out (true) or are there again (false)."""
    found = next(iter(look_up(uow, RECURRENCE, ("left_out",), where=f"id == {series}")), None)
    if found is None:
        return
    out = set(str(found["left_out"] or "").split())
    for moment, is_out in moments.items():
        (out.add if is_out else out.discard)(stamp(moment))
    system = uow.actor.elevate("an activity was taken out of its series")
    values = {"left_out": "\n".join(sorted(out)) or None}
    records(uow).update(system, RECURRENCE, series, values, version=None, uow=uow, parsed=True)


def _before(series: Series, until: datetime) -> Iterator[datetime]:
    if series.values.get("ended"):
        return
    for local in series.originals():
        if series.moment(local) > until:
            return
        yield local


def _activity(series: Series, local: datetime, moment: datetime) -> dict[str, object]:
    """Return the activity that a series has at one of its beginnings."""
    return {
        **{name: _copied(series.values.get(name)) for name in COPIED},
        **series.times(local),
        "zone": series.zone.key,
        "recurrence": Ref(series.id),
        "original_start": moment,
    }


def _copied(value: object) -> object:
    """Return a value as it is written: references without the titles they were read with."""
    return tuple(Ref(one.id) for one in value) if isinstance(value, tuple) else value


def _day(value: object, uow: UnitOfWork) -> date:
    return value if isinstance(value, date) else uow.today


def _time(value: object) -> time:
    if not isinstance(value, str) or not value:
        return MIDNIGHT
    try:
        return time.fromisoformat(value)
    except ValueError as wrong:
        raise RuleRefused(
            "time_unreadable", "Write a time of day like {example}.", example="09:30"
        ) from wrong
