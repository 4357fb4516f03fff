"""Days are days: none is lost where a zone has no midnight, wherever somebody reads or writes it."""

from __future__ import annotations

import datetime as dt

import pytest

from core.kernel.actor import Preferences
from core.sdk import style_of
from core.storage import Database


@pytest.mark.parametrize("day", ["2021-03-22", "2022-03-22", "2022-09-21"])
def test_a_day_on_which_the_clocks_of_tehran_skipped_midnight_stays_that_day(desk, deal, stages, day):
    record = deal(expected_close=day)
    assert desk.get("sales.opportunity", record, "expected_close")["expected_close"].isoformat() == day
    assert desk.column("sales.opportunity", "id", filter=f"expected_close == date('{day}')") == [record]
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        style = style_of(uow, Preferences(time_zone="Asia/Tehran"))
        assert style.parse_date(style.date_digits(dt.date.fromisoformat(day))) == dt.date.fromisoformat(day)
        first, last = style.instants(
            dt.date.fromisoformat(day), dt.date.fromisoformat(day) + dt.timedelta(days=1)
        )
    assert first.astimezone(style.zone).date() == dt.date.fromisoformat(day)
    assert (last - dt.timedelta(seconds=1)).astimezone(style.zone).date() == dt.date.fromisoformat(day)
