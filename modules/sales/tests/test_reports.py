"""Forecast, funnel, results and ages on a data set worked out by hand: two currencies, two calendars, two readers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from core.i18n import Localization
from core.kernel.actor import Preferences
from core.sdk import period, style_of
from core.storage import Database
from modules.sales.forecast import forecast
from modules.sales.funnel import funnel
from modules.sales.results import ages, mean, median, results
from modules.sales.tests.quoting import rial

TODAY = dt.date(2026, 11, 22)


def euro(amount):
    """Return an amount in Euro as written in JSON."""
    return {"amount": str(amount), "currency": "EUR"}


@pytest.fixture
def sellers(desk, actor_as):
    """Two sellers of two teams, and their manager's eyes over all (finance sees all)."""
    first, second = actor_as("sales.rep", name="First"), actor_as("sales.rep", name="Second")
    teams = [
        desk.one("base.team", name=name, members=[seller.id])
        for name, seller in (("North", first), ("South", second))
    ]
    return first, second, teams, actor_as("sales.finance")


@pytest.fixture
def deals(desk, firm, stages, sellers):
    """Ten opportunities of two sellers; one Euro is 600,000 Rial."""
    desk.one(
        "base.currency_rate",
        currency=desk.column("base.currency", "id", filter="code == 'EUR'")[0],
        valid_from="2020-01-01",
        rate="600000",
    )
    first, second, teams, _ = sellers

    def deal(name, seller, amount, close, stage, **more):
        return desk.one(
            "sales.opportunity",
            name=name,
            account=firm,
            owner=seller.id,
            team=teams[0 if seller is first else 1],
            estimate=amount,
            expected_close=close,
            stage=stages[stage],
            **more,
        )

    reason = desk.one("sales.lost_reason", name="Too dear")
    rival = desk.one("sales.competitor", name="Rival")
    won = {"closed_at": "2026-12-01T10:00:00Z"}
    return {
        "a": deal("a", first, rial(1_000_000), "2026-12-05", "a"),
        "b": deal("b", first, euro(10), "2026-12-10", "b"),
        "c": deal("c", second, rial(2_000_000), "2026-12-20", "c"),
        "after_nowruz_quarter": deal("d", second, rial(4_000_000), "2026-12-25", "c"),
        "next_year": deal("e", second, rial(8_000_000), "2027-01-05", "a"),
        "overdue": deal("f", first, rial(500_000), "2026-11-01", "b"),
        "won": deal("g", first, rial(3_000_000), "2026-12-01", "won", **won),
        "lost": deal(
            "h",
            second,
            rial(7_000_000),
            "2026-12-01",
            "lost",
            lost_reason=reason,
            lost_competitor=rival,
            **won,
        ),
        "without_amount": deal("i", first, None, "2026-12-06", "a"),
    }


@pytest.fixture
def asked(desk):
    """Ask a report as somebody: ``asked(forecast, actor, start, end)``."""

    def ask(report, actor, *arguments):
        with desk.site.get(Database).unit(desk.catalog, actor) as uow:
            return report(uow, actor, style_of(uow), *arguments)

    return ask


def quarter(calendar):
    """Return this quarter in a calendar."""

    class Reader:
        pass

    reader = Reader()
    reader.calendar = calendar
    return period(reader, "quarter", TODAY)


def test_the_forecast_of_a_gregorian_quarter_is_the_one_worked_out_by_hand(desk, deals, sellers, asked):
    calendar = desk.site.get(Localization).calendars["gregorian"]
    start, end = quarter(calendar)
    assert (start, end) == (dt.date(2026, 10, 1), dt.date(2027, 1, 1))
    found = asked(forecast, sellers[3], start, end)
    total = found.total
    # open: 1m * 10 % + 6m * 40 % + 2m * 80 % + 4m * 80 %; f (0.5m at 40 %) is overdue and stands apart
    assert total.weighted == 100_000 + 2_400_000 + 1_600_000 + 3_200_000
    assert total.open == 1_000_000 + 6_000_000 + 2_000_000 + 4_000_000
    assert (total.won, total.expected) == (3_000_000, 3_000_000 + 7_300_000)
    assert total.by_step == {
        "closed": 3_000_000,
        "commit": 9_000_000,
        "best_case": 15_000_000,
        "pipeline": 16_000_000,
    }
    assert (total.overdue, total.overdue_count, total.unpriced) == (500_000, 1, 1)


def test_a_seller_sees_the_own_teams_figures_only(desk, deals, sellers, asked):
    start, end = quarter(desk.site.get(Localization).calendars["gregorian"])
    first = asked(forecast, sellers[0], start, end)
    assert [row.owner.id for row in first.rows] == [sellers[0].id]
    assert (first.total.open, first.total.won, first.total.overdue) == (7_000_000, 3_000_000, 500_000)
    second = asked(forecast, sellers[1], start, end)
    assert (second.total.open, second.total.won) == (6_000_000, 0)


def test_the_quota_stands_beside_what_was_won(desk, deals, sellers, asked):
    desk.one(
        "sales.quota",
        name="Autumn",
        person=sellers[0].id,
        starts="2026-10-01",
        ends="2026-12-31",
        amount=rial(6_000_000),
    )
    desk.one(
        "sales.quota",
        name="Autumn",
        person=sellers[0].id,
        starts="2026-09-01",
        ends="2026-12-31",
        amount=rial(1),
    )
    found = asked(forecast, sellers[3], dt.date(2026, 10, 1), dt.date(2027, 1, 1))
    row = next(row for row in found.rows if row.owner.id == sellers[0].id)
    assert (row.quota, row.attainment) == (6_000_000, 50)


def test_an_amount_in_our_currency_follows_the_lines(desk, deals):
    desk.update("sales.opportunity", deals["a"], lines=[{"description": "x", "unit_price": euro(2)}])
    found = desk.get("sales.opportunity", deals["a"])
    assert (found["amount_base"].amount, found["weighted_base"].amount) == (1_200_000, 120_000)


def test_a_new_rate_moves_open_opportunities_and_leaves_closed_ones(desk, deals, firm, stages, sellers):
    closed = desk.one(
        "sales.opportunity",
        name="z",
        account=firm,
        estimate=euro(1),
        expected_close="2026-11-01",
        stage=stages["won"],
        closed_at="2026-11-01T00:00:00Z",
    )
    from core.app.work import work

    euros = desk.column("base.currency", "id", filter="code == 'EUR'")[0]
    desk.one("base.currency_rate", currency=euros, valid_from="2020-02-01", rate="700000")
    work(desk.site, wait=False)
    assert desk.get("sales.opportunity", deals["b"])["amount_base"].amount == 7_000_000
    assert desk.get("sales.opportunity", closed)["amount_base"].amount == 600_000


@pytest.mark.covers("SA-10")
def test_the_funnel_counts_those_who_came_further(desk, deals, stages, sellers, firm, asked):
    moved = desk.one(
        "sales.opportunity",
        name="m",
        account=firm,
        expected_close="2026-12-01",
        stage=stages["a"],
        estimate=rial(1),
    )
    for stage in ("b", "a", "c"):
        desk.move("sales.opportunity", moved, "move", to=stages[stage])
    pipeline = desk.get("sales.opportunity", moved)["pipeline"].id
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        today = uow.today
    steps = {
        step.name: step
        for step in asked(
            funnel, sellers[3], pipeline, today - dt.timedelta(days=2), today + dt.timedelta(days=2)
        )
    }
    # a: deals a, e, i and m (once, though it came twice); only m went on. b: b, f, m. c: c, d, m.
    assert (steps["a"].entered, steps["a"].further, steps["a"].conversion) == (4, 1, 25)
    assert (steps["b"].entered, steps["b"].further) == (3, 1)
    assert (steps["c"].entered, steps["c"].further) == (3, 0)
    assert (steps["c"].open_count, steps["c"].open_amount) == (3, 6_000_001)
    assert "lost" not in steps


@pytest.mark.covers("SA-32", "CX-27")
def test_what_was_closed_gives_win_rate_reasons_and_days(desk, deals, sellers, asked):
    found = asked(results, sellers[3], dt.date(2026, 10, 1), dt.date(2027, 1, 1))
    assert (found.won.count, found.lost.count, found.win_rate) == (1, 1, 50)
    assert [(part.key.title, part.count, part.amount) for part in found.reasons] == [
        ("Too dear", 1, 7_000_000)
    ]
    assert [(part.key.title, part.count, part.amount) for part in found.competitors] == [
        ("Rival", 1, 7_000_000)
    ]
    assert asked(results, sellers[0], dt.date(2026, 10, 1), dt.date(2027, 1, 1)).win_rate == 100


def test_open_opportunities_are_sorted_by_days_in_their_stage(desk, deals, sellers):
    with desk.site.get(Database).unit(desk.catalog, sellers[3]) as uow:
        fresh = ages(uow, sellers[3], uow.now)
        later = ages(uow, sellers[3], uow.now + dt.timedelta(days=40))
    assert [part.count for part in fresh] == [7, 0, 0, 0, 0]
    assert [part.count for part in later] == [0, 0, 7, 0, 0]


@pytest.mark.parametrize(
    ("counts", "middle", "average"),
    [
        ({}, None, None),
        ({3: 1}, 3, 3),
        ({1: 1, 2: 1, 9: 2}, 2, Decimal("5.25")),
        ({1: 3, 100: 1}, 1, Decimal("25.75")),
    ],
)
def test_the_middle_and_the_mean_are_exact(counts, middle, average):
    assert (median(counts), mean(counts)) == (middle, average)


def test_a_jalali_quarter_has_other_bounds(desk):
    from modules.l10n_fa.jalali import Jalali

    assert quarter(Jalali()) == (dt.date(2026, 9, 23), dt.date(2026, 12, 22))
    assert Preferences().calendar == ""
