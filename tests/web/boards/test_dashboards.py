"""Dashboards: cards by role and right, each figure with its unit, what it covers, and a way to its records."""

from __future__ import annotations

import pytest

TODAY = "/dashboards/garden.today"


def cards(answer):
    return {card.one("h2").text: card for card in answer.page.all("section", cls="card")}


def test_the_home_page_is_the_lightest_dashboard_of_ones_role(person, chief, plants):
    assert chief.opens("/").path == TODAY
    keeper = person("base.member", "garden.keeper", login="keeper@example.com")
    assert keeper.opens("/").path == "/dashboards/garden.calm"
    assert [a.text for a in chief.opens("/").page.one("nav", cls="views").all("a")] == [
        "The garden today",
        "A calm garden",
    ]


def test_a_person_whom_no_dashboard_shows_anything_comes_to_the_first_list_or_is_told(person):
    assert not person("base.member", login="nobody@example.com").opens("/").path.startswith("/dashboards")


def test_figures_have_their_unit_say_what_they_cover_and_lead_to_their_records(chief, plants):
    found = cards(chief.opens(TODAY))
    assert [a.text for a in found["Alive"].one("p", cls="kv").all("a")] == ["4"]
    assert [a.text for a in found["Worth of all"].one("p", cls="kv").all("a")] == ["12.00 EUR", "500 Rial"]
    assert "of 5 records" in found["Worth of all"].text
    for name in ("Alive", "Pots"):
        link = found[name].one("p", cls="kv").all("a")[0]
        assert len(chief.opens(link["href"]).page.rows() if link.text != "0" else []) == int(link.text)


def test_a_list_shows_its_first_records_in_its_order(chief, plants):
    lines = cards(chief.opens(TODAY))["Tallest"].one("ul", cls="dlist").all("li")
    assert [li.all("a")[0].text for li in lines] == ["Oak", "Tulip"]
    assert "900" in lines[0].text
    assert "Grown" in lines[0].text


def test_charts_have_bars_that_lead_to_their_records(chief, plants):
    found = cards(chief.opens(TODAY))
    assert not found["By state"].all("ol", cls="bar"), (
        "the small bar beside a figure has this name, and hides what is higher"
    )
    bars = found["By state"].one("ol", cls="chart").all("a")
    assert [(a.one("span", cls="clip").text, a.one("b").text) for a in bars][:2] == [
        ("Seed", "2"),
        ("Grown", "1"),
    ]
    assert len(chief.opens(bars[0]["href"]).page.rows()) == 2
    steps = found["Step by step"].one("ol", cls="steps").all("a")
    assert [a.all("span", cls="num")[0].text for a in steps] == ["100%", "50%", "50%"]


def test_the_page_says_when_it_was_counted(chief, plants):
    assert "Counted" in chief.opens(TODAY).page.one("header", cls="top").text


def test_there_is_no_card_for_what_one_may_not_read(person, plants):
    guest = person("base.member", "garden.guest", login="guest@example.com")
    answer = guest.opens(TODAY)
    assert set(cards(answer)) == {"Alive", "Tallest", "By state", "Step by step"}
    assert "EUR" not in answer.response.text


def test_figures_are_of_what_one_may_see(person, plants, kept):
    keeper = person("base.member", "garden.keeper", login="keeper@example.com")
    kept.add("garden.plant", {"name": "Mine", "keeper": keeper.actor.id})
    assert cards(keeper.opens("/"))["Plants"].one("p", cls="kv").text == "1"


@pytest.mark.parametrize("name", ["garden.today", "garden.ghost"])
def test_a_dashboard_of_others_is_as_good_as_none(person, name):
    keeper = person("base.member", "garden.keeper", login="keeper@example.com")
    assert keeper.opens(f"/dashboards/{name}").status == 404


def test_an_empty_dashboard_says_so(chief):
    found = cards(chief.opens(TODAY))
    assert "Nothing here just now." in found["Tallest"].text
    assert found["Alive"].one("p", cls="kv").text == "0"
