"""Gregorian dates, periods and months; other calendars are tested by the modules that bring them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Settings
from core.i18n import Gregorian, Localization, Unreadable, periods
from core.kernel.actor import Preferences
from tests.i18n.conftest import EASTERN, FARSI, GERMAN, HINDI

TODAY = date(2026, 11, 13)  # a Friday


def test_dates_are_written_after_the_pattern_of_the_language(reader) -> None:
    assert reader("en").date(TODAY) == "Nov 13, 2026"
    assert reader("de").date(TODAY) == "13. November 2026"
    assert reader("fa").date(TODAY) == "۱۳ نوامبر ۲۰۲۶"
    assert reader("en").date_digits(TODAY) == "2026-11-13"


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("en", "2026-11-13", TODAY),
        ("en", "2026/11/3", date(2026, 11, 3)),
        ("en", "13 Nov 2026", TODAY),
        ("en", "November 13, 2026", TODAY),
        ("en", "Fri, Nov. 13 2026", TODAY),
        ("en", "13/11/2026", TODAY),
        ("en", "11/13/2026", TODAY),
        ("en", "5/5/2026", date(2026, 5, 5)),
        ("en", "13 nov", TODAY),
        ("en", "13 Nov 26", TODAY),
        ("en", "1 Jan 99", date(1999, 1, 1)),
        ("en", "today", TODAY),
        ("en", "T", TODAY),
        ("en", "Tomorrow", date(2026, 11, 14)),
        ("en", "29 Feb 2024", date(2024, 2, 29)),
        ("de", "13. November 2026", TODAY),
        ("de", "13.11.2026", TODAY),
        ("fa", "۱۳ نوامبر ۲۰۲۶", TODAY),
        ("fa", "۲۰۲۶/۱۱/۱۳", TODAY),
        ("fa", "13 Nov 2026", TODAY),
    ],
)
def test_typed_dates_are_read(reader, language, typed, meant) -> None:
    assert reader(language).parse_date(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "date_unreadable"),
        ("soon", "date_unreadable"),
        ("2026", "date_unreadable"),
        ("3/4/2026", "date_ambiguous"),
        ("03/04/05", "date_unreadable"),
        ("2026-02-29", "no_such_day"),
        ("31 Nov 2026", "no_such_day"),
        ("2026-13-01", "no_such_month"),
        ("1405/08/22", "year_out_of_range"),
        ("1405-08-22", "year_out_of_range"),
        ("13 Nov 2026 5", "date_unreadable"),
        ("Nov Dec 2026", "date_unreadable"),
        ("mon 13", "date_unreadable"),
        ("m13 5", "date_unreadable"),
        ("²/11/2026", "date_unreadable"),
        ("2026-11-13" * 20, "date_unreadable"),
        ("13 Nov 99999999999", "year_out_of_range"),
    ],
)
def test_dates_that_are_none_are_refused_with_the_reason(reader, typed, code) -> None:
    with pytest.raises(Unreadable) as refusal:
        reader("en").parse_date(typed, TODAY)
    assert refusal.value.code == code


def test_a_day_too_many_is_refused_with_the_length_of_the_month(reader) -> None:
    with pytest.raises(Unreadable) as refusal:
        reader("en").parse_date("2026-02-29", TODAY)
    assert reader("en").problem(refusal.value) == "February 2026 has 28 days."


@given(st.dates(date(1951, 1, 1), date(2200, 12, 31)), st.sampled_from(["en", "de", "hi", "fa"]))
def test_what_is_written_reads_back_as_the_same_date(value: date, language: str) -> None:
    known = Localization()
    known.fill(digits=[EASTERN], languages=[FARSI, GERMAN, HINDI])
    style = known.style(Preferences(language=language), Settings())
    assert (
        style.parse_date(style.date(value), TODAY)
        == style.parse_date(style.date_digits(value), TODAY)
        == value
    )


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_are_added_up_to_the_last_day_of_the_month(start: date, months: int, end: date) -> None:
    assert periods.add_months(Gregorian(), start, months) == end


def test_years_are_added_up_to_the_last_day_of_the_month() -> None:
    assert periods.add_years(Gregorian(), date(2024, 2, 29), 1) == date(2025, 2, 28)
    with pytest.raises(Unreadable):
        periods.add_years(Gregorian(), TODAY, 8000)


@pytest.mark.parametrize(
    ("unit", "offset", "start", "end"),
    [
        ("week", 0, date(2026, 11, 9), date(2026, 11, 16)),
        ("week", -1, date(2026, 11, 2), date(2026, 11, 9)),
        ("week", 1, date(2026, 11, 16), date(2026, 11, 23)),
        ("month", 0, date(2026, 11, 1), date(2026, 12, 1)),
        ("month", -1, date(2026, 10, 1), date(2026, 11, 1)),
        ("month", 1, date(2026, 12, 1), date(2027, 1, 1)),
        ("quarter", 0, date(2026, 10, 1), date(2027, 1, 1)),
        ("quarter", -1, date(2026, 7, 1), date(2026, 10, 1)),
        ("quarter", 1, date(2027, 1, 1), date(2027, 4, 1)),
        ("year", 0, date(2026, 1, 1), date(2027, 1, 1)),
        ("year", -1, date(2025, 1, 1), date(2026, 1, 1)),
        ("year", 1, date(2027, 1, 1), date(2028, 1, 1)),
    ],
)
def test_periods_are_half_open_ranges(reader, unit, offset, start, end) -> None:
    assert periods.period(reader("en"), unit, TODAY, offset) == (start, end)


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.integers(-20, 20),
)
def test_periods_follow_each_other_without_gap(today: date, unit: periods.Unit, offset: int) -> None:
    reader = Localization().style(Preferences(), Settings())
    start, end = periods.period(reader, unit, today, offset)
    assert periods.period(reader, unit, today, offset + 1)[0] == end
    assert periods.period(reader, unit, start) == (start, end)
