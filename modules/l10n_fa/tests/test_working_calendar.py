"""The working calendar and the holidays that a Persian site starts with."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.sdk import working_time
from core.storage import Database

TEHRAN = ZoneInfo("Asia/Tehran")


def test_working_time_in_iran_is_counted_as_by_hand(desk, site):
    def at(month, day, hour, minute=0):
        return datetime(2026, month, day, hour, minute, tzinfo=TEHRAN)

    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        office = working_time(uow)
    assert office.zone == TEHRAN
    assert office.add(at(4, 6, 11, 30), 60) == at(4, 6, 13, 30)
    assert office.add(at(4, 8, 16, 30), 240) == at(4, 9, 11, 30)
    assert office.on(date(2026, 4, 10)) == ()


def test_the_holidays_of_a_year_are_those_announced(desk):
    days = {
        (1, 1): date(2026, 3, 21),
        (1, 13): date(2026, 4, 2),
        (3, 6): date(2026, 5, 27),
        (3, 14): date(2026, 6, 4),
        (3, 15): date(2026, 6, 5),
        (4, 3): date(2026, 6, 24),
        (4, 4): date(2026, 6, 25),
        (5, 13): date(2026, 8, 4),
        (11, 22): date(2027, 2, 11),
        (12, 29): date(2027, 3, 20),
    }
    where = "date >= date('2026-03-21') and date < date('2027-03-21')"
    found = set(desk.column("base.holiday", "date", filter=where, limit=100))
    assert set(days.values()) <= found
    assert 20 <= len(found) <= 35


def test_a_holiday_that_is_moved_stays_moved(desk, site):
    (holiday,) = desk.column("base.holiday", "id", filter="date == date('2026-08-04')")
    desk.update("base.holiday", holiday, date="2026-08-05")
    site.get(Lifecycle).install(system_actor("a test"), ["l10n_fa"])
    assert str(desk.get("base.holiday", holiday)["date"]) == "2026-08-05"
