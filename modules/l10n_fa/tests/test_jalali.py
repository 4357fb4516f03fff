"""The Jalali calendar: arithmetic, reading, writing and periods, on the vectors shared with the browser."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sdk import (
    Day,
    Localization,
    Preferences,
    Unreadable,
    add_months,
    add_years,
    period,
    read_date,
)
from modules.l10n_fa.jalali import Jalali
from modules.l10n_fa.tests.conftest import SITE
from modules.l10n_fa.writing import PERSIAN, PERSIAN_DIGITS

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
JALALI = Jalali()
SOME_DAY = date(2026, 11, 13)
FIRST, LAST = date(1821, 3, 21), date(2122, 3, 20)


def day(text: str) -> Day:
    return Day(*map(int, text.split("/")))


def stored(text: str) -> date:
    return JALALI.checked(day(text))


@pytest.mark.parametrize(("jalali", "gregorian"), VECTORS["pairs"])
def test_both_calendars_meet_at_the_known_days(jalali: str, gregorian: str) -> None:
    assert stored(jalali) == date.fromisoformat(gregorian)
    assert JALALI.from_date(date.fromisoformat(gregorian)) == day(jalali)


@pytest.mark.parametrize(("jalali", "weekday"), VECTORS["weekdays"])
def test_weekdays_are_right(jalali: str, weekday: str) -> None:
    assert f"{stored(jalali):%A}" == weekday


def test_leap_years_are_the_known_ones() -> None:
    first, last = VECTORS["leap_years_between"]
    assert [year for year in range(first, last + 1) if JALALI.is_leap(year)] == VECTORS["leap_years"]


def test_leap_years_follow_the_33_year_rule_in_all_accepted_years() -> None:
    expected = [year for year in range(1200, 1501) if year % 33 in {1, 5, 9, 13, 17, 22, 26, 30}]
    assert [year for year in range(1200, 1501) if JALALI.is_leap(year)] == expected


def test_every_accepted_day_goes_there_and_back() -> None:
    value, expected = FIRST, Day(1200, 1, 1)
    while value <= LAST:
        assert JALALI.from_date(value) == expected
        assert JALALI.to_date(expected) == value
        value, expected = value + timedelta(days=1), following(expected)
    assert expected == Day(1501, 1, 1)


def following(today: Day) -> Day:
    if today.day < JALALI.month_length(today.year, today.month):
        return Day(today.year, today.month, today.day + 1)
    return Day(today.year, today.month + 1, 1) if today.month < 12 else Day(today.year + 1, 1, 1)


@pytest.mark.parametrize("text", VECTORS["invalid"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        stored(text)
    with pytest.raises(Unreadable):
        read_date(JALALI, text, SOME_DAY)


@pytest.mark.parametrize("outside", [FIRST - timedelta(days=1), LAST + timedelta(days=1)])
def test_dates_outside_of_the_accepted_years_are_refused(outside: date) -> None:
    with pytest.raises(Unreadable):
        JALALI.from_date(outside)


@pytest.mark.parametrize(("typed", "meant"), VECTORS["typed"])
def test_typed_dates_are_read(reader, typed: str, meant: str) -> None:
    assert reader().parse_date(typed, stored(VECTORS["typed_on"])) == stored(meant)


@pytest.mark.parametrize("typed", VECTORS["unreadable"])
def test_what_is_no_date_is_refused(reader, typed: str) -> None:
    with pytest.raises(Unreadable):
        reader().parse_date(typed, SOME_DAY)


@pytest.mark.parametrize(
    ("typed", "persian", "english"),
    [
        (
            "1404/12/30",
            "سال ۱۴۰۴ کبیسه نیست و اسفند آن ۲۹ روز دارد.",
            "1404 is a common year: its Esfand has 29 days.",
        ),
        (
            "30 اسفند 1404",
            "سال ۱۴۰۴ کبیسه نیست و اسفند آن ۲۹ روز دارد.",
            "1404 is a common year: its Esfand has 29 days.",
        ),
        ("1405/07/31", "مهر ۱۴۰۵ تنها ۳۰ روز دارد.", "Mehr 1405 has 30 days."),
        ("1405/13/01", "ماه ۱۳ وجود ندارد؛ سال ۱۲ ماه دارد.", "There is no month 13; a year has 12 months."),
        ("1501/01/01", "سال باید بین ۱۲۰۰ و ۱۵۰۰ باشد.", "The year must be between 1200 and 1500."),
        ("فردا شب", "تاریخ را مانند ۱۴۰۵/۰۸/۲۲ بنویسید.", "Write a date like 1405/08/22."),
    ],
)
def test_a_refusal_says_why_in_the_readers_language(reader, typed: str, persian: str, english: str) -> None:
    for style, sentence in ((reader("fa"), persian), (reader("en", calendar="jalali"), english)):
        with pytest.raises(Unreadable) as refusal:
            style.parse_date(typed, SOME_DAY)
        assert style.problem(refusal.value) == sentence


def test_dates_are_written_with_the_month_in_words(reader) -> None:
    assert reader().date(SOME_DAY) == "۲۲ آبان ۱۴۰۵"
    assert reader().date_digits(SOME_DAY) == "۱۴۰۵/۰۸/۲۲"
    assert reader("en", calendar="jalali").date(SOME_DAY) == "Aban 22, 1405"
    assert reader("fa", calendar="gregorian").date(SOME_DAY) == "۱۳ نوامبر ۲۰۲۶"


def test_dates_outside_of_the_calendar_are_shown_as_they_are_stored(reader) -> None:
    assert reader().date(date(1500, 1, 1)) == "۱۵۰۰-۰۱-۰۱"
    assert reader().near_date(date(2150, 1, 1), SOME_DAY) == "۲۱۵۰-۰۱-۰۱"


@given(st.dates(FIRST, LAST), st.sampled_from(["fa", "en"]))
def test_what_is_written_reads_back_as_the_same_date(value: date, language: str) -> None:
    known = Localization()
    known.fill(calendars=[JALALI], digits=[PERSIAN_DIGITS], languages=[PERSIAN])
    style = known.style(Preferences(language=language, calendar="jalali"), SITE)
    assert style.parse_date(style.date(value), SOME_DAY) == value
    assert style.parse_date(style.date_digits(value), SOME_DAY) == value


@pytest.mark.parametrize(("start", "months", "end"), VECTORS["add_months"])
def test_months_are_added_up_to_the_last_day_of_the_month(start: str, months: int, end: str) -> None:
    assert add_months(JALALI, stored(start), months) == stored(end)


def test_a_year_after_a_leap_day_is_the_last_of_esfand() -> None:
    assert add_years(JALALI, stored("1403/12/30"), 1) == stored("1404/12/29")


@pytest.mark.parametrize(
    ("unit", "offset", "start", "end"),
    [
        ("week", 0, "1405/08/16", "1405/08/23"),
        ("week", -1, "1405/08/09", "1405/08/16"),
        ("month", 0, "1405/08/01", "1405/09/01"),
        ("month", -1, "1405/07/01", "1405/08/01"),
        ("month", 5, "1406/01/01", "1406/02/01"),
        ("quarter", 0, "1405/07/01", "1405/10/01"),
        ("quarter", -1, "1405/04/01", "1405/07/01"),
        ("quarter", 1, "1405/10/01", "1406/01/01"),
        ("year", 0, "1405/01/01", "1406/01/01"),
        ("year", -1, "1404/01/01", "1405/01/01"),
    ],
)
def test_periods_are_jalali_for_a_jalali_reader(reader, unit, offset: int, start: str, end: str) -> None:
    assert period(reader(), unit, SOME_DAY, offset) == (stored(start), stored(end))


def test_the_week_starts_on_saturday_and_ends_with_friday(reader) -> None:
    start, end = period(reader(), "week", SOME_DAY)
    assert (f"{start:%A}", f"{end - timedelta(days=1):%A}") == ("Saturday", "Friday")
    assert JALALI.weekend == {SOME_DAY.weekday()}
