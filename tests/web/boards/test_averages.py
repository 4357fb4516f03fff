"""Averages of money in two currencies: bars by day and by choice, figures of cards and the API tell what a hand finds."""

from __future__ import annotations

import pytest

from tests.web.boards.looking import euros, rials

CALM = "/dashboards/garden.calm"


@pytest.fixture
def sold(kept):
    """Six plants of March and two of April; of March four are worth something, in two currencies."""
    march, april = "2026-03-02", "2026-04-20"
    return kept.add(
        "garden.plant",
        {"name": "a", "state": "seed", "planted": march, "worth": euros(10)},
        {"name": "b", "state": "seed", "planted": march, "worth": rials(600)},
        {"name": "c", "state": "grown", "planted": march, "worth": rials(100)},
        {"name": "d", "state": "seed", "planted": "2026-03-09", "worth": euros("1.5")},
        {"name": "e", "state": "seed", "planted": "2026-03-09", "worth": euros("0.5")},
        {"name": "f", "state": "seed", "planted": march},
        {"name": "g", "state": "grown", "planted": april, "worth": euros(8)},
        {"name": "h", "state": "grown", "planted": april, "worth": rials(50)},
    )


def card(chief, label):
    return next(c for c in chief.opens(CALM).page.all("section", cls="card") if c.one("h2").text == label)


def bars(chief, label):
    """Return the bars of each series of a card."""
    return [
        {a.one("span", cls="clip").text: a.one("b").text for a in series.all("a")}
        for series in card(chief, label).all("ol", cls="chart")
    ]


def test_averages_by_date_divide_by_the_values_of_their_own_currency(chief, sold):
    euro = {"March 2026": "4.00 EUR", "April 2026": "8.00 EUR"}  # 12 over three, 8 over one
    rial = {"March 2026": "350 Rial", "April 2026": "50 Rial"}  # 700 over two, 50 over one
    assert bars(chief, "Worth by month") == [euro, rial]


def test_averages_by_choice_divide_by_the_values_of_their_own_currency(chief, sold):
    euro = {"Seed": "4.00 EUR", "Grown": "8.00 EUR"}
    rial = {"Seed": "600 Rial", "Grown": "75 Rial"}
    assert bars(chief, "Worth by state") == [euro, rial]


def test_the_figure_of_a_card_and_the_api_tell_the_same(chief, sold):
    told = card(chief, "Worth of one").one("p", cls="kv")
    assert [a.text for a in told.all("a")] == ["5.00 EUR", "250 Rial"]  # 20 over four, 750 over three
    asked = "/api/v1/records/garden.plant/aggregate?measures=avg(worth)"
    amounts = [{"amount": "5", "currency": "EUR"}, {"amount": "250", "currency": "IRR"}]
    assert chief.client.get(asked).json["items"] == [{"avg(worth)": amounts}]
    by_state = chief.client.get(f"{asked}&group_by=state").json["items"]
    assert [(g["state"], [m["amount"] for m in g["avg(worth)"]]) for g in by_state] == [
        ("seed", ["4", "600"]),
        ("grown", ["8", "75"]),
    ]
    by_day = chief.client.get(f"{asked}&group_by=planted").json["items"]
    assert [[m["amount"] for m in g["avg(worth)"]] for g in by_day] == [["10", "350"], ["1"], ["8", "50"]]
