"""Rules of repetition: what RFC 5545 and RFC 7529 say of them, in Gregorian and Jalali months."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.i18n.calendars import Gregorian
from modules.activities.rules import RuleRefused, first_ones, read_rule
from modules.activities.timing import local_moment
from modules.l10n_fa.jalali import Jalali

TEHRAN, BERLIN = ZoneInfo("Asia/Tehran"), ZoneInfo("Europe/Berlin")
CALENDARS = {"gregorian": Gregorian(), "jalali": Jalali()}


local = datetime.fromisoformat


def days(text, first, number=4, zone=TEHRAN):
    """Return the first days of a rule, as ISO dates."""
    rule = read_rule(text, zone)
    begin = datetime.fromisoformat(f"{first}T09:00")
    return [m.date().isoformat() for m in first_ones(rule, begin, CALENDARS[rule.calendar], number)]


def jalali(text, first, number=4):
    """Return the first days of a rule as Jalali year, month and day."""
    return [
        tuple(Jalali().from_date(datetime.fromisoformat(one).date())) for one in days(text, first, number)
    ]


def test_weekly_rules_name_weekdays():
    assert days("FREQ=WEEKLY;BYDAY=SA,TU", "2026-11-21") == [
        "2026-11-21",
        "2026-11-24",
        "2026-11-28",
        "2026-12-01",
    ]


def test_days_that_a_month_lacks_are_left_out_or_become_its_last_day_or_the_first_of_the_next():
    assert days("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", 3) == ["2026-01-31", "2026-03-31", "2026-05-31"]
    assert days("FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD", "2026-01-31", 3) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
    ]
    assert days("FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD", "2026-01-31", 3) == [
        "2026-01-31",
        "2026-03-01",
        "2026-03-31",
    ]


def test_without_days_a_monthly_rule_takes_the_day_it_begins_on():
    assert days("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "2027-12-31", 3) == [
        "2027-12-31",
        "2028-01-31",
        "2028-02-29",
    ]


def test_the_first_of_every_jalali_month():
    # 1405/09/01 is 2026-11-22.
    assert days("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=1", "2026-11-22") == [
        "2026-11-22",
        "2026-12-22",
        "2027-01-21",
        "2027-02-20",
    ]


def test_the_last_day_of_every_jalali_month():
    assert jalali("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=-1", "2026-08-01", 5) == [
        (1405, 5, 31),
        (1405, 6, 31),
        (1405, 7, 30),
        (1405, 8, 30),
        (1405, 9, 30),
    ]


def test_the_31st_of_jalali_months_is_there_in_the_first_six_only():
    found = jalali("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=31", "2026-03-21", 7)
    assert [month for _, month, _ in found] == [1, 2, 3, 4, 5, 6, 1]
    clamped = jalali("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD", "2026-03-21", 12)
    assert [day for _, _, day in clamped] == [31] * 6 + [30] * 5 + [29]


def test_30_esfand_is_there_in_leap_years_or_becomes_the_29th():
    rule = "RSCALE=PERSIAN;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30"
    assert [year for year, *_ in jalali(rule, "2020-03-01", 3)] == [1399, 1403, 1408]
    assert jalali(f"{rule};SKIP=BACKWARD", "2020-03-19", 6) == [
        (1398, 12, 29),
        (1399, 12, 30),
        (1400, 12, 29),
        (1401, 12, 29),
        (1402, 12, 29),
        (1403, 12, 30),
    ]
    assert jalali(f"{rule};SKIP=FORWARD", "2022-03-01", 2) == [(1401, 1, 1), (1402, 1, 1)]


def test_a_rule_is_expanded_in_local_time_so_that_clocks_may_be_put_forward():
    rule = read_rule("FREQ=WEEKLY;BYDAY=FR", BERLIN)
    moments = first_ones(rule, local("2026-03-20T15:00"), CALENDARS["gregorian"], 3)
    there = [local_moment(m.date(), m.time(), BERLIN) for m in moments]
    assert [m.hour for m in there] == [14, 14, 13]
    assert [m.astimezone(BERLIN).hour for m in there] == [15, 15, 15]


def test_a_local_time_that_does_not_exist_is_as_much_later():
    # Tehran put its clocks forward at midnight of 1 Farvardin 1401.
    there = local_moment(date(2022, 3, 22), time(0), TEHRAN)
    assert there.astimezone(TEHRAN).isoformat() == "2022-03-22T01:00:00+04:30"


def test_rules_end_after_a_number_or_at_a_day_which_belongs_to_them():
    assert len(days("FREQ=DAILY;COUNT=3", "2026-01-01", 99)) == 3
    assert len(days("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3", "2026-01-01", 99)) == 3
    assert days("FREQ=DAILY;UNTIL=20260103", "2026-01-01", 99)[-1] == "2026-01-03"
    # 09:00 in Tehran is 05:30 UTC: at 05:29 the third day is over the end.
    assert days("FREQ=DAILY;UNTIL=20260103T052900Z", "2026-01-01", 99)[-1] == "2026-01-02"
    assert days("FREQ=DAILY;UNTIL=20260103T053000Z", "2026-01-01", 99)[-1] == "2026-01-03"


def test_every_other_month_goes_over_the_end_of_the_year():
    assert days("RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=1", "2026-11-01", 3) == [
        "2026-11-01",
        "2027-04-01",
        "2027-09-01",
    ]


def test_a_rule_without_days_ends_instead_of_looking_for_ever():
    assert days("RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;SKIP=OMIT;COUNT=2", "2026-01-01") == []
    assert days("RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTH=12;BYMONTHDAY=31", "2026-01-01") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "rule_unreadable"),
        ("every week", "rule_unreadable"),
        ("FREQ=WEEKLY;FREQ=DAILY", "rule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=XX", "rule_unreadable"),
        ("FREQ=WEEKLY\nEXDATE:20260101", "rule_unreadable"),
        ("FREQ=WEEKLY;BYDAY=SA\nEXDATE:20260101", "rule_unreadable"),
        ("FREQ=HOURLY", "rule_unknown_value"),
        ("RSCALE=ETHIOPIC;FREQ=DAILY", "rule_unknown_value"),
        ("FREQ=DAILY;SKIP=SIDEWAYS", "rule_unknown_value"),
        ("FREQ=DAILY;INTERVAL=0", "rule_number"),
        ("FREQ=DAILY;COUNT=2,3", "rule_number"),
        ("FREQ=DAILY;COUNT=x", "rule_number"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "rule_number"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "rule_never"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=SA", "rule_never"),
        ("FREQ=WEEKLY;BYDAY=SA;BYSETPOS=2", "rule_never"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "rule_never"),
        ("FREQ=MONTHLY;BYDAY=9SA", "rule_unreadable"),
        ("FREQ=MONTHLY;BYDAY=SA;BYSETPOS=9", "rule_number"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "rule_two_ends"),
        ("FREQ=DAILY;UNTIL=20260231", "rule_until"),
        ("FREQ=DAILY;UNTIL=tomorrow", "rule_until"),
        ("RSCALE=PERSIAN;FREQ=WEEKLY;BYMONTH=1", "rule_by_month"),
        ("RSCALE=PERSIAN;FREQ=MONTHLY;BYDAY=1SA", "rule_by_day"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_with_its_reason(text, code):
    with pytest.raises(RuleRefused) as refused:
        read_rule(text, TEHRAN)
    assert refused.value.code == code


def test_a_rule_is_written_as_it_was_read_and_can_be_given_another_end():
    rule = read_rule("rrule:freq=weekly;byday=SA;count=9", TEHRAN)
    assert str(rule) == "FREQ=WEEKLY;BYDAY=SA;COUNT=9"
    assert str(rule.ended(count=4)) == "FREQ=WEEKLY;BYDAY=SA;COUNT=4"
    ended = rule.ended(until=local("2026-12-01T09:00"))
    assert str(ended) == "FREQ=WEEKLY;BYDAY=SA;UNTIL=20261201T090000"
    assert read_rule(str(ended), TEHRAN).until == local("2026-12-01T09:00")
    assert str(rule.ended()) == "FREQ=WEEKLY;BYDAY=SA"
