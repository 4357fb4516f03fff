"""Amounts in the site's currency: at the rate of their day, live until frozen, empty where no rate is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.app.work import work
from core.errors import Conflict, ValidationFailed
from core.i18n import Money
from core.records.exchanging import converted, rate_of
from core.sdk import convert, rate, refresh_base_amounts
from core.storage import Database


@pytest.fixture
def rates(site):
    """The rates that the fixture module tells; the site counts in IRR."""
    from papers.hooks import RATES

    RATES.clear()
    RATES["USD"] = {date(2026, 3, 21): Decimal(1320000), date(2026, 5, 1): Decimal("1400000.5")}
    yield RATES
    RATES.clear()


def usd(amount):
    return {"amount": amount, "currency": "USD"}


def worth(desk, paper):
    got = desk.get("papers.paper", paper)
    return got["amount_base"], got["amount_rate"]


def refresh(desk):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        refresh_base_amounts(uow)
    work(desk.site, wait=False)


def test_an_amount_is_told_in_the_sites_currency_at_the_rate_of_its_day(desk, rates):
    paper = desk.one("papers.paper", subject="a", amount=usd("10.01"), issued_on="2026-04-30")
    assert worth(desk, paper) == (Money(Decimal(13213200), "IRR"), Decimal(1320000))
    desk.update("papers.paper", paper, issued_on="2026-05-01")
    assert worth(desk, paper) == (Money(Decimal(14014005), "IRR"), Decimal("1400000.5"))
    assert desk.get("papers.paper", paper)["doubled"] == Money(Decimal(28028010), "IRR")
    desk.update("papers.paper", paper, amount=None)
    assert worth(desk, paper) == (None, None)


def test_an_amount_in_the_sites_currency_is_worth_itself(desk, rates):
    paper = desk.one("papers.paper", subject="a", amount={"amount": "7", "currency": "IRR"})
    assert worth(desk, paper) == (Money(Decimal(7), "IRR"), Decimal(1))


def test_a_missing_rate_leaves_the_worth_empty_and_is_a_clear_problem_where_one_asks(desk, rates):
    early = desk.one("papers.paper", subject="a", amount=usd("1"), issued_on="2026-03-20")
    other = desk.one("papers.paper", subject="b", amount={"amount": "1", "currency": "EUR"})
    assert worth(desk, early) == worth(desk, other) == (None, None)
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        with pytest.raises(Conflict) as missing:
            convert(uow, Money(Decimal(1), "EUR"), "USD", date(2026, 5, 1))
        assert missing.value.reason == "no_rate"
        assert "EUR" in missing.value.text()
        assert rate(uow, "USD", date(2026, 4, 1)) == Decimal(1320000)
        assert convert(uow, Money(Decimal(2640000), "IRR"), "USD", date(2026, 4, 1)) == Money(
            Decimal("2.00"), "USD"
        )
        assert (
            rate_of(uow, "IRR", date(1990, 1, 1)),
            converted(uow, Money(Decimal(1), "EUR"), "EUR", date(1990, 1, 1)),
        ) == (
            Decimal(1),
            Money(Decimal(1), "EUR"),
        )


def test_a_changed_rate_moves_open_records_and_never_frozen_ones(desk, rates):
    opened, frozen, late = desk.create(
        "papers.paper",
        *({"subject": n, "amount": usd("1"), "issued_on": "2026-04-01", "series": "north"} for n in "abc"),
    )
    desk.update("papers.paper", frozen, state="issued")
    version = desk.get("papers.paper", opened)["version"]
    rates["USD"][date(2026, 4, 1)] = Decimal(1350000)
    refresh(desk)
    assert worth(desk, opened)[0] == Money(Decimal(1350000), "IRR")
    assert desk.get("papers.paper", opened)["doubled"] == Money(Decimal(2700000), "IRR")
    assert desk.get("papers.paper", opened)["version"] == version
    assert worth(desk, frozen)[0] == Money(Decimal(1320000), "IRR")
    desk.update("papers.paper", frozen, subject="still the same")
    assert worth(desk, frozen)[0] == Money(Decimal(1320000), "IRR")
    desk.update("papers.paper", frozen, amount=usd("2"))
    assert worth(desk, frozen) == (Money(Decimal(2640000), "IRR"), Decimal(1320000))
    desk.update("papers.paper", late, state="issued")
    assert worth(desk, late)[0] == Money(Decimal(1350000), "IRR")
    desk.update("papers.paper", frozen, state="draft")
    assert worth(desk, frozen)[0] == Money(Decimal(2700000), "IRR")


def test_a_rate_that_comes_later_fills_what_was_empty_even_where_it_was_frozen(desk, rates):
    paper = desk.one(
        "papers.paper", subject="a", series="north", state="issued", issued_on="2026-03-01", amount=usd("1")
    )
    assert worth(desk, paper) == (None, None)
    rates["USD"][date(2026, 1, 1)] = Decimal(900000)
    refresh(desk)
    assert worth(desk, paper) == (Money(Decimal(900000), "IRR"), Decimal(900000))


def test_nobody_enters_a_worth_or_a_rate(desk, rates):
    with pytest.raises(ValidationFailed) as failure:
        desk.one("papers.paper", subject="a", amount_base={"amount": "1", "currency": "IRR"}, amount_rate="1")
    assert {(p.field, p.code) for p in failure.value.problems} == {
        ("amount_base", "protected"),
        ("amount_rate", "protected"),
    }


def test_who_may_not_read_an_amount_may_not_read_its_worth(desk, rates, actor_as):
    desk.one("papers.paper", subject="a", amount=usd("1"))
    guest = desk.as_(actor_as("papers.guest"))
    (seen,) = guest.find("papers.paper")
    assert not {"amount", "amount_base", "amount_rate", "doubled"} & seen.keys()
    assert "subject" in seen


def test_the_worth_is_labelled_as_its_document_says(desk):
    fields = desk.catalog.entity("papers.paper").fields
    assert (fields["amount_base"].label, fields["amount_rate"].label) == ("Worth", "Exchange rate")
