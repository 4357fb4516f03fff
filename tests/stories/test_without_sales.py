"""Selling is a module like any other: when it sleeps, companies, people and what was done with them stay whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytestmark = pytest.mark.modules

LEFT = (
    "/",
    "/records/contacts.contact",
    "/records/contacts.account",
    "/records/activities.activity",
    "/records/base.user",
)


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("sales",)


@pytest.mark.covers("XR-04")
def test_contacts_and_activities_go_on_when_sales_sleeps_and_all_is_there_when_it_wakes(person, kept, desk):
    admin = person("base.administrator", login="mina@example.com")
    account = desk.one("contacts.account", name="Sepehr")
    deal = desk.one("sales.opportunity", name="Big deal", account=account)
    kind = desk.column("activities.activity_type", "id")[0]
    about = {"entity": "sales.opportunity", "id": deal}
    on_deal = desk.one("activities.activity", type=kind, subject="About the deal", record=about)
    on_firm = desk.one(
        "activities.activity", type=kind, subject="Firm", record={"entity": "contacts.account", "id": account}
    )
    opened = admin.opens("/modules/sales/plan?act=disable")
    admin.submits(opened, opened.page.form_to("/modules/sales"), {"act": "disable"})
    assert admin.opens("/records/sales.opportunity").status == 404
    for path in (*LEFT, f"/records/contacts.account/{account}", f"/records/activities.activity/{on_deal}"):
        assert admin.opens(path).status == 200, path
    assert sorted(desk.column("activities.activity", "id")) == [on_deal, on_firm]
    assert desk.get("contacts.account", account, "name")["name"] == "Sepehr"
    opened = admin.opens("/modules/sales/plan?act=enable")
    admin.submits(opened, opened.page.form_to("/modules/sales"), {"act": "enable"})
    assert desk.get("sales.opportunity", deal, "name", "state") == {"name": "Big deal", "state": "open"}
    again = desk.get("activities.activity", on_deal, "record")["record"]
    assert (again.entity, again.id) == ("sales.opportunity", deal)
