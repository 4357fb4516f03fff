"""A conversion is undone while others work with what it made: support, sellers and planners keep what they refer to."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.modules

LEAD, ACCOUNT, CONTACT, DEAL = "sales.lead", "contacts.account", "contacts.contact", "sales.opportunity"
FAR = "2099-01-01"
LINE = {"description": "Lamp", "quantity": 1, "unit_price": {"amount": "1", "currency": "IRR"}}


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "service")


@pytest.fixture
def converted(desk):
    """Convert a lead of this name, and return what was made of it."""

    def make(name):
        email = f"{name.replace(' ', '.')}@example.com"
        lead = desk.one(LEAD, last_name=name, company_name=f"Firm {name}", email=email, state="working")
        return lead, desk.operate(LEAD, "convert", lead).result

    return make


def refer_to(desk, kind, made):
    """Let somebody else work with the contact, or with the company that was made."""
    contact, account = made["contact"], made["account"]
    elsewhere = desk.one(ACCOUNT, name=f"Elsewhere {kind}")
    call = desk.column("activities.activity_type", "id", filter="category == 'call'")[0]
    match kind:
        case "ticket":
            return desk.one("service.ticket", subject="Fault", contact=contact)
        case "ticket of the company":
            return desk.one("service.ticket", subject="Fault", account=account)
        case "quote":
            return desk.one(
                "sales.quote", subject="Q", account=elsewhere, contact=contact, valid_until=FAR, lines=[LINE]
            )
        case "activity":
            return desk.one("activities.activity", type=call, subject="Ring", contact=contact, day=FAR)
        case "meeting":
            return desk.one("activities.activity", type=call, subject="Meet", people=[contact], day=FAR)
        case "relationship":
            kind_of = desk.column("contacts.relationship_type", "id")[0]
            ends = {
                "from_record": {"entity": CONTACT, "id": contact},
                "to_record": {"entity": ACCOUNT, "id": elsewhere},
            }
            return desk.one("contacts.relationship", type=kind_of, **ends)
        case "position":
            return desk.one(CONTACT, last_name="Colleague", companies=[{"account": account}])
        case "line":
            return desk.one("sales.opportunity_line", opportunity=made["opportunity"], **LINE)


@pytest.mark.covers("SA-02")
def test_what_anybody_refers_to_is_kept_with_all_that_it_hangs_on(desk, converted):
    """One after the other on one site: what each reference keeps."""
    kept = {
        "nothing": set(),
        "ticket": {"contact", "account"},
        "ticket of the company": {"account"},
        "quote": {"contact", "account"},
        "activity": {"contact", "account"},
        "meeting": {"contact", "account"},
        "relationship": {"contact", "account"},
        "position": {"account"},
        "line": {"opportunity", "contact", "account"},
    }
    found = {}
    for kind in kept:
        lead, made = converted(kind)
        refer_to(desk, kind, made)
        undone = desk.operate(LEAD, "undo_conversion", lead)
        names = {"contact": CONTACT, "account": ACCOUNT, "opportunity": DEAL}
        there = {
            short for short, entity in names.items() if desk.find(entity, "id", filter=f"id == {made[short]}")
        }
        assert {(names[short], made[short]) for short in there} == {
            tuple(one) for one in undone.result["kept"]
        }
        assert bool(undone.warnings) == bool(there)
        found[kind] = there
    assert found == kept
    assert desk.column("service.ticket", "contact", filter="not is_empty(contact)")[0] is not None
