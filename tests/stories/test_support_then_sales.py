"""Support in the morning, sales in the afternoon: both see what the other did with a customer, neither sees her finances."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.testing.site import actor_of
from tests.stories.test_lead_to_won import steps

pytestmark = pytest.mark.modules

TICKET, QUOTE, DEAL = "service.ticket", "sales.quote", "sales.opportunity"
ACCOUNT, CONTACT = "contacts.account", "contacts.contact"
FAULT = "صدای تماس‌ها قطع و وصل می‌شود"
TERMS = ("credit_limit", "payment_terms_days")
SAME = ("number", "subject", "state", "severity")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("sales", "service", "l10n_fa")


@pytest.fixture
def people(person, site):
    """An agent of support, a seller, and somebody of finance; each reads Persian."""
    roles = {
        "agent": ("service.agent", "sales.onlooker", "activities.user"),
        "seller": ("sales.rep", "service.colleague", "activities.user"),
        "finance": ("sales.finance",),
    }
    teams = {"agent": "پشتیبانی", "seller": "فروش", "finance": "مالی"}
    found = {
        name: person("base.member", *has, login=f"{name}@example.com", language="fa", team=teams[name])
        for name, has in roles.items()
    }
    for one in found.values():
        one.actor = actor_of(site, one.actor.login)
    return found


@pytest.fixture
def customer(desk, people):
    """A person of a company of the seller, which may owe half a billion."""
    account = desk.one(
        ACCOUNT,
        name="پخش سبلان",
        owner=people["seller"].actor.id,
        credit_limit={"amount": "512345000", "currency": "IRR"},
        payment_terms_days=45,
    )
    her = desk.one(
        CONTACT,
        first_name="نیلوفر",
        last_name="صادقی",
        owner=people["seller"].actor.id,
        companies=[{"account": account}],
    )
    return {"account": account, "her": her}


def offer(seller, desk, account):
    """Make and issue a quote on the seller's pages; return its id and its number."""
    line = {"description": "ارتقا", "quantity": 1, "unit_price": {"amount": "90000000", "currency": "IRR"}}
    quote = desk.as_(seller.actor).one(
        QUOTE, subject="ارتقا", account=account, valid_until="2099-01-01", lines=[line]
    )
    assert steps(seller, QUOTE, quote, "send").status == 200
    return quote, desk.get(QUOTE, quote, "number")["number"]


@pytest.mark.covers("AS-09", "WE-09", "SV-09", "SV-10", "SV-08")
def test_sales_sees_the_fault_of_the_morning_and_support_the_offer_of_the_afternoon(
    people, customer, desk, api
):
    agent, seller, finance = (people[name] for name in ("agent", "seller", "finance"))
    her, company = f"/records/{CONTACT}/{customer['her']}", f"/records/{ACCOUNT}/{customer['account']}"

    # The morning: she calls about a fault, support writes it down and takes it on.
    opened = agent.opens(f"/records/{TICKET}/new?contact={customer['her']}")
    agent.submits(
        opened, opened.page.form(id="record"), {"subject": FAULT, "severity": "critical", "kind": "fault"}
    )
    (ticket,) = desk.find(TICKET, "id", "number", "account", "owner")
    assert (ticket["account"].title, ticket["owner"]) == ("پخش سبلان", None)
    assert steps(agent, TICKET, ticket["id"], "start").status == 200
    here = f"/records/{TICKET}/{ticket['id']}"

    # The afternoon: whoever of sales opens her, her company or her opportunity is warned, and can read the ticket.
    deal = desk.as_(seller.actor).one(DEAL, name="ارتقای مرکز تماس", account=customer["account"])
    for page in (her, company, f"/records/{DEAL}/{deal}"):
        shown = seller.opens(page).page.one("div", id="open-tickets").text
        assert ticket["number"] in shown
        assert "شدت: بحرانی" in shown
        assert FAULT in shown
    assert FAULT in seller.opens(here).response.text

    # The offer of sales stands in the timeline of the company and of the ticket, with its number, for support to open.
    quote, number = offer(seller, desk, customer["account"])
    for page in (company, here):
        shown = agent.opens(f"{page}/timeline?kind=sales.quotes").response.text
        assert number in shown
        assert f"/records/{QUOTE}/{quote}" in shown
    assert agent.opens(f"/records/{QUOTE}/{quote}").status == 200

    # Whom one asks makes no difference to the answer.
    asked = [api(one.actor).get(f"/records/{TICKET}/{ticket['id']}") for one in (agent, seller)]
    assert [asked[0][name] for name in SAME] == [asked[1][name] for name in SAME]
    offers = [api(one.actor).get(f"/records/{QUOTE}/{quote}") for one in (agent, seller)]
    assert [offers[0][name] for name in ("number", "state", "total")] == [
        offers[1][name] for name in ("number", "state", "total")
    ]

    # When it is solved the caution is gone.
    assert steps(agent, TICKET, ticket["id"], "solve", kind="fault", resolution="خط عوض شد").status == 200
    assert not seller.opens(her).page.all("div", id="open-tickets")
    assert finance.opens(company).status == 200


@pytest.mark.covers("AS-09")
def test_her_finances_are_hidden_from_support_and_from_sales_in_every_answer(people, customer, api):
    company, path = f"/records/{ACCOUNT}/{customer['account']}", f"/records/{ACCOUNT}"
    shown = people["finance"].opens(company)
    assert "۵۱٬۲۳۴٬۵۰۰" in shown.page.one("div", id="finances").text
    assert "۴۵" in shown.page.one("div", id="finances").text
    assert set(TERMS) <= api(people["finance"].actor).get(company).keys()
    for name in ("agent", "seller"):
        person, caller = people[name], api(people[name].actor)
        page = person.opens(company)
        assert page.status == 200
        assert not page.page.all("div", id="finances")
        assert "سقف اعتبار" not in page.response.text
        assert "۵۱٬۲۳۴٬۵۰۰" not in page.response.text
        assert "سقف اعتبار" not in person.opens(f"{path}?cols=name,credit_limit").response.text
        assert not set(TERMS) & caller.get(company).keys()
        assert not set(TERMS) & caller.get(path)["items"][0].keys()
        for term in TERMS:
            for query in ({"fields": term}, {"sort": term}, {"filter": f"{term} != null"}):
                caller.refused(400, "GET", path, query_string=query)
        history = person.opens(f"{company}/timeline").response.text
        assert "512345000" not in history
        assert "سقف اعتبار" not in history


@pytest.mark.covers("AS-09")
def test_whoever_may_not_read_tickets_is_told_nothing_of_them(people, customer, desk, person):
    ticket = desk.one(TICKET, subject=FAULT, contact=customer["her"], severity="critical")
    other = person("base.member", "sales.rep", login="other@example.com", language="fa", team="فروش")
    page = other.opens(f"/records/{CONTACT}/{customer['her']}")
    assert page.status == 200
    assert FAULT not in page.response.text
    assert "تیکت" not in page.page.main.text
    assert other.opens(f"/records/{TICKET}/{ticket}").status == 404


@pytest.mark.covers("XR-04")
def test_when_support_sleeps_companies_people_and_sales_stay_whole(person, customer, desk):
    admin = person("base.administrator", login="mina@example.com")
    ticket = desk.one(TICKET, subject=FAULT, contact=customer["her"], severity="critical")
    deal = desk.one(DEAL, name="ارتقا", account=customer["account"])
    pages = (
        "/",
        f"/records/{ACCOUNT}",
        f"/records/{ACCOUNT}/{customer['account']}",
        f"/records/{CONTACT}/{customer['her']}",
        f"/records/{DEAL}/{deal}",
    )
    opened = admin.opens("/modules/service/plan?act=disable")
    admin.submits(opened, opened.page.form_to("/modules/service"), {"act": "disable"})
    assert admin.opens(f"/records/{TICKET}/{ticket}").status == 404
    for page in pages:
        shown = admin.opens(page)
        assert shown.status == 200, page
        assert FAULT not in shown.response.text
    opened = admin.opens("/modules/service/plan?act=enable")
    admin.submits(opened, opened.page.form_to("/modules/service"), {"act": "enable"})
    assert FAULT in admin.opens(pages[-1]).page.one("div", id="open-tickets").text
    assert desk.get(CONTACT, customer["her"], "open_ticket_count")["open_ticket_count"] == 1
