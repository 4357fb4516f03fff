"""The chart: bars over the records of the list, each a link to them, with a table beside it."""

from __future__ import annotations

import pytest

CHART = "/records/garden.plant/chart"
SHRUBS = "/records/garden.shrub/chart"


def bars(answer):
    return [
        (a.one("span", cls="clip").text, a.all("rect", cls="fg")[0]["width"], a.one("b").text)
        for chart in answer.page.all("ol", cls="chart")
        for a in chart.all("a")
    ]


def test_records_are_counted_by_their_choice_where_nobody_wrote_a_chart(chief, plants):
    assert bars(chief.opens(CHART)) == [
        ("Seed", "100.0", "2"),
        ("Grown", "50.0", "1"),
        ("Dead", "50.0", "1"),
        ("Without State", "50.0", "1"),
    ]


def test_each_bar_leads_to_exactly_the_records_that_it_counts(chief, plants):
    answer = chief.opens(f"{CHART}?f=height~from~1")
    for a in answer.page.one("ol", cls="chart").all("a"):
        assert len(chief.opens(a["href"]).page.rows()) == int(a.one("b").text)


def test_days_that_the_calendar_does_not_know_stand_alone(chief, kept):
    kept.add(
        "garden.shrub",
        {"name": "a", "planted": "2150-03-20", "height": 1},
        {"name": "b", "planted": "9999-12-31", "height": 2},
        {"name": "c", "planted": "2026-03-22", "height": 4},
    )
    assert [bar[::2] for bar in bars(chief.opens(SHRUBS))] == [
        ("March 2026", "4"),
        ("March 2150", "1"),
        ("Dec 31, 9999", "2"),
    ]
    persian = bars(chief.speaks("fa").opens(SHRUBS))
    assert [bar[2] for bar in persian] == ["۴", "۱", "۲"]
    for a in chief.opens(SHRUBS).page.one("ol", cls="chart").all("a"):
        assert chief.opens(a["href"]).status in (200, 422)


def test_days_are_gathered_to_months_of_the_readers_calendar(chief, kept):
    kept.add(
        "garden.shrub",
        {"name": "a", "planted": "2026-03-20", "height": 1},
        {"name": "b", "planted": "2026-03-21", "height": 2},
        {"name": "c", "planted": "2026-04-20", "height": 4},
        {"name": "d", "height": 8},
    )
    assert bars(chief.opens(SHRUBS)) == [
        ("March 2026", "37.5", "3"),
        ("April 2026", "50.0", "4"),
        ("Without Planted", "100.0", "8"),
    ]
    kept.change("base.user", chief.actor.id, {"calendar": "jalali"})
    found = chief.opens(SHRUBS)
    assert [(label, text) for label, _, text in bars(found)] == [
        ("Esfand 1404", "1"),
        ("Farvardin 1405", "6"),
        ("Without Planted", "8"),
    ]
    link = found.page.one("ol", cls="chart").all("a")[1]["href"]
    assert len(chief.opens(link).page.rows()) == 2


def test_the_same_figures_stand_in_a_table(chief, plants):
    table = chief.opens(CHART).page.one("details", cls="chart-t").one("table")
    assert [tr.one("td").text for tr in table.one("tbody").all("tr")] == ["2", "1", "1", "1"]


def test_rights_decide_what_is_counted(person, plants, kept):
    keeper = person("base.member", "garden.keeper", login="keeper@example.com")
    kept.add("garden.plant", {"name": "Mine", "state": "dead", "keeper": keeper.actor.id})
    assert bars(keeper.opens(CHART)) == [("Dead", "100.0", "1")]
    blind = person("base.member", "garden.blind", login="blind@example.com")
    assert blind.opens(CHART).status == 404


@pytest.mark.parametrize(("query", "word"), [("q=ghost", "No record fits"), ("", "no records yet")])
def test_an_empty_chart_says_why(chief, query, word):
    assert word in chief.opens(f"{CHART}?{query}").page.main.text


def test_a_filter_that_no_longer_fits_is_told(chief, plants):
    answer = chief.opens(f"{CHART}?f=ghost~is~1")
    assert answer.status == 422
    assert len(bars(answer)) == 4


def test_averages_of_percent_are_weighted_over_days_and_do_not_add_up(chief, kept):
    kept.add(
        "garden.shrub",
        {"name": "a", "planted": "2026-03-01", "cover": "10"},
        {"name": "b", "planted": "2026-03-02", "cover": "20"},
        {"name": "c", "planted": "2026-03-02", "cover": "60.5"},
        {"name": "d", "planted": "2026-03-03"},
        {"name": "e", "planted": "2026-04-20", "cover": "12.5"},
    )
    answer = chief.opens("/dashboards/garden.calm")
    found = {label: (text, width) for label, width, text in bars(answer) if "2026" in label}
    assert found == {"March 2026": ("30.2%", "100.0"), "April 2026": ("12.5%", "41.4")}
    assert "Together 42" not in answer.page.main.text
    persian = [text for _, _, text in bars(chief.speaks("fa").opens("/dashboards/garden.calm"))]
    assert "\u061c۱۲٫۵٪" in persian
