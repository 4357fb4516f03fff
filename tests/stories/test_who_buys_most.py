"""AS-24: who buys most, and what: twelve companies, figures worked out by hand, and documents below that add up to them.

One Euro is 600,000 Rial until the middle of October 2026 and 700,000 from then on. All quotes are of two sellers of two teams.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from core.i18n import Localization
from core.kernel.actor import Preferences
from core.kernel.values import Money
from core.records import aggregation
from core.sdk import aggregate, period, style_of
from core.storage import Database
from modules.sales.buyers import customers, products, won_without_quote
from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "kept", "person", "visitor"]
pytestmark = pytest.mark.modules

QUOTE = "sales.quote"
COMPANIES = [
    "Alborz",
    "Baran",
    "Caspian",
    "Damavand",
    "Elvand",
    "Fars",
    "Gilan",
    "Hamoun",
    "Ilam",
    "Jajrud",
    "Kashan",
    "Lorestan",
]
M = 1_000_000
SUMMER = (dt.date(2026, 6, 22), dt.date(2026, 9, 23))
"""Tir to Shahrivar 1405."""
THIRD = (dt.date(2026, 7, 1), dt.date(2026, 10, 1))


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


@pytest.fixture
def sellers(desk, actor_as):
    """Two sellers of two teams, and somebody who sees all."""
    roles = ("base.member", "sales.rep")
    first, second = (actor_as(*roles, login=f"{n}@example.com", name=n) for n in ("First", "Second"))
    for name, seller in (("North", first), ("South", second)):
        desk.one("base.team", name=name, members=[seller.id])
    return {"First": first, "Second": second, "all": actor_as("base.member", "sales.finance", name="Finance")}


@pytest.fixture
def goods(desk):
    """Four products; Lamp with a tax on top."""
    tax = desk.one("sales.tax_class", name="VAT", rates=[{"rate": "10", "valid_from": "2020-01-01"}])
    prices = {
        "Lamp": ("1000000", "IRR"),
        "Chair": ("2500000", "IRR"),
        "Desk": ("4000000", "IRR"),
        "Seat": ("10", "EUR"),
    }
    return {
        name: desk.one(
            "sales.product",
            sku=name,
            name=name,
            list_price={"amount": amount, "currency": currency},
            tax_class=tax if name == "Lamp" else None,
        )
        for name, (amount, currency) in prices.items()
    }


def _win_by_hand(desk, account, owner):
    """Win an opportunity to which no quote was accepted."""
    (pipeline,) = desk.column("sales.pipeline", "id", filter="is_default")
    (won,) = desk.column("sales.stage", "id", filter=f"pipeline == {pipeline} and kind == 'won'")
    deal = {"account": account, "owner": owner, "stage": won, "name": "By hand"}
    estimate = {"amount": "3000000", "currency": "IRR"}
    desk.one(
        "sales.opportunity",
        **deal,
        estimate=estimate,
        closed_at="2026-08-05T09:00:00Z",
        expected_close="2026-08-05",
    )


@pytest.fixture
def market(desk, sellers, goods):
    """The twelve companies and what they said to their quotes."""
    euro = desk.column("base.currency", "id", filter="code == 'EUR'")[0]
    for day, rate in (("2020-01-01", "600000"), ("2026-10-15", "700000")):
        desk.one("base.currency_rate", currency=euro, valid_from=day, rate=rate)
    of_first = {"Ilam", "Alborz", "Damavand", "Fars", "Gilan", "Hamoun", "Kashan"}
    firms = [{"name": n, "owner": sellers["First" if n in of_first else "Second"].id} for n in COMPANIES]
    ids = dict(zip(COMPANIES, desk.create("contacts.account", *firms), strict=True))

    def line(product, quantity, **more):
        return {"product": goods[product], "quantity": str(quantity), **more}

    def quote(company, seller, at, *lines, state="accepted", **more):
        day = at[:10]
        said = {"accepted_at": at, "accepted_by": "Buyer"} if state == "accepted" else {}
        desk.one(
            QUOTE,
            subject=company,
            account=ids[company],
            owner=sellers[seller].id,
            state=state,
            issue_date=day,
            valid_until="2099-01-01",
            lines=list(lines),
            **said,
            **more,
        )

    quote("Ilam", "First", "2025-08-01T09:00:00Z", line("Lamp", 90))
    quote("Elvand", "Second", "2026-06-25T09:00:00Z", line("Desk", 1))
    quote("Alborz", "First", "2026-07-05T09:00:00Z", line("Lamp", 10))
    quote("Alborz", "First", "2026-07-20T09:00:00Z", line("Desk", 2), line("Chair", 5, optional=True))
    quote("Baran", "Second", "2026-08-01T09:00:00Z", line("Seat", 3), currency="EUR")
    work = {
        "description": "Installation",
        "quantity": "1",
        "unit_price": {"amount": "1000000", "currency": "IRR"},
    }
    quote("Caspian", "Second", "2026-08-15T09:00:00Z", line("Chair", 4, discount_pct="10"), work)
    less = {"amount": "500000", "currency": "IRR"}
    quote("Lorestan", "Second", "2026-08-20T09:00:00Z", line("Lamp", 3), discount=less)
    quote("Gilan", "First", "2026-09-01T09:00:00Z", line("Desk", 50), state="sent")
    quote("Hamoun", "First", "2026-09-02T09:00:00Z", line("Desk", 60), state="rejected")
    quote("Damavand", "First", "2026-09-25T09:00:00Z", line("Lamp", 7))
    quote("Fars", "First", "2026-09-30T21:00:00Z", line("Lamp", 1))  # in Tehran October has begun
    quote("Jajrud", "Second", "2026-10-20T09:00:00Z", line("Seat", 5), currency="EUR")
    _win_by_hand(desk, ids["Kashan"], sellers["First"].id)
    return ids


@pytest.fixture
def asked(desk):
    """Ask a ranking as somebody in Tehran: ``asked(customers, actor, *THIRD)``."""

    def ask(report, actor, *arguments):
        with desk.site.get(Database).unit(desk.catalog, actor) as uow:
            return report(uow, actor, style_of(uow, Preferences(time_zone="Asia/Tehran")), *arguments)

    return ask


def rows(ranking):
    return [(row.who.title if row.who else None, row.count, row.amount) for row in ranking.rows]


@pytest.mark.covers("AS-24", "SA-29")
def test_the_rankings_are_those_worked_out_by_hand(market, sellers, asked, monkeypatch):
    everybody = sellers["all"]
    found = asked(customers, everybody, *THIRD)
    assert rows(found) == [
        ("Alborz", 2, 18 * M),
        ("Baran", 1, 18 * M),
        ("Caspian", 1, 10 * M),
        ("Damavand", 1, 7 * M),
        ("Lorestan", 1, Decimal(2500000)),
    ]
    assert (found.count, found.amount) == (6, 55_500_000)
    with monkeypatch.context() as few:
        few.setattr(aggregation, "MAX_GROUPS", 2)  # more than can be told at once are asked for part by part
        assert asked(customers, everybody, *THIRD) == found
    what = asked(products, everybody, *THIRD)
    assert [(*row, part.quantity) for row, part in zip(rows(what), what.rows, strict=True)] == [
        ("Lamp", 3, 19_500_000, 20),
        ("Seat", 1, 18 * M, 3),
        ("Chair", 1, 9 * M, 4),
        ("Desk", 1, 8 * M, 2),
        (None, 1, 1 * M, 1),
    ]
    assert what.amount == found.amount
    assert asked(won_without_quote, everybody, *THIRD).amount == 3 * M
    assert rows(asked(products, everybody, *THIRD, market["Alborz"])) == [
        ("Lamp", 1, 10 * M),
        ("Desk", 1, 8 * M),
    ]


@pytest.mark.covers("AS-24")
def test_a_jalali_summer_is_another_period_and_a_seller_sees_the_own_team(market, sellers, asked):
    assert rows(asked(customers, sellers["all"], *SUMMER)) == [
        ("Alborz", 2, 18 * M),
        ("Baran", 1, 18 * M),
        ("Caspian", 1, 10 * M),
        ("Elvand", 1, 4 * M),
        ("Lorestan", 1, Decimal(2500000)),
    ]
    assert rows(asked(customers, sellers["First"], *THIRD)) == [("Alborz", 2, 18 * M), ("Damavand", 1, 7 * M)]
    south = asked(customers, sellers["Second"], *THIRD)
    assert south.amount == 30_500_000
    assert asked(products, sellers["Second"], *THIRD).amount == south.amount


@pytest.mark.covers("AS-24")
def test_the_rate_of_the_day_stays_and_another_day_has_its_own(desk, market, sellers, asked):
    autumn = (dt.date(2026, 10, 1), dt.date(2027, 1, 1))
    assert rows(asked(customers, sellers["all"], *autumn)) == [("Jajrud", 1, 35 * M), ("Fars", 1, 1 * M)]
    (old,) = desk.column("base.currency_rate", "id", filter="currency.code == 'EUR' and rate == 600000")
    desk.update("base.currency_rate", old, rate="650000")
    desk.update(QUOTE, desk.column(QUOTE, "id", filter="subject == 'Baran'")[0], invoiced_on="2026-08-02")
    assert rows(asked(customers, sellers["all"], *THIRD))[1] == ("Baran", 1, 18 * M)


@pytest.mark.covers("AS-24")
def test_what_is_accepted_today_counts_today(desk, market, sellers, asked):
    (quote,) = desk.column(QUOTE, "id", filter="subject == 'Gilan'")
    desk.as_(sellers["First"]).move(QUOTE, quote, "accept", accepted_by="Buyer")
    today = desk.get(QUOTE, quote, "accepted_at")["accepted_at"]
    span = (today.date() - dt.timedelta(days=1), today.date() + dt.timedelta(days=2))
    assert ("Gilan", 1, 200 * M) in rows(asked(customers, sellers["all"], *span))
    assert desk.column("sales.quote_line", "sold_on", filter=f"quote == {quote}") != [None]


def tehran(desk, reader):
    desk.update("base.user", reader.actor.id, time_zone="Asia/Tehran", calendar="gregorian")
    return reader


@pytest.fixture
def third(desk):
    """Return the query of the third quarter of 2026, as far from today as it is."""
    reader = type("Reader", (), {"calendar": desk.site.get(Localization).calendars["gregorian"]})()
    today = dt.datetime.now(dt.UTC).date()
    back = next(n for n in range(41) if period(reader, "quarter", today, -n) == THIRD)
    return f"unit=quarter&offset={-back}"


@pytest.mark.covers("AS-24", "SA-29")
def test_the_page_leads_to_documents_that_add_up_to_its_figures(desk, market, person, third):
    reader = tehran(desk, person("base.member", "sales.finance", login="money@example.com"))
    page = reader.opens(f"/m/sales/reports?report=buyers&{third}").page
    who, what = page.main.all("table")
    assert [row.all("th")[0].text.strip() for row in who.all("tr")[1:6]] == [
        "Alborz", "Baran", "Caspian", "Damavand", "Lorestan",
    ]  # fmt: skip
    figures = {row.all("th")[0].text.strip(): row for row in (*who.all("tr")[1:6], *what.all("tr")[1:6])}
    for name, amount in (
        ("Alborz", 18 * M),
        ("Lorestan", 2_500_000),
        ("Lamp", 19_500_000),
        ("Without a product", 1 * M),
    ):
        row = figures[name]
        (link,) = [a["href"] for a in row.all("a") if "/records/" in a["href"]]
        entity, question = urlsplit(link).path.rpartition("/")[2], parse_qs(urlsplit(link).query)
        measure = "sum(worth)" if entity == QUOTE else "sum(net_base)"
        with desk.site.get(Database).unit(desk.catalog, reader.actor) as uow:
            (total,) = aggregate(uow, entity, (), (measure,), where=question["where"][0], actor=reader.actor)
        assert total[measure] == (Money(Decimal(amount), "IRR"),)
        rows_page = reader.opens(link)
        assert rows_page.status == 200
        assert f"{amount:,}" in row.text
        assert f"{amount:,}" in rows_page.page.main.text
    own = next(a["href"] for a in figures["Alborz"].all("a") if "account=" in a["href"])
    assert [row.all("th")[0].text.strip() for row in reader.opens(own).page.main.all("tr")[1:-1]] == [
        "Lamp",
        "Desk",
    ]


@pytest.mark.covers("AS-24")
def test_the_ranking_is_a_file_too_and_an_empty_period_says_so(market, person, third, desk):
    reader = person("base.member", "sales.finance", login="money@example.com", language="fa")
    tehran(desk, reader)
    answer = reader.opens(f"/m/sales/reports/buyers.csv?{third}&table=products")
    found = list(csv.reader(io.StringIO(answer.response.data.decode("utf-8-sig"))))
    assert found[1:3] == [["1", "Lamp", "3", "20", "19500000"], ["2", "Seat", "1", "3", "18000000"]]
    page = reader.opens("/m/sales/reports?report=buyers&unit=year&offset=-30").page
    assert page.main.all(cls="empty")
    plain = person("base.member", "activities.user", login="other@example.com")
    assert plain.opens("/m/sales/reports/buyers.csv").status == 404


@pytest.mark.covers("SA-29")
def test_what_has_no_exchange_rate_counts_as_nothing_and_is_told(desk, market, person, third):
    line = {"description": "Wire", "quantity": "1", "unit_price": {"amount": "7", "currency": "USD"}}
    sale = {"account": market["Elvand"], "state": "accepted", "accepted_by": "Buyer", "currency": "USD"}
    days = {"issue_date": "2026-10-25", "accepted_at": "2026-07-05T09:00:00Z", "valid_until": "2099-01-01"}
    desk.one(QUOTE, subject="Unpriced", **sale, **days, lines=[line])
    optional = {"description": "Spare", "quantity": "1", "unit_price": {"amount": "7", "currency": "IRR"}}
    offer = {**sale, "currency": "IRR", "lines": [{**optional, "optional": True}]}
    desk.one(QUOTE, subject="Optional only", **offer, **days)
    reader = tehran(desk, person("base.member", "sales.finance", login="money@example.com"))
    page = reader.opens(f"/m/sales/reports?report=buyers&{third}").page
    told = [warning.text.strip() for warning in page.main.all("p", cls="alert")]
    assert told == [
        "1 accepted quotes of this period have no exchange rate; they count as nothing.",
        "1 lines sold in this period have no exchange rate; they count as nothing.",
    ]
