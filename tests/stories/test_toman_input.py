"""Who types Tomans sees the Rials before anything is saved."""

from __future__ import annotations

import pytest

from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "kept", "person", "visitor"]

OPPORTUNITY = "sales.opportunity"


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


def test_an_amount_in_toman_says_the_rials_before_it_is_saved(person, desk):
    seller = person("base.member", "sales.rep", login="sara@example.com", language="fa")
    firm = desk.one("contacts.account", name="Sepehr", owner=seller.actor.id)
    amount = {"amount": "1250000", "currency": "IRR"}
    record = desk.one(OPPORTUNITY, name="Deal", account=firm, estimate=amount, owner=seller.actor.id)
    path = f"/records/{OPPORTUNITY}/{record}"
    page = seller.opens(path).page
    assert page.one("input", name="estimate")["value"] == "۱۲۵٬۰۰۰"
    assert page.one("span", data_value="estimate.own").text == "۱٬۲۵۰٬۰۰۰ ریال"
    typed = page.form(id="record").filled({"estimate": "۵۰۰۰۰"})
    assert seller.client.post(f"{path}/check", data=typed).json["computed"]["estimate.own"] == "۵۰۰٬۰۰۰ ریال"
    assert desk.get(OPPORTUNITY, record, "estimate")["estimate"].amount == 1_250_000


def test_who_counts_in_the_currency_itself_is_told_once(person, desk):
    seller = person("base.member", "sales.rep", login="sam@example.com", language="en")
    page = seller.opens(f"/records/{OPPORTUNITY}/new").page
    assert page.all("input", name="estimate")
    assert not page.all("span", data_value="estimate.own")
