"""Arithmetic with working hours: breaks, holidays, weekends, and clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Conflict
from core.i18n.working_time import WorkingTime, always

TEHRAN = ZoneInfo("Asia/Tehran")
FULL, HALF = ((480, 720), (780, 1020)), ((480, 720),)
HOLIDAYS = {date(2026, 3, day): () for day in range(20, 25)}
OFFICE = WorkingTime(
    zone=TEHRAN, week={5: FULL, 6: FULL, 0: FULL, 1: FULL, 2: FULL, 3: HALF}, exceptions=HOLIDAYS
)


def at(month, day, hour, minute=0, zone=TEHRAN):
    return datetime(2026, month, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (at(3, 19, 11, 30), 60, at(3, 25, 8, 30)),
        (at(3, 19, 11, 30), 480, at(3, 25, 16, 30)),
        (at(4, 6, 11, 30), 60, at(4, 6, 13, 30)),
        (at(4, 8, 16, 30), 240, at(4, 9, 11, 30)),
        (at(3, 19, 11, 30), 30, at(3, 19, 12)),
        (at(4, 10, 10), 1, at(4, 11, 8, 1)),
        (at(4, 10, 10), 0, at(4, 10, 10)),
    ],
)
def test_minutes_are_counted_in_working_hours_only(start, minutes, end):
    assert OFFICE.add(start, minutes) == end
    assert OFFICE.between(start, end) == minutes
    assert OFFICE.between(end, start) == -minutes


def test_the_answer_is_in_the_zone_of_the_question():
    end = OFFICE.add(at(4, 6, 8, zone=UTC), 60)
    assert (end, end.tzinfo) == (at(4, 6, 10, zone=UTC), UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(4, 6, 8), True),
        (at(4, 6, 12), False),
        (at(4, 6, 12, 59), False),
        (at(4, 6, 13), True),
        (at(4, 6, 17), False),
        (at(4, 10, 10), False),
        (at(3, 21, 10), False),
    ],
)
def test_an_interval_begins_with_its_first_minute_and_ends_before_its_last(moment, is_open):
    assert OFFICE.is_open(moment) is is_open


def test_a_calendar_without_hours_ends_in_an_error_not_in_a_loop():
    closed = WorkingTime(zone=TEHRAN, week={})
    with pytest.raises(Conflict) as failure:
        closed.add(at(4, 6, 8), 1)
    assert failure.value.reason == "no_working_time"
    with pytest.raises(Conflict):
        closed.between(at(4, 6, 8), at(4, 6, 8) + timedelta(days=401))
    assert closed.between(at(4, 6, 8), at(4, 6, 8) + timedelta(days=399)) == 0


def test_a_day_on_which_the_clocks_change_has_fewer_or_more_minutes():
    berlin = ZoneInfo("Europe/Berlin")
    nights = always(berlin)
    for day, minutes in ((29, 23 * 60), (30, 24 * 60)):
        start = datetime(2026, 3, day, tzinfo=berlin)
        assert nights.between(start, start + timedelta(days=1)) == minutes
    # Midnight of 22 March 2021 did not exist in Tehran: the day began at one o'clock.
    start = datetime(2021, 3, 22, 1, tzinfo=TEHRAN)
    assert always(TEHRAN).between(start, datetime(2021, 3, 23, tzinfo=TEHRAN)) == 23 * 60


@pytest.mark.parametrize("wrong", [((600, 600),), ((0, 1441),), ((480, 720), (700, 800)), ((-1, 5),)])
def test_intervals_that_make_no_day_are_refused(wrong):
    with pytest.raises(ValueError, match="one after the other"):
        WorkingTime(zone=TEHRAN, week={0: wrong})


def test_moments_without_a_zone_and_negative_minutes_are_refused():
    with pytest.raises(ValueError, match="zone"):
        OFFICE.is_open(datetime(2026, 4, 6, 8))  # noqa: DTZ001  # on purpose
    with pytest.raises(ValueError, match="forwards"):
        OFFICE.add(at(4, 6, 8), -1)


@settings(deadline=None)
@given(st.integers(0, 200 * 24 * 60), st.integers(1, 5000), st.integers(1, 5000))
def test_adding_twice_is_adding_once_and_between_takes_it_back(offset, first, second):
    start = at(1, 1, 0) + timedelta(minutes=offset)
    whole = OFFICE.add(start, first + second)
    assert OFFICE.add(OFFICE.add(start, first), second) == whole
    assert OFFICE.between(start, whole) == first + second
    assert not OFFICE.is_open(whole) or OFFICE.is_open(whole - timedelta(minutes=1))
