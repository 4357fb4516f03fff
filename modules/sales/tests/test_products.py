"""Products: prices in order, costs for those only who may know them, categories without circles."""

from __future__ import annotations

import pytest

from core.errors import ValidationFailed


def test_a_cost_is_shown_to_finance_but_not_to_sellers(desk, actor_as):
    number = desk.one("sales.product", sku="A-1", name="Lamp", cost={"amount": "70", "currency": "EUR"})
    seller, finance = desk.as_(actor_as("sales.rep")), desk.as_(actor_as("sales.finance"))
    assert "cost" not in seller.get("sales.product", number)
    assert finance.get("sales.product", number)["cost"].amount == 70


def test_a_price_is_an_amount_or_a_percentage_and_never_both(desk):
    number = desk.one("sales.price_list", name="Partners", currency="EUR")
    both = {"price": {"amount": "1", "currency": "EUR"}, "percent": "5"}
    for item in (both, {}):
        with pytest.raises(ValidationFailed, match="either a price or a percentage"):
            desk.update("sales.price_list", number, items=[item])
    desk.update("sales.price_list", number, items=[{"percent": "5"}])
    assert desk.get("sales.price_list", number)["items"][0]["percent"] == 5


def test_a_category_is_not_within_itself(desk):
    above = desk.one("sales.product_category", name="Above")
    below = desk.one("sales.product_category", name="Below", parent=above)
    with pytest.raises(ValidationFailed, match="above itself") as refused:
        desk.update("sales.product_category", above, parent=below)
    assert [problem.code for problem in refused.value.problems] == ["circle"]


def test_a_product_is_found_by_its_code_and_its_name(desk):
    desk.one("sales.product", sku="LMP-7", name="چراغ مطالعه")
    assert desk.column("sales.product", "sku", search="lmp-7") == ["LMP-7"]
    assert desk.column("sales.product", "sku", search="چراغ مطالعه") == ["LMP-7"]


def test_a_rate_of_tax_is_valid_from_one_day_once(desk):
    with pytest.raises(ValidationFailed):
        desk.one(
            "sales.tax_class",
            name="VAT",
            rates=[{"valid_from": "2026-03-21", "rate": "9"}, {"valid_from": "2026-03-21", "rate": "10"}],
        )
