"""What companies and people tell of the quotes they got, and what finance sees of a company."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.contributions.asking import asking_at
from core.errors import PayvandError
from core.storage import Database
from core.testing.site import actor_of
from modules.sales.events import events_of, kinds_of
from modules.sales.finances import TERMS, finances
from modules.sales.tests.quoting import FAR, rial

QUOTE, ACCOUNT, CONTACT, OPPORTUNITY = (
    "sales.quote",
    "contacts.account",
    "contacts.contact",
    "sales.opportunity",
)


@pytest.fixture
def issued(desk, firm):
    """Issue a quote to the company: ``issued("Lamps", 100)``."""

    def make(subject, amount, currency="IRR", **more):
        line = {"description": subject, "unit_price": {"amount": str(amount), "currency": currency}}
        number = desk.one(
            QUOTE, subject=subject, account=firm, currency=currency, lines=[line], valid_until=FAR, **more
        )
        desk.move(QUOTE, number, "send")
        return number

    return make


@pytest.fixture
def told(site, desk):
    """Return what the timeline of a record tells of quotes, as subject and state."""

    def ask(entity, number, actor=desk.actor, before=None, most=20):
        spec = desk.catalog.entity(entity)
        with site.get(Database).unit(desk.catalog, actor) as uow:
            found = events_of(spec, number, asking_at(uow), "", before, most)
            return [(one.title.rpartition(": ")[2], one.body) for one in found]

    return ask


def test_quotes_that_were_issued_stand_on_their_company_person_and_opportunity_newest_first(
    desk, firm, deal, stages, issued, told
):
    her = desk.one(CONTACT, last_name="Karimi")
    opportunity = deal(estimate=1)
    first = issued("Lamps", 100, contact=her)
    issued("Cables", 50, opportunity=opportunity)
    desk.one(QUOTE, subject="Draft", account=firm)
    desk.move(QUOTE, first, "accept", accepted_by="Karimi")
    assert told(ACCOUNT, firm) == [("Cables", "Issued"), ("Lamps", "Accepted")]
    assert told(CONTACT, her) == [("Lamps", "Accepted")]
    assert told(OPPORTUNITY, opportunity) == [("Cables", "Issued")]
    assert told(ACCOUNT, firm, most=1) == [("Cables", "Issued")]
    assert told(ACCOUNT, firm, before=datetime.now(UTC) - timedelta(days=1)) == []
    assert list(kinds_of(desk.catalog.entity("sales.product"))) == []


def test_who_may_not_read_a_quote_is_told_nothing_of_it(desk, firm, issued, told, actor_as):
    issued("Lamps", 100)
    assert told(ACCOUNT, firm, actor_as("base.member", "contacts.manager")) == []
    assert told(ACCOUNT, firm, actor_as("base.member", "sales.onlooker")) == [("Lamps", "Issued")]


def test_finance_sees_by_currency_what_is_offered_and_what_was_accepted(site, desk, firm, issued, actor_as):
    issued("Lamps", 100)
    issued("Cables", 50)
    issued("Desks", 7, "EUR")
    desk.move(QUOTE, issued("Chairs", 30), "accept", accepted_by="Karimi")
    old = issued("Old", 1000)
    desk.move(QUOTE, old, "accept", accepted_by="Karimi")
    desk.update(QUOTE, old, accepted_at=(datetime.now(UTC) - timedelta(days=400)).isoformat())
    terms = {"id": firm, "credit_limit": None, "payment_terms_days": 30}
    with site.get(Database).unit(desk.catalog, actor_as("base.member", "sales.finance")) as uow:
        (panel,) = finances(terms, asking_at(uow))
        assert list(finances({"id": firm, "payment_terms_days": 30}, asking_at(uow))) == []
    assert panel.values["days"] == 30
    assert sorted("".join(filter(str.isdigit, amount)) for amount in panel.values["offered"]) == [
        "150",
        "700",
    ]
    assert ["".join(filter(str.isdigit, amount)) for amount in panel.values["accepted"]] == ["30"]


def test_sellers_see_and_change_no_terms_of_companies_whatever_else_they_may_do_with_contacts(
    site, desk, firm, issued, actor_as
):
    """The roles that people have in the demo, and more."""
    issued("Lamps", 100)
    others = ("contacts.reader", "contacts.editor", "activities.user", "sales.onlooker")
    seller = actor_as("base.member", "sales.rep", *others, login="seller@example.com", name="Seller")
    desk.one("base.team", name="North", members=[seller.id])
    desk.update(ACCOUNT, firm, owner=seller.id, credit_limit=rial(512345000), payment_terms_days=45)
    hers = desk.as_(actor_of(site, "seller@example.com"))
    seen = hers.get(ACCOUNT, firm)
    assert seen["name"] == "Sepehr"
    assert seen.keys().isdisjoint(TERMS)
    with site.get(Database).unit(desk.catalog, hers.actor) as uow:
        assert list(finances(seen, asking_at(uow))) == []
    for values in ({"credit_limit": rial(1)}, {"payment_terms_days": 90}):
        with pytest.raises(PayvandError):
            hers.update(ACCOUNT, firm, **values)
        with pytest.raises(PayvandError):
            hers.one(ACCOUNT, name="Another", **values)
    money = desk.as_(actor_as("base.member", "sales.finance", login="money@example.com", name="Money"))
    money.update(ACCOUNT, firm, payment_terms_days=60)
    assert money.get(ACCOUNT, firm)["payment_terms_days"] == 60
