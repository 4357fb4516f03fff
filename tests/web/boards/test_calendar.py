"""The calendar: a month or a week in the reader's calendar and zone, with what falls on each day; entries change the day."""

from __future__ import annotations

import pytest

from tests.web.boards.looking import SCRIPT
from tests.web.page import Page

CALENDAR = "/records/garden.plant/calendar"
SHRUBS = "/records/garden.shrub/calendar"


@pytest.fixture
def waterings(kept):
    """Tehran is three hours and a half ahead: the second is watered on the next day there."""
    return kept.add(
        "garden.plant",
        {
            "name": "Rose",
            "state": "seed",
            "water_at": "2026-11-22T06:30:00Z",
            "water_until": "2026-11-22T07:00:00Z",
        },
        {"name": "Late", "state": "grown", "water_at": "2026-11-22T21:00:00Z"},
        {"name": "Long", "water_at": "2026-11-24T06:30:00Z", "water_until": "2026-11-26T06:30:00Z"},
        {"name": "Never"},
    )


@pytest.fixture
def local(chief, kept):
    """Put the chief into Tehran, reading English with the calendar of a preference."""

    def choose(**values):
        kept.change("base.user", chief.actor.id, {"time_zone": "Asia/Tehran", **values})
        return chief

    return choose


def days(answer):
    """Return the titles by the day on which they stand."""
    return {
        ul["data-day"]: [li.one("a").text for li in ul.all("li", cls="ev")]
        for ul in answer.page.all("ul", cls="evs", data_day=...)
        if ul.all("li", cls="ev")
    }


def moved(person, number, to, version=1, **more):
    token = person.opens(CALENDAR).page.one("ui-calendar")["data-csrf"]
    data = {"to": to, "version": version, **more}
    headers = {**SCRIPT, "X-CSRF-Token": token}
    return person.client.post(f"{CALENDAR}/move/{number}", data=data, headers=headers)


def test_entries_stand_on_the_days_of_the_readers_zone_and_long_ones_on_each_of_theirs(local, waterings):
    chief = local(calendar="gregorian")
    assert days(chief.opens(f"{CALENDAR}?on=2026-11-01")) == {
        "2026-11-22": ["Rose"],
        "2026-11-23": ["Late"],
        "2026-11-24": ["Long"],
        "2026-11-25": ["Long"],
        "2026-11-26": ["Long"],
    }
    rose = chief.opens(f"{CALENDAR}?on=2026-11-01").page.one("li", data_id=str(waterings[0]))
    assert rose.text.startswith("10:00")
    assert "h-blue" in rose["class"]


def test_a_gregorian_month_begins_its_weeks_as_the_calendar_does_and_shows_the_other_small(local, waterings):
    page = local(calendar="gregorian").opens(f"{CALENDAR}?on=2026-11-10").page
    assert page.one("h2", id="cal-t").text == "November 2026"
    cells = [ul["data-day"] for ul in page.all("ul", cls="evs")]
    assert (cells[0], cells[-1], len(cells)) == ("2026-10-26", "2026-12-06", 42)
    assert "Aban" in page.main.text


def test_a_jalali_month_is_whole_and_begins_on_saturday(local, waterings):
    page = local(calendar="jalali", language="fa").speaks("fa").opens(f"{CALENDAR}?on=2026-11-22").page
    assert page.one("h2", id="cal-t").text == "آذر ۱۴۰۵"
    cells = [ul["data-day"] for ul in page.all("ul", cls="evs")]
    assert (cells[0], cells[-1]) == ("2026-11-21", "2026-12-25")
    outside = [td.one("ul")["data-day"] for td in page.all("td", cls="out")]
    assert outside == ["2026-11-21", "2026-12-22", "2026-12-23", "2026-12-24", "2026-12-25"]


def test_one_goes_to_the_month_before_and_after_and_back_to_today(local, waterings):
    chief = local(calendar="jalali")
    page = chief.opens(f"{CALENDAR}?on=2026-11-22&q=rose").page
    assert (
        chief.opens(CALENDAR + page.one("a", rel="next")["href"]).page.one("h2", id="cal-t").text
        == "Dey 1405"
    )
    before = chief.opens(CALENDAR + page.one("a", rel="prev")["href"])
    assert before.page.one("h2", id="cal-t").text == "Aban 1405"
    assert before.page.one("form", cls="find").one("input", name="q")["value"] == "rose"


def test_a_week_has_hours_and_a_row_for_what_takes_the_whole_day(local, waterings):
    page = local(calendar="gregorian").opens(f"{CALENDAR}?on=2026-11-22&span=week").page
    hours = [tr.all("th")[0].text for tr in page.one("table", cls="week").one("tbody").all("tr")]
    assert hours[:3] == ["All day", "08:00", "09:00"]
    week = local(calendar="gregorian").opens(f"{CALENDAR}?on=2026-11-24&span=week").page
    assert [a.text for a in week.one("tr", cls="whole").all("li", cls="ev")] == ["Long"] * 3
    ten = page.all("ul", data_day="2026-11-22", data_hour="10")
    assert [li.one("a").text for li in ten[0].all("li")] == ["Rose"]


def test_of_many_on_a_day_two_stand_there_and_the_rest_opens_below(chief, kept):
    kept.add("garden.shrub", *({"name": f"s{n}", "planted": "2026-11-10"} for n in range(5)))
    page = chief.opens(f"{SHRUBS}?on=2026-11-10").page
    assert [li.text for li in page.one("ul", data_day="2026-11-10").all("li")] == ["s0", "s1"]
    assert page.one("details", cls="more").one("summary").text == "+3 more"
    assert [li.text for li in page.one("details", cls="more").all("li")] == ["s2", "s3", "s4"]


def test_each_entry_shows_its_own_title_whatever_stands_in_it(chief, kept):
    names = ["50 %s", "<b>%(id)s"]
    shrubs = kept.add("garden.shrub", *({"name": name, "planted": "2026-11-10"} for name in names))
    page = chief.opens(f"{SHRUBS}?on=2026-11-10&q=%25").page
    for shrub, name in zip(shrubs, names, strict=True):
        entry = page.one("li", data_id=str(shrub))
        assert entry.one("a").text == name
        assert entry.one("a")["href"] == f"/records/garden.shrub/{shrub}"
        assert entry["data-move"] == f"/records/garden.shrub/calendar/move/{shrub}?q=%25&on=2026-11-10"


def test_filters_of_the_list_hold_and_an_empty_time_says_so(chief, kept):
    kept.add(
        "garden.shrub", {"name": "Box", "planted": "2026-11-10"}, {"name": "Yew", "planted": "2026-11-11"}
    )
    assert days(chief.opens(f"{SHRUBS}?on=2026-11-10&q=box")) == {"2026-11-10": ["Box"]}
    assert "nothing in this time" in chief.opens(f"{SHRUBS}?on=2020-01-01").page.main.text
    assert "No record fits" in chief.opens(f"{SHRUBS}?on=2026-11-10&q=ghost").page.main.text


@pytest.mark.parametrize("on", ["", "soon", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_shown_is_today(chief, on):
    assert chief.opens(f"{SHRUBS}?on={on}").status == 200


def test_days_that_the_other_calendar_does_not_know_stand_without_its_numbers(chief):
    page = chief.opens(f"{SHRUBS}?on=2150-01-15")
    assert (page.status, page.page.main.all("bdi", cls="gn")) == (200, [])
    for on in ("1810-01-01", "2122-03-25"):  # the last one lies at the end of its years
        assert chief.opens(f"{SHRUBS}?on={on}").status == 200


def test_an_entry_goes_to_another_day_at_the_same_time_of_day_and_takes_as_long(local, waterings, kept):
    chief = local(calendar="gregorian")
    answer = moved(chief, waterings[0], "2026-11-30")
    assert (answer.status_code, answer.json["day"], answer.json["hour"]) == (200, "2026-11-30", 10)
    assert "Rose" in answer.json["message"]
    assert Page(answer.json["card"]).one("li")["data-version"] == "2"
    found = kept.get("garden.plant", waterings[0])
    assert [f"{found[n]:%d %H:%M}" for n in ("water_at", "water_until")] == ["30 06:30", "30 07:00"]
    assert moved(chief, waterings[0], "2026-11-30", version=2, hour=15).json["hour"] == 15


def test_an_entry_that_somebody_else_has_changed_stays(local, waterings, kept):
    kept.change("garden.plant", waterings[0], {"name": "Wild rose"})
    assert moved(local(), waterings[0], "2026-11-30", version=1).status_code == 412
    assert f"{kept.get('garden.plant', waterings[0])['water_at']:%d}" == "22"


def test_a_day_that_is_none_and_an_entry_that_is_none_are_refused(local, waterings):
    assert moved(local(), waterings[0], "someday").status_code == 400
    assert moved(local(), waterings[2], "9999-12-31").status_code == 400, "It ends two days later."
    assert moved(local(), waterings[3], "2026-11-30").status_code == 404
    assert moved(local(), 99999, "2026-11-30").status_code == 404


def test_who_may_not_write_moves_nothing_and_who_may_not_read_when_sees_no_calendar(person, waterings):
    guest = person("base.member", "garden.guest", login="guest@example.com")
    assert not guest.opens(CALENDAR).page.one("ui-calendar").has("data-movable")
    assert moved(guest, waterings[0], "2026-11-30").status_code == 403
    assert person("base.member", login="no@example.com").opens(CALENDAR).status == 404
    assert (
        person("base.member", "garden.chief", login="c2@example.com")
        .opens("/records/garden.bed/calendar")
        .status
        == 404
    )


def test_what_has_no_beginning_stands_at_what_counts_in_its_place_and_is_moved_there(chief, kept):
    rows = {"name": "Box", "cut": "2026-11-10"}, {"name": "Yew", "planted": "2026-11-11", "cut": "2026-11-20"}
    box, _ = kept.add("garden.shrub", *rows)
    page = chief.opens(f"{SHRUBS}?on=2026-11-10")
    assert days(page) == {"2026-11-10": ["Box"], "2026-11-11": ["Yew"]}
    headers = {**SCRIPT, "X-CSRF-Token": page.page.one("ui-calendar")["data-csrf"]}
    data = {"to": "2026-11-13", "version": 1}
    assert chief.client.post(f"{SHRUBS}/move/{box}", data=data, headers=headers).json["day"] == "2026-11-13"
    assert [str(kept.get("garden.shrub", box)[name]) for name in ("planted", "cut")] == ["None", "2026-11-13"]


def new_links(answer):
    return [a["href"] for a in answer.page.all("a", cls="cal-new")]


def test_each_day_and_hour_offers_a_new_record_that_begins_then(local, person, waterings):
    chief = local(calendar="gregorian")
    month = new_links(chief.opens(f"{CALENDAR}?on=2026-11-10"))
    assert len(month) == 42
    form = chief.opens(month[0]).page
    assert form.one("input", name="water_at")["value"] == "Oct 26, 2026, 09:00"
    week = new_links(chief.opens(f"{CALENDAR}?on=2026-11-10&span=week"))
    assert len(week) == 7 * (1 + 11)
    shrub = new_links(chief.opens(f"{SHRUBS}?on=2026-11-10"))
    assert shrub[0].endswith("?planted=2026-10-26")
    guest = person("base.member", "garden.guest", login="guest@example.com")
    assert new_links(guest.opens(CALENDAR)) == []
