"""Rows of the contract: dates and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from tests.fields.rows import Row

NOON = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
CELL_NOON = datetime.fromisoformat("2026-03-21T12:00")  # spreadsheets know no zones
CELL_DAY = datetime.fromisoformat("2026-03-21")  # nor days without a time

DATE = Row(
    type="date",
    control="date",
    values=(date(2026, 3, 21), date(1800, 1, 1), date(9999, 12, 31), date(2024, 2, 29)),
    good=(("2026-03-21", date(2026, 3, 21)), ("2024-02-29", date(2024, 2, 29)), (None, None)),
    bad=(
        ("2026-02-30", "no_such_day"),
        ("2025-02-29", "no_such_day"),
        ("2026-13-01", "no_such_day"),
        ("2026-00-10", "no_such_day"),
        ("0000-01-01", "no_such_day"),
        ("1405-09-01", "year_out_of_range"),
        ("2026/03/21", "not_a_date"),
        ("21-03-2026", "not_a_date"),
        ("20260321", "not_a_date"),
        ("2026-W12-6", "not_a_date"),
        ("2026-03-21T00:00:00Z", "not_a_date"),
        ("", "not_a_date"),
        ("۲۰۲۶-۰۳-۲۱", "not_a_date"),
        ("2026-3-21", "not_a_date"),
        ("today", "not_a_date"),
        (20260321, "wrong_type"),
        (True, "wrong_type"),
        (["2026-03-21"], "wrong_type"),
        ("2026-03-21\n", "not_a_date"),
        ("x" * 100_000, "not_a_date"),
    ),
    wire=((date(2026, 3, 21), "2026-03-21"),),
    typed=(
        ("fa", "۱۴۰۵/۰۳/۲۱", date(2026, 3, 21)),
        ("fa", "١٤٠٥/٠٣/٢١", date(2026, 3, 21)),
        ("en", "2026-03-21", date(2026, 3, 21)),
        ("en", "21 March 2026", date(2026, 3, 21)),
        ("en", CELL_DAY, date(2026, 3, 21)),
        ("fa", date(2026, 3, 21), date(2026, 3, 21)),
        ("fa", 14050321, date(2026, 3, 21)),
        ("fa", 14050321.0, date(2026, 3, 21)),
        ("fa", "  ", None),
    ),
    typed_bad=(
        ("fa", "۱۴۰۵/۱۳/۰۱", "no_such_month"),
        ("fa", "۱۴۰۵/۰۲/۳۰", "no_such_day"),
        ("fa", "فردا صبح", "date_unreadable"),
        ("en", "1405/09/01", "year_out_of_range"),
        ("en", CELL_NOON, "not_a_date"),
        ("en", True, "not_a_date"),
        ("en", 46102.25, "not_a_date"),
    ),
    different=((date(2026, 3, 21), date(2026, 3, 22)),),
    shown=(("en", date(2026, 3, 21), "Mar 21, 2026"), ("fa", date(2026, 3, 21), "۲۱ مارس ۱۴۰۵")),
    exported=(("fa", date(2026, 3, 21), date(2026, 3, 21)),),
)

DATETIME = Row(
    type="datetime",
    control="datetime",
    values=(NOON, NOON.replace(microsecond=123), datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC)),
    good=(
        ("2026-03-21T08:30:00Z", NOON),
        ("2026-03-21T12:00:00+03:30", NOON),
        ("2026-03-21 08:30Z", NOON),
        ("2026-03-21T08:30:00.000123Z", NOON.replace(microsecond=123)),
        ("2026-03-20T23:30:00-0900", NOON),
    ),
    bad=(
        ("2026-03-21T08:30:00", "no_zone"),
        ("2026-03-21", "not_a_datetime"),
        ("2026-02-30T00:00:00Z", "no_such_day"),
        ("2026-03-21T25:00:00Z", "no_such_day"),
        ("2026-03-21T23:59:60Z", "no_such_day"),
        ("1405-09-01T00:00:00Z", "year_out_of_range"),
        ("9999-12-31T23:59:59-05:00", "year_out_of_range"),
        ("9999-12-31T23:00:00Z", "year_out_of_range"),
        ("0001-01-01T00:00:00+05:00", "year_out_of_range"),
        ("", "not_a_datetime"),
        (1774081800, "wrong_type"),
        (True, "wrong_type"),
        ("2026-03-21T08:30:00+99:99", "no_such_day"),
        ("now", "not_a_datetime"),
    ),
    wire=(
        (NOON, "2026-03-21T08:30:00Z"),
        (NOON.astimezone(timezone(timedelta(hours=5))), "2026-03-21T08:30:00Z"),
        (NOON.replace(microsecond=123), "2026-03-21T08:30:00.000123Z"),
    ),
    typed=(
        ("fa", "۱۴۰۵/۰۳/۲۱ ۱۲:۰۰", NOON),
        ("en", "2026-03-21 12:00", NOON),
        ("en", "2026-03-21T08:30:00Z", NOON),
        ("en", CELL_NOON, NOON),
        ("en", date(2026, 3, 21), datetime(2026, 3, 20, 20, 30, tzinfo=UTC)),
        ("en", NOON, NOON),
    ),
    typed_bad=(
        ("en", "2026-03-21 25:00", "time_unreadable"),
        ("fa", "نیمروز", "date_unreadable"),
        ("en", 46102.5, "not_a_datetime"),
        # In 2022 the clocks of Tehran went from 00:00 to 01:00 on this day.
        ("en", "2022-03-22 00:30", "no_such_time"),
        ("en", "1405/03/21 12:00", "year_out_of_range"),
    ),
    same=((NOON, NOON.astimezone(timezone(timedelta(hours=3, minutes=30)))),),
    different=((NOON, NOON + timedelta(microseconds=1)),),
    shown=(("en", NOON, "Mar 21, 2026, 12:00"), ("fa", NOON, "۲۱ مارس ۱۴۰۵، ۱۲:۰۰")),
    exported=(("fa", NOON, CELL_NOON),),
)

ROWS = (DATE, DATETIME)
