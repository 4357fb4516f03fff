"""Series: activities that a rule makes in time, and what changes of one, of the following and of all of them do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.contributions import Operations
from core.contributions.asking import asking_at
from core.errors import ValidationFailed
from core.kernel.actor import system_actor
from core.storage import Database
from modules.activities.repeating import change_all, change_following, end_series, start_series
from modules.activities.series import build, load_series
from modules.activities.series_operations import rule_parts
from modules.l10n_fa.jalali import Jalali

ACTIVITY, SERIES = "activities.activity", "activities.recurrence"
TEHRAN = ZoneInfo("Asia/Tehran")
SYSTEM = system_actor("a test")


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


@pytest.fixture
def unit(desk):
    """Open a unit of work: ``with unit() as uow``."""
    return lambda: desk.site.get(Database).unit(desk.catalog, SYSTEM)


@pytest.fixture
def monday(desk):
    """The next Monday, in Tehran."""
    with desk.site.get(Database).unit(desk.catalog, SYSTEM) as uow:
        today = uow.now.astimezone(TEHRAN).date()
    return today + timedelta(days=7 - today.weekday())


@pytest.fixture
def weekly(desk, unit, monday):
    """A call every Monday at 9:00 in Tehran: its series."""

    def make(rule="FREQ=WEEKLY;BYDAY=MO", **values):
        kind = desk.find("activities.activity_type", "id", filter="category == 'call'")[0]["id"]
        start = datetime.combine(monday, datetime.min.time(), TEHRAN) + timedelta(hours=9)
        timed = {"start_at": start.astimezone(UTC).isoformat()}
        activity = desk.one(
            ACTIVITY, **{"type": kind, "subject": "Weekly call", "zone": "Asia/Tehran", **timed, **values}
        )
        with unit() as uow:
            return start_series(activity, rule, uow)[0]

    return make


def instances(desk, series, *fields):
    return desk.find(
        ACTIVITY,
        "id",
        "start_at",
        "original_start",
        *fields,
        filter=f"recurrence == {series}",
        sort=("original_start",),
    )


def hours(desk, series):
    """Return day and hour in Tehran of the activities of a series."""
    return [f"{one['start_at'].astimezone(TEHRAN):%m-%d %H:%M}" for one in instances(desk, series)]


def test_activities_are_made_as_far_as_the_horizon_and_never_twice(desk, unit, weekly, monday):
    series = weekly()
    first = instances(desk, series)
    assert first[0]["start_at"].astimezone(TEHRAN).date() == monday
    assert 12 <= len(first) <= 13
    with unit() as uow:
        assert build(load_series(series, uow), uow) == []
    assert len(instances(desk, series)) == len(first)


def test_one_that_was_deleted_is_not_made_again_and_counts(desk, unit, weekly):
    series = weekly("FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    second = instances(desk, series)[1]
    desk.delete(ACTIVITY, second["id"])
    with unit() as uow:
        assert build(load_series(series, uow), uow) == []
    assert len(instances(desk, series)) == 3
    desk.restore(ACTIVITY, second["id"])
    assert desk.get(SERIES, series, "left_out")["left_out"] is None


def test_one_that_was_moved_differs_and_keeps_its_place_when_all_are_moved(desk, unit, weekly):
    series = weekly("FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    second = instances(desk, series)[1]
    moved = second["start_at"] + timedelta(days=1)
    desk.update(
        ACTIVITY, second["id"], start_at=moved.isoformat(), end_at=(moved + timedelta(minutes=15)).isoformat()
    )
    with unit() as uow:
        change_all(load_series(series, uow), {"subject": "Later call"}, timedelta(minutes=90), uow)
    after = instances(desk, series, "subject", "detached")
    assert [one["start_at"].astimezone(TEHRAN).strftime("%H:%M") for one in after] == [
        "10:30",
        "09:00",
        "10:30",
        "10:30",
    ]
    assert [one["detached"] for one in after] == [False, True, False, False]
    assert after[1]["subject"] == "Weekly call"
    with unit() as uow:
        assert build(load_series(series, uow), uow) == []


def test_this_and_the_following_go_on_as_a_series_of_their_own(desk, unit, weekly):
    series = weekly("FREQ=WEEKLY;BYDAY=MO;COUNT=5")
    before = instances(desk, series)
    desk.delete(ACTIVITY, before[4]["id"])
    desk.update(ACTIVITY, before[3]["id"], subject="Different")
    with unit() as uow:
        other = change_following(
            load_series(series, uow), before[2]["original_start"], {}, timedelta(hours=1), uow
        )
    assert [h[-5:] for h in hours(desk, series)] == ["09:00", "09:00"]
    assert [h[-5:] for h in hours(desk, other)] == ["10:00", "09:00"]
    got = desk.get(SERIES, other, "rule", "continues")
    assert (got["rule"], got["continues"].id) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", series)
    with unit() as uow:
        assert build(load_series(series, uow), uow) == build(load_series(other, uow), uow) == []


def test_a_series_that_is_ended_keeps_what_came_before(desk, unit, weekly):
    series = weekly("FREQ=WEEKLY;BYDAY=MO;COUNT=5")
    third = instances(desk, series)[2]
    with unit() as uow:
        assert end_series(load_series(series, uow), third["original_start"], uow) == 3
    assert len(instances(desk, series)) == 2
    with unit() as uow:
        assert build(load_series(series, uow), uow) == []


def test_the_first_of_every_jalali_month_at_nine(desk, unit, weekly):
    series = weekly("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=1")
    found = [
        Jalali().from_date(one["start_at"].astimezone(TEHRAN).date()).day for one in instances(desk, series)
    ]
    assert found
    assert set(found) == {1}


def test_a_day_that_takes_all_day_is_repeated_as_days(desk, unit, weekly, monday):
    series = weekly("FREQ=DAILY;COUNT=3", all_day=True, day=monday.isoformat(), start_at=None)
    days = [one["day"] for one in instances(desk, series, "day")]
    assert days == [monday + timedelta(days=n) for n in range(3)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"}, "rule_never"),
        ({"rule": "RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTH=12;BYMONTHDAY=31"}, "rule_never"),
        ({"rule": "whenever"}, "rule_unreadable"),
        ({"rule": "FREQ=DAILY", "first_time": "nine"}, "time_unreadable"),
    ],
)
def test_a_series_whose_rule_names_no_day_is_refused(desk, values, code):
    kind = desk.find("activities.activity_type", "id")[0]["id"]
    with pytest.raises(ValidationFailed) as refused:
        desk.one(SERIES, type=kind, subject="Never", first_day="2026-01-01", **values)
    assert [p.code for p in refused.value.problems] == [code]


def rule(**said):
    nothing = dict.fromkeys(
        ("frequency", "interval", "weekdays", "calendar", "on_day", "short_months", "times", "until")
    )
    return ";".join(rule_parts({**nothing, **said}))


def test_what_is_said_in_the_dialog_becomes_a_rule():
    assert rule(frequency="weekly", interval=2, weekdays=("sa", "tu")) == "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,TU"
    assert rule(frequency="daily", times=3) == "FREQ=DAILY;COUNT=3"
    monthly = "RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=-1;SKIP=BACKWARD"
    assert rule(frequency="monthly", calendar="jalali", on_day="last") == monthly
    yearly = "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT;UNTIL=20270320"
    assert rule(frequency="yearly", short_months="omit", until=date(2027, 3, 20)) == yearly


def test_activities_are_repeated_changed_and_ended_by_operations(desk, site, monday):
    kind = desk.find("activities.activity_type", "id", filter="category == 'task'")[0]["id"]
    number = desk.one(ACTIVITY, type=kind, subject="Report", all_day=True, day=monday.isoformat())

    def act(short, **values):
        with site.get(Database).unit(desk.catalog, SYSTEM) as uow:
            operations, asking = site.get(Operations), asking_at(uow)
            offered = operations.find(ACTIVITY, short, uow.catalog)
            begun = operations.start_values(operations.begin(asking, offered, [number]), offered)
            said = {**dict.fromkeys(offered.fields), **begun, **values}
            return operations.run(asking, offered, [number], said).result

    series = act("repeat", frequency="daily", times=4)["series"]
    assert len(instances(desk, series)) == 4
    act("change_series", scope="all", subject="Daily report")
    assert {one["subject"] for one in instances(desk, series, "subject")} == {"Daily report"}
    act("change_series", scope="this", subject="The first report")
    assert [one["detached"] for one in instances(desk, series, "detached")] == [True, False, False, False]
    act("change_series", scope="following", subject="Short report")
    other = desk.get(ACTIVITY, number, "recurrence")["recurrence"].id
    assert other != series
    assert {one["subject"] for one in instances(desk, other, "subject")} == {
        "The first report",
        "Short report",
    }
    assert act("end_series") == {"deleted": 3}
