"""From a lead to a won opportunity, on Persian pages without a script: by the seller, with the leader looking on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytestmark = pytest.mark.modules

LEAD, DEAL = "sales.lead", "sales.opportunity"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("sales", "l10n_fa")


def steps(person, entity, number, name, **said):
    """Take a step on its page, as a form."""
    path = f"/records/{entity}/{number}/transition/{name}"
    opened = person.opens(path + (f"?to={said['to']}" if "to" in said else ""))
    assert opened.status == 200, opened.page.problems
    return person.submits(opened, opened.page.form_to(path), said)


@pytest.mark.covers("SA-02", "SA-08", "SA-11")
def test_a_lead_is_given_to_a_seller_who_converts_it_and_wins(person, desk):
    seller = person("base.member", "sales.rep", "activities.user", login="sara@example.com", language="fa")
    desk.one("base.team", name="North", members=[seller.actor.id])
    desk.one("sales.assignment_rule", name="All", present_only=False, members=[{"user": seller.actor.id}])
    lead = desk.one(
        LEAD,
        first_name="نیلوفر",
        last_name="صادقی",
        company_name="پخش سبلان",
        mobile="۰۹۱۲۱۲۳۴۵۶۷",
        owner=None,
        est_amount={"amount": "90000000", "currency": "IRR"},
    )
    found = seller.opens(f"/records/{LEAD}?filter=mine")
    assert any("نیلوفر صادقی" in " ".join(row) for row in found.page.rows())

    for name in ("work", "qualify"):
        assert steps(seller, LEAD, lead, name).status == 200
    path = f"/records/{LEAD}/{lead}/operation/convert"
    opened = seller.opens(path)
    done = seller.submits(opened, opened.page.form_to(path), {})
    assert done.path.startswith(f"/records/{DEAL}/")
    deal = desk.column(DEAL, "id")[0]
    made = desk.get(DEAL, deal, "account", "primary_contact", "amount", "owner")
    assert (made["account"].title, made["primary_contact"].title) == ("پخش سبلان", "نیلوفر صادقی")
    assert (int(made["amount"].amount), made["owner"].id) == (90_000_000, seller.actor.id)

    offer = desk.column("sales.stage", "id", filter="name == 'ارائه پیشنهاد'")[0]
    assert steps(seller, DEAL, deal, "move", to=offer).status == 200
    assert desk.get(DEAL, deal, "probability")["probability"] == 50
    assert steps(seller, DEAL, deal, "win").status == 200
    assert desk.get(DEAL, deal, "state", "probability")["state"] == "won"
    assert seller.opens(f"/records/{DEAL}/{deal}").status == 200
    theirs = desk.as_(seller.actor)
    assert theirs.find(DEAL, "id", filter="rotting == true") == []
