"""Instants and clocks: stored in UTC, shown and typed in the reader's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.i18n import Unreadable
from core.i18n.moments import day_start, find_zone, in_zone, instants, local_moment, read_time

TEHRAN = ZoneInfo("Asia/Tehran")
NOW = datetime(2026, 11, 13, 11, 0, tzinfo=UTC)


def test_instants_are_shown_in_the_readers_zone(reader) -> None:
    assert reader("en").datetime(NOW) == "Nov 13, 2026, 14:30"
    assert reader("fa").datetime(NOW) == "۱۳ نوامبر ۲۰۲۶، ۱۴:۳۰"
    assert reader("en", time_zone="Europe/Berlin").time(NOW) == "12:00"
    assert reader("en").datetime_digits(NOW.replace(tzinfo=None)) == "2026-11-13 14:30"


def test_a_near_day_is_told_in_as_few_words_as_tell_it(reader) -> None:
    today = date(2026, 11, 13)
    days = (today, today + timedelta(1), today - timedelta(1), today + timedelta(9), today + timedelta(90))
    english = [reader("en").near_date(day, today) for day in days]
    assert english == ["Today", "Tomorrow", "Yesterday", "Nov 22", "Feb 11, 2027"]
    assert reader("fa").near_date(days[3], today) == "۲۲ نوامبر"


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-13 14:30",
        "2026-11-13T14:30",
        "13 Nov 2026 14:30",
        "Nov 13, 2026, 14:30",
        "۲۰۲۶-۱۱-۱۳ ۱۴:۳۰",
        "2026-11-13T11:00:00Z",
        "2026-11-13T12:00:00+01:00",
        "2026-11-13 14:30:00",
    ],
)
def test_typed_moments_are_read_in_the_readers_zone(reader, typed) -> None:
    assert reader("en").parse_datetime(typed) == NOW


def test_written_moments_read_back(reader) -> None:
    for language in ("en", "de", "fa"):
        style = reader(language)
        assert (
            style.parse_datetime(style.datetime(NOW))
            == style.parse_datetime(style.datetime_digits(NOW))
            == NOW
        )


def test_a_date_alone_is_its_first_instant(reader) -> None:
    assert reader("en").parse_datetime("2026-11-13") == datetime(2026, 11, 12, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["25:00", "12:60", "1230", "", "noon", "12:5"])
def test_times_that_are_none_are_refused(reader, typed) -> None:
    with pytest.raises(Unreadable):
        read_time(typed)
    with pytest.raises(Unreadable):
        reader("en").parse_datetime(f"2026-11-13 {typed} x")


def test_a_day_without_midnight_starts_when_the_clocks_say_one() -> None:
    start, end = instants(date(2022, 3, 22), date(2022, 3, 23), TEHRAN)
    assert start == datetime(2022, 3, 21, 20, 30, tzinfo=UTC)
    assert start.astimezone(TEHRAN).hour == 1
    assert end - start == timedelta(hours=23)


def test_a_day_with_an_hour_twice_is_25_hours_long() -> None:
    start, end = instants(date(2022, 9, 21), date(2022, 9, 22), TEHRAN)
    assert end - start == timedelta(hours=25)


def test_days_meet_without_gap_all_through_the_years_with_summer_time() -> None:
    day = date(2021, 12, 1)
    while day < date(2023, 1, 1):
        following = day + timedelta(days=1)
        assert instants(day, following, TEHRAN)[1] == day_start(following, TEHRAN)
        assert day_start(day, TEHRAN).astimezone(TEHRAN).date() == day
        assert (day_start(day, TEHRAN) - timedelta(seconds=1)).astimezone(TEHRAN).date() == day - timedelta(
            days=1
        )
        day = following


def test_a_time_left_out_by_the_clocks_is_refused(reader) -> None:
    with pytest.raises(Unreadable, match="does not exist on this day"):
        reader("en").parse_datetime("2022-03-22 00:30")


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert local_moment(date(2022, 9, 21), read_time("23:30"), TEHRAN) == datetime(
        2022, 9, 21, 19, 0, tzinfo=UTC
    )


def test_tehran_keeps_its_winter_time_since_1401() -> None:
    assert day_start(date(2026, 7, 1), TEHRAN) == datetime(2026, 6, 30, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_unknown_zones_are_none(name: str) -> None:
    assert find_zone(name) is None


@pytest.mark.parametrize(
    ("ago", "english"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=3), "3 minutes ago"),
        (timedelta(hours=-2), "in 2 hours"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=9), "Nov 4, 2026"),
    ],
)
def test_near_instants_are_told_by_their_distance(reader, ago, english) -> None:
    assert reader("en").relative(NOW - ago, NOW) == english


def test_distances_are_in_the_readers_language_and_digits(reader) -> None:
    assert reader("fa").relative(NOW - timedelta(minutes=3), NOW) == "۳ دقیقه پیش"


def test_today_is_the_date_where_the_reader_is(reader) -> None:
    late = datetime(2026, 11, 13, 21, 0, tzinfo=UTC)
    assert reader("en").today(late) == date(2026, 11, 14)
    assert reader("en", time_zone="Europe/London").today(late) == date(2026, 11, 13)


def test_the_ends_of_all_years_are_shown_and_refused_but_break_nothing(reader) -> None:
    last, first = datetime(9999, 12, 31, 23, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)
    assert reader("en").datetime_digits(last) == "9999-12-31 23:59"
    assert in_zone(first, ZoneInfo("America/New_York")).year == 1
    for typed in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(Unreadable) as refusal:
            reader("en").parse_datetime(typed)
        assert refusal.value.code == "year_out_of_range"
    with pytest.raises(Unreadable):
        reader("en", time_zone="America/New_York").parse_datetime("9999-12-31 23:00")
