"""The dialog of a conversion: whom the lead may be, in order, a new one instead, and a duplicate only with a reason."""

from __future__ import annotations

import pytest

from tests.api.conftest import caller
from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "caller", "kept", "person", "visitor"]

LEAD, ACCOUNT, CONTACT = "sales.lead", "contacts.account", "contacts.contact"


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


@pytest.fixture
def rep(person, desk):
    """Somebody who sells, of the team North."""
    seller = person("base.member", "sales.rep", login="sara@example.com", name="Sara")
    desk.one("base.team", name="North", members=[seller.actor.id])
    return seller


@pytest.fixture
def leader(person, desk, rep):
    """Who leads them."""
    boss = person("base.member", "sales.manager", login="boss@example.com", name="Boss")
    team = desk.column("base.team", "id", filter="name == 'North'")[0]
    desk.update("base.team", team, leader=boss.actor.id, members=[rep.actor.id, boss.actor.id])
    return boss


@pytest.fixture
def lead(desk, rep):
    """A lead of the company Sepehr, with the number of somebody who is known."""
    return desk.one(
        LEAD,
        last_name="Karimi",
        company_name="Sepehr",
        mobile="09121234567",
        owner=rep.actor.id,
        state="working",
    )


@pytest.fixture
def known(desk, rep):
    """A contact with that number at another company, one of the same name, and the company Sepehr."""
    other = desk.one(ACCOUNT, name="Other", owner=rep.actor.id)
    sure = desk.one(
        CONTACT,
        last_name="Sadeghi",
        owner=rep.actor.id,
        points=[{"kind": "mobile", "value": "09121234567"}],
        companies=[{"account": other, "is_primary": True}],
    )
    alike = desk.one(CONTACT, last_name="Karimi", owner=rep.actor.id)
    return {
        "sure": sure,
        "alike": alike,
        "other": other,
        "sepehr": desk.one(ACCOUNT, name="Sepehr", owner=rep.actor.id),
    }


def address(lead):
    return f"/records/{LEAD}/{lead}/operation/convert"


@pytest.mark.covers("SA-02")
def test_the_matches_stand_in_their_order_and_the_one_that_is_chosen_is_attached(rep, lead, known, desk):
    dialog = rep.opens(address(lead))
    people, firms = dialog.page.one("section", cls="convert-matches").all("ul")
    assert [li.all("a")[0].text for li in people.all("li")] == ["Sadeghi", "Karimi", "Make a new contact"]
    assert [li.all("a")[0].text for li in firms.all("li")] == ["Other", "Sepehr", "Make a new company"]
    chosen = rep.opens(people.all("li")[1].all("a", cls="btn")[0]["href"])
    firm = chosen.page.one("section", cls="convert-matches").all("ul")[1].all("li")[1].all("a", cls="btn")[0]
    both = rep.opens(firm["href"])
    done = rep.submits(both, both.page.form(id="ask-form"), {})
    assert done.status == 200
    found = desk.get(LEAD, lead, "converted_contact", "converted_account")
    assert (found["converted_contact"].id, found["converted_account"].id) == (known["alike"], known["sepehr"])


def test_a_new_one_of_what_is_there_needs_the_right_and_a_reason_that_is_kept(rep, leader, lead, known, desk):
    wanted = {"name": "Deal"}
    dialog = rep.opens(f"{address(lead)}?account=new")
    refused = rep.submits(dialog, dialog.page.form(id="ask-form"), wanted)
    assert refused.status == 409
    assert not refused.page.one(role="alert").all("button")
    dialog = leader.opens(f"{address(lead)}?account=new")
    refused = leader.submits(dialog, dialog.page.form(id="ask-form"), wanted)
    assert refused.status == 409
    form = refused.page.form(id="ask-form")
    done = leader.submits(
        refused, form, {"override": "duplicates", "override_reason": "A branch of its own."}
    )
    assert done.status == 200
    account = desk.get(LEAD, lead, "converted_account")["converted_account"].id
    assert account not in known.values()
    assert "A branch of its own." in leader.opens(f"/records/{ACCOUNT}/{account}/history").page.text


@pytest.mark.parametrize("digit", ["%C2%B2", "%DB%B5", "9" * 19, "-1"])
def test_what_is_no_number_in_the_address_leaves_the_dialog_as_it_begins(rep, lead, known, digit):
    answer = rep.opens(f"{address(lead)}?contact={digit}&account={digit}")
    assert answer.status == 200
    assert (
        answer.page.form(id="ask-form")["contact"]
        == rep.opens(address(lead)).page.form(id="ask-form")["contact"]
    )


def test_the_api_takes_the_reason_as_well(caller, rep, lead, known, desk):
    api = caller("base.member", "sales.manager", login="program@example.com")
    team = desk.column("base.team", "id", filter="name == 'North'")[0]
    desk.update("base.team", team, members=[rep.actor.id, api.actor.id])
    path = f"/records/{LEAD}/{lead}/operations/convert"
    body = {"values": {"new_account": True}}
    refused = api("POST", path, body)
    assert (refused.status_code, refused.json["code"]) == (409, "duplicates_found")
    assert refused.json["may_override"] is True
    done = api("POST", f"{path}?override=duplicates&reason=A+branch", body)
    assert done.status_code == 200, done.text
