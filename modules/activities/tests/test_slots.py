"""Free times, worked out by hand: hours, holidays, what is there already, minutes between, and clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from core.sdk import WorkingTime
from modules.activities.slots import Offer, free_hosts, free_times

TEHRAN = ZoneInfo("Asia/Tehran")
SATURDAY = datetime(2026, 11, 28, tzinfo=TEHRAN)
WORKDAYS = {5: ((8 * 60, 12 * 60), (13 * 60, 14 * 60)), 6: ((8 * 60, 10 * 60),)}
"""Saturday from 8 to 12 and from 13 to 14, Sunday from 8 to 10; nothing else."""


def at(day, hour, minute=0):
    return SATURDAY + timedelta(days=day, hours=hour, minutes=minute)


def offer(**values):
    usual = {"minutes": 60, "step": 60, "buffer": 0, "earliest": SATURDAY, "days_ahead": 1}
    return Offer(**{**usual, **values})


def hours(week=None, zone=TEHRAN, **more):
    return WorkingTime(zone=zone, week=WORKDAYS if week is None else week, **more)


def told(found):
    return [start.astimezone(TEHRAN).strftime("%a %H:%M") for start in found]


def test_a_meeting_fits_into_working_hours_and_does_not_reach_over_the_break():
    found = told(free_times(offer(), hours(), ()))
    assert found == [
        "Sat 08:00",
        "Sat 09:00",
        "Sat 10:00",
        "Sat 11:00",
        "Sat 13:00",
        "Sun 08:00",
        "Sun 09:00",
    ]
    assert told(free_times(offer(minutes=90, step=30), hours(), ()))[-2:] == ["Sun 08:00", "Sun 08:30"]


def test_holidays_and_days_further_ahead_have_no_times():
    closed = hours(exceptions={date(2026, 11, 28): ()})
    assert told(free_times(offer(), closed, ())) == ["Sun 08:00", "Sun 09:00"]
    assert told(free_times(offer(days_ahead=0), hours(), ()))[-1] == "Sat 13:00"


def test_what_is_there_takes_its_time_and_the_minutes_before_and_after_it():
    busy = [(at(0, 9, 30), at(0, 10))]
    assert told(free_times(offer(), hours(), busy))[:3] == ["Sat 08:00", "Sat 10:00", "Sat 11:00"]
    assert told(free_times(offer(buffer=30), hours(), busy))[:2] == ["Sat 08:00", "Sat 11:00"]
    assert told(free_times(offer(buffer=31), hours(), busy))[:2] == ["Sat 11:00", "Sat 13:00"]


def test_nothing_begins_before_the_earliest_moment():
    assert told(free_times(offer(earliest=at(0, 11, 1)), hours(), ()))[0] == "Sat 13:00"
    assert told(free_times(offer(earliest=at(0, 13)), hours(), ()))[0] == "Sat 13:00"


def test_a_day_on_which_clocks_change_has_the_minutes_that_pass():
    berlin = ZoneInfo("Europe/Berlin")
    night = hours(week={6: ((60, 4 * 60),)}, zone=berlin)
    forward = offer(earliest=datetime(2027, 3, 28, tzinfo=berlin), days_ahead=0)
    back = offer(earliest=datetime(2026, 10, 25, tzinfo=berlin), days_ahead=0)
    assert [one.hour for one in free_times(forward, night, ())] == [0, 1]
    assert [one.hour for one in free_times(back, night, ())] == [23, 0, 1, 2]


def test_of_several_hosts_it_is_told_who_is_free():
    hosts = {7: (hours(), [(at(0, 8), at(0, 9))]), 9: (hours(week={5: ((8 * 60, 10 * 60),)}), [])}
    found = free_hosts(offer(days_ahead=0), hosts)
    assert found[at(0, 8).astimezone(UTC)] == [9]
    assert found[at(0, 9).astimezone(UTC)] == [7, 9]
    assert found[at(0, 10).astimezone(UTC)] == [7]
    assert list(found) == sorted(found)


def test_much_that_lies_over_each_other_takes_what_each_of_it_takes_and_a_window_shows_a_part():
    draw = Random(20261128)
    for _ in range(20):
        starts = [at(0, 7) + timedelta(minutes=5 * draw.randrange(0, 400)) for _ in range(draw.randrange(40))]
        busy = [(since, since + timedelta(minutes=5 * draw.randrange(0, 20))) for since in starts]
        asked = offer(minutes=20, step=5, buffer=draw.choice((0, 10)))
        apart, length = timedelta(minutes=asked.buffer), timedelta(minutes=asked.minutes)
        wanted = [
            start
            for start in free_times(asked, hours(), ())
            if not any(start < until + apart and start + length > since - apart for since, until in busy)
        ]
        assert list(free_times(asked, hours(), busy)) == wanted
        window = (at(0, 9, 2), at(1, 8, 30))
        assert list(free_times(asked, hours(), busy, window)) == [
            start for start in wanted if window[0] <= start < window[1]
        ]
