"""More from customers: a win makes one, new business is one press away, and a quote shows what goes with its products."""

from __future__ import annotations

import pytest

from core.contributions.asking import asking_at
from core.errors import AccessDenied, TransitionRefused
from core.storage import Database
from modules.sales.panels import panels_of
from modules.sales.tests.quoting import quote, rial

ACCOUNT, OPPORTUNITY = "contacts.account", "sales.opportunity"


@pytest.mark.covers("SA-26")
def test_who_buys_becomes_a_customer_and_who_is_lost_says_why(desk, deal, firm):
    assert desk.get(ACCOUNT, firm, "lifecycle")["lifecycle"] == "prospect"
    lost = deal(estimate=10)
    with pytest.raises(TransitionRefused):
        desk.move(OPPORTUNITY, lost, "lose")
    assert desk.get(ACCOUNT, firm, "lifecycle")["lifecycle"] == "prospect"
    desk.move(OPPORTUNITY, deal(name="Other", estimate=10), "win")
    assert desk.get(ACCOUNT, firm, "lifecycle")["lifecycle"] == "customer"


def test_a_win_leaves_partners_and_suppliers_what_they_are(desk, deal, firm):
    desk.update(ACCOUNT, firm, lifecycle="partner")
    desk.move(OPPORTUNITY, deal(estimate=10), "win")
    assert desk.get(ACCOUNT, firm, "lifecycle")["lifecycle"] == "partner"


@pytest.mark.covers("SA-24")
def test_new_business_with_a_customer_is_one_press_away(desk, actor_as):
    seller = actor_as("base.member", "sales.rep", name="Sara")
    firm = desk.one(ACCOUNT, name="Baran", lifecycle="customer", owner=seller.id)
    done = desk.as_(seller).operate(ACCOUNT, "more_business", firm)
    made = desk.get(OPPORTUNITY, done.id, "name", "account", "owner", "source", "state")
    assert (made["name"], made["account"].id, made["owner"].id) == ("More for Baran", firm, seller.id)
    assert (made["source"].title, made["state"]) == ("Existing customer", "open")
    stranger = actor_as("base.member", "sales.finance", name="Finance")
    with pytest.raises(AccessDenied):
        desk.as_(stranger).operate(ACCOUNT, "more_business", firm)


@pytest.mark.covers("SA-22")
def test_a_draft_shows_what_goes_with_its_products_until_it_is_offered(desk, firm):
    case, cable, old = desk.create(
        "sales.product",
        *(
            {"sku": sku, "name": sku, "list_price": rial(5), "active": sku != "Old"}
            for sku in ("Case", "Cable", "Old")
        ),
    )
    relations = [{"kind": "accessory", "other": case}, {"kind": "substitute", "other": cable}, {"other": old}]
    lamp = desk.one("sales.product", sku="Lamp", name="Lamp", list_price=rial(10), relations=relations)
    number = quote(desk, firm, {"product": lamp, "quantity": "1"})

    def shown():
        with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
            record = {"id": number}
            panels = list(panels_of(desk.catalog.entity("sales.quote"), record, asking_at(uow)))
        found = [panel for panel in panels if panel.name == "sales.goes_with"]
        return [(row["title"], row["kind"], row["of"]) for panel in found for row in panel.values["rows"]]

    assert shown() == [("Case", "Accessory", "Lamp"), ("Cable", "Substitute", "Lamp")]
    desk.one("sales.quote_line", quote=number, product=case, quantity="1")
    assert shown() == [("Cable", "Substitute", "Lamp")]
    desk.move("sales.quote", number, "send")
    assert shown() == []
