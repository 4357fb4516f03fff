"""Working calendars: whose hours count, what holidays take away, and hours that cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.errors import ValidationFailed
from core.sdk import working_time
from core.storage import Database

MONDAY = datetime(2026, 4, 6, tzinfo=UTC)


def office(desk, name="Office", *hours, **values):
    lines = [
        {"weekday": day, "start": start, "end": end}
        for day, start, end in hours or [("monday", "9:00", "17")]
    ]
    lines = [line | {"end": "17:00" if line["end"] == "17" else line["end"]} for line in lines]
    return desk.one("base.working_calendar", name=name, time_zone="UTC", hours=lines, **values)


def hours(desk, day=date(2026, 4, 6), **whose):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return working_time(uow, **whose).on(day)


def codes(failure):
    return {p.code for p in failure.value.problems}


def test_times_are_stored_in_one_form_whatever_digits_they_are_typed_in(desk):
    office(desk, "Office", ("monday", "۸:۰۰", "1200"), ("monday", "13:00", "24:00"))
    assert desk.column("base.working_hours", "start") == ["08:00", "13:00"]
    assert desk.column("base.working_hours", "end") == ["12:00", "24:00"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([("monday", "8", "12:00")], "bad_time"),
        ([("monday", "12:00", "08:00")], "ends_first"),
        ([("monday", "08:00", "24:30")], "bad_time"),
        ([("monday", "08:00", "12:00"), ("monday", "11:00", "13:00")], "overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused(desk, lines, code):
    with pytest.raises(ValidationFailed) as refused:
        office(desk, "Office", *lines)
    assert code in codes(refused)
    assert not desk.find("base.working_hours")


def test_hours_may_lie_over_those_of_other_days_and_calendars(desk):
    office(desk, "One", ("monday", "08:00", "12:00"), ("tuesday", "08:00", "12:00"))
    office(desk, "Two", ("monday", "08:00", "12:00"))
    assert len(desk.find("base.working_hours")) == 3


def test_a_zone_must_exist_and_only_one_calendar_is_the_usual_one(desk):
    with pytest.raises(ValidationFailed) as refused:
        desk.one("base.working_calendar", name="Nowhere", time_zone="Nowhere/Else")
    assert codes(refused) == {"unknown_zone"}
    office(desk, "First", usual=True)
    with pytest.raises(ValidationFailed) as refused:
        office(desk, "Second", usual=True)
    assert codes(refused) == {"usual_taken"}


def test_the_own_calendar_comes_before_the_teams_and_that_before_the_usual(desk, actor_as):
    anna = actor_as("base.member")
    own, teams, usual = (
        office(desk, name, ("monday", start, "17:00"), usual=name == "usual")
        for name, start in (("own", "10:00"), ("teams", "11:00"), ("usual", "12:00"))
    )
    del usual
    assert hours(desk, user=anna.id) == ((720, 1020),)
    team = desk.one("base.team", name="T", working_calendar=teams)
    desk.update("base.user", anna.id, team=team)
    assert hours(desk, user=anna.id) == ((660, 1020),)
    desk.update("base.user", anna.id, working_calendar=own)
    assert hours(desk, user=anna.id) == ((600, 1020),)
    assert hours(desk, calendar=teams) == ((660, 1020),)
    assert hours(desk) == ((720, 1020),)


def test_without_any_calendar_every_minute_counts(desk):
    assert hours(desk) == ((0, 1440),)


def test_holidays_take_days_away_shorten_them_or_give_them_back(desk):
    sets = desk.create("base.holiday_set", {"name": "A"}, {"name": "B"})
    days = [
        ("2026-04-06", "full", None, None, 0),
        ("2026-04-13", "half", "09:00", "11:00", 0),
        ("2026-04-12", "working", "09:00", "10:00", 0),
        ("2026-04-20", "half", "09:00", "11:00", 0),
        ("2026-04-20", "full", None, None, 1),
    ]
    for day, kind, start, end, of in days:
        desk.one("base.holiday", holiday_set=sets[of], date=day, name="x", kind=kind, start=start, end=end)
    calendar = office(desk, holiday_sets=sets)
    found = {day: hours(desk, date.fromisoformat(day), calendar=calendar) for day, *_ in days}
    assert found == {
        "2026-04-06": (),
        "2026-04-13": ((540, 660),),
        "2026-04-12": ((540, 600),),
        "2026-04-20": (),
    }
    assert hours(desk, date(2026, 4, 27), calendar=calendar) == ((540, 1020),)


def test_a_half_holiday_says_when_there_is_work(desk):
    (holidays,) = desk.create("base.holiday_set", {"name": "A"})
    with pytest.raises(ValidationFailed) as refused:
        desk.one("base.holiday", holiday_set=holidays, date="2026-04-06", name="x", kind="half")
    assert {(p.field, p.code) for p in refused.value.problems} == {("start", "required"), ("end", "required")}
