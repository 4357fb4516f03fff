"""Quotes: their lines cost what product, price list and tax say, add up, get a number when issued, and then stay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.errors import Conflict, TransitionRefused, ValidationFailed
from core.sdk import records
from core.storage import Database
from modules.sales.tests.quoting import FAR, quote, rial


@pytest.fixture
def vat(desk):
    """A tax of nine percent, ten from the middle of the year on."""
    return desk.one(
        "sales.tax_class",
        name="VAT",
        rates=[{"valid_from": "2020-01-01", "rate": "9"}, {"valid_from": "2026-07-01", "rate": "10"}],
    )


@pytest.fixture
def lamp(desk, vat):
    """A lamp for a hundred thousand Rial."""
    return desk.one(
        "sales.product",
        sku="L-1",
        name="Lamp",
        list_price={"amount": "100000", "currency": "IRR"},
        tax_class=vat,
        unit=desk.one("sales.unit", name="crate"),
    )


def amounts(desk, number, *names):
    """Return amounts of a quote as plain numbers."""
    found = desk.get("sales.quote", number, *names)
    return tuple(found[name].amount if found[name] is not None else None for name in names)


def test_a_line_takes_description_unit_price_and_tax_from_its_product(desk, firm, lamp):
    number = quote(desk, firm, {"product": lamp, "quantity": "3"}, issue_date="2026-03-21")
    (line,) = desk.get("sales.quote", number, "lines")["lines"]
    assert (line["description"], line["unit"], line["unit_price"].amount) == ("Lamp", "crate", 100000)
    assert (line["tax_rate"], line["tax"].amount, line["gross"].amount) == (9, 27000, 327000)


def test_the_tax_is_the_one_of_the_day_of_issue(desk, firm, lamp):
    number = quote(desk, firm, {"product": lamp}, issue_date="2026-08-01")
    assert amounts(desk, number, "tax_total") == (10000,)


def test_what_somebody_typed_goes_before_what_the_product_says(desk, firm, lamp):
    number = quote(desk, firm, {"product": lamp, "description": "Desk lamp", "unit_price": rial(90000)})
    (line,) = desk.get("sales.quote", number, "lines")["lines"]
    assert (line["description"], line["unit_price"].amount) == ("Desk lamp", 90000)


def test_the_price_list_of_the_company_gives_the_price(desk, firm, lamp):
    partners = desk.one(
        "sales.price_list", name="Partners", currency="IRR", items=[{"product": lamp, "percent": "15"}]
    )
    desk.update("contacts.account", firm, price_list=partners)
    number = quote(desk, firm, {"product": lamp})
    assert amounts(desk, number, "subtotal") == (85000,)
    other = desk.one("contacts.account", name="Somebody else")
    assert amounts(desk, quote(desk, other, {"product": lamp}), "subtotal") == (100000,)


def test_the_discount_of_the_whole_is_shared_out_to_the_last_rial(desk, firm):
    lines = [{"description": str(n), "unit_price": rial(33333)} for n in range(3)]
    number = quote(desk, firm, *lines, discount=rial(10000))
    shares = [line["share"].amount for line in desk.get("sales.quote", number, "lines")["lines"]]
    assert sorted(shares) == [3333, 3333, 3334]
    assert amounts(desk, number, "subtotal", "discount_total", "total") == (99999, 10000, 89999)
    desk.update("sales.quote", number, discount=None)
    assert amounts(desk, number, "discount_total", "total") == (0, 99999)


def test_the_discount_follows_the_lines(desk, firm):
    number = quote(desk, firm, {"description": "a", "unit_price": rial(1000)}, discount=rial(300))
    (line,) = desk.get("sales.quote", number, "lines")["lines"]
    keep = {"id": line["id"], "version": line["version"]}
    desk.update("sales.quote", number, lines=[keep, {"description": "b", "unit_price": rial(2000)}])
    assert sorted(line["share"].amount for line in desk.get("sales.quote", number, "lines")["lines"]) == [
        100,
        200,
    ]


def test_optional_lines_are_priced_but_not_added_up(desk, firm):
    number = quote(
        desk,
        firm,
        {"description": "a", "unit_price": rial(1000)},
        {"description": "b", "unit_price": rial(5000), "optional": True},
        discount=rial(100),
    )
    assert amounts(desk, number, "subtotal", "total") == (1000, 900)
    optional = next(line for line in desk.get("sales.quote", number, "lines")["lines"] if line["optional"])
    assert optional["gross"].amount == 5000


def test_a_rounded_total_says_by_how_much(desk, firm):
    number = quote(desk, firm, {"description": "a", "unit_price": rial(12345)}, round_to="1000")
    assert amounts(desk, number, "gross_total", "total", "rounding") == (12345, 12000, -345)


def test_a_line_in_another_currency_is_refused(desk, firm):
    with pytest.raises(ValidationFailed) as refused:
        quote(
            desk, firm, {"description": "a", "unit_price": {"amount": "5", "currency": "EUR"}}, currency="IRR"
        )
    assert {problem.code for problem in refused.value.problems} == {"other_currency"}


def test_a_draft_has_no_number_and_an_issued_one_has_the_next(desk, firm):
    first, second = (quote(desk, firm, {"description": "a", "unit_price": rial(1)}) for _ in range(2))
    assert desk.get("sales.quote", first)["number"] is None
    desk.move("sales.quote", second, "send")
    desk.move("sales.quote", first, "send")
    numbers = [desk.get("sales.quote", number)["number"] for number in (second, first)]
    assert [text[-5:] for text in numbers] == ["00001", "00002"]


def test_a_quote_without_lines_or_without_days_left_is_not_issued(desk, firm):
    empty = quote(desk, firm)
    with pytest.raises((TransitionRefused, ValidationFailed), match="at least one line"):
        desk.move("sales.quote", empty, "send")
    over = quote(desk, firm, {"description": "a", "unit_price": rial(1)}, valid_until="2020-01-01")
    with pytest.raises((TransitionRefused, ValidationFailed), match="valid"):
        desk.move("sales.quote", over, "send")


def test_an_issued_quote_stays_as_it_is(desk, firm, actor_as):
    number = quote(desk, firm, {"description": "a", "unit_price": rial(1)})
    desk.move("sales.quote", number, "send")
    clerk = desk.as_(actor_as("sales.finance"))
    (line,) = desk.get("sales.quote", number, "lines")["lines"]
    for change in (
        {"discount": rial(1)},
        {"lines": [{"id": line["id"], "version": line["version"], "quantity": "2"}]},
        {"lines": []},
    ):
        with pytest.raises(ValidationFailed) as refused:
            clerk.update("sales.quote", number, **change)
        assert "issued" in {problem.code for problem in refused.value.problems}
    with pytest.raises(Conflict, match="cancel it instead"):
        desk.delete("sales.quote", number)


def test_an_expired_quote_is_extended_and_keeps_its_number(desk, firm):
    number = quote(desk, firm, {"description": "a", "unit_price": rial(1)})
    desk.move("sales.quote", number, "send")
    was = desk.get("sales.quote", number)["number"]
    desk.update("sales.quote", number, valid_until="2020-01-01")
    desk.move("sales.quote", number, "expire")
    with pytest.raises((TransitionRefused, ValidationFailed)):
        desk.move("sales.quote", number, "extend", valid_until="2020-01-02")
    desk.move("sales.quote", number, "extend", valid_until=FAR)
    found = desk.get("sales.quote", number)
    assert (found["number"], found["state"]) == (was, "sent")


def test_an_accepted_quote_says_by_whom_and_when(desk, firm):
    number = quote(desk, firm, {"description": "a", "unit_price": rial(1)})
    desk.move("sales.quote", number, "send")
    with pytest.raises((TransitionRefused, ValidationFailed)):
        desk.move("sales.quote", number, "accept")
    desk.move("sales.quote", number, "accept", accepted_by="A buyer")
    found = desk.get("sales.quote", number)
    assert (found["state"], found["accepted_by"]) == ("accepted", "A buyer")
    assert found["accepted_at"] is not None


def test_amounts_are_exact_decimals(desk, firm):
    number = quote(
        desk,
        firm,
        {"description": "a", "quantity": "0.333333", "unit_price": {"amount": "100.00", "currency": "EUR"}},
        currency="EUR",
    )
    assert amounts(desk, number, "total") == (Decimal("33.33"),)


def test_a_quote_is_dated_by_the_day_where_the_firm_is_and_not_the_one_who_issues_it(desk, firm, site):
    far = "Pacific/Kiritimati" if site.settings.time_zone == "UTC" else "UTC"
    number = quote(desk, firm, {"description": "x", "unit_price": rial(1)})
    moment = dt.datetime.now(dt.UTC).replace(hour=21, minute=0)
    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        uow.now, uow.today = moment, moment.astimezone(ZoneInfo(far)).date()
        records(uow).transition(desk.actor, "sales.quote", number, "send", version=None, uow=uow)
    here = moment.astimezone(ZoneInfo(site.settings.time_zone)).date()
    assert desk.get("sales.quote", number, "issue_date")["issue_date"] == here
    assert here != moment.astimezone(ZoneInfo(far)).date()
