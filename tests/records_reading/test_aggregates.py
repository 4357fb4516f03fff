"""Sums and counts over what the reader sees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import orjson
import pytest

from core.errors import AccessDenied, BadRequest
from core.kernel.values import Money, Ref
from tests.access.kit import grant, person

ALL = {"kit.tester": [grant(), grant("kit.shelf")]}
ME = person(1, "kit.tester")


@pytest.fixture(scope="module")
def filled(desk):
    """Six items on two shelves, in two currencies."""
    desk.insert("kit.person", {"name": "Ann"}, {"name": "Bob"})
    desk.insert("kit.shelf", {"name": "upper", "owner": 1}, {"name": "lower", "owner": 2})
    first, second = {"name": "a", "name_key": "a"}, {"name": "b", "name_key": "b"}
    money = {"price_currency": "IRR"}
    desk.insert(
        "kit.item",
        {
            **first,
            "owner": 1,
            "shelf": 1,
            "state": "used",
            "size": 4,
            "price": 100,
            **money,
            "made": date(2026, 3, 1),
        },
        {
            **second,
            "owner": 1,
            "shelf": 1,
            "state": "new",
            "size": 1,
            "price": 50,
            **money,
            "made": date(2026, 3, 2),
        },
        {
            "name": "c",
            "owner": 2,
            "shelf": 2,
            "state": "new",
            "size": 2,
            "price": Decimal("2.5"),
            "price_currency": "EUR",
        },
        {
            "name": "d",
            "owner": 2,
            "shelf": 1,
            "state": "new",
            "size": None,
            "price": Decimal("0.5"),
            "price_currency": "EUR",
        },
        {"name": "e", "owner": 2, "state": None, "weight": Decimal("1.25")},
        {"name": "f", "owner": 2, "state": "new", "deleted_at": "2026-01-01T00:00:00Z", "size": 1000},
    )
    return desk


def ask(desk, group_by=(), measures=("count()",), wanted="", *, roles=None, actor=ME):
    return desk.aggregating.aggregate(
        actor, "kit.item", group_by, measures, wanted, catalog=desk.catalog(roles or ALL)
    )


def test_everything_is_one_group(filled):
    assert ask(filled) == [{"count()": 5}]
    assert ask(filled, measures=("sum(size)", "min(size)", "max(size)", "avg(size)", "count(size)")) == [
        {
            "sum(size)": 7,
            "min(size)": 1,
            "max(size)": 4,
            "avg(size)": Decimal("2.3333333333"),
            "count(size)": 3,
        }
    ]
    assert ask(filled, measures=("sum(weight)", "max(made)")) == [
        {"sum(weight)": Decimal("1.25"), "max(made)": date(2026, 3, 2)}
    ]


def test_nothing_to_add_up_is_empty(filled):
    assert ask(filled, measures=("count()", "sum(size)", "sum(price)"), wanted="size > 99") == [
        {"count()": 0, "sum(size)": None, "sum(price)": ()}
    ]


def test_groups_come_as_choices_are_declared_with_the_empty_one_last(filled):
    assert [(g["state"], g["count()"]) for g in ask(filled, ("state",))] == [
        ("new", 3),
        ("used", 1),
        (None, 1),
    ]


def test_references_are_grouped_with_their_titles(filled):
    assert [(g["shelf"], g["count()"]) for g in ask(filled, ("shelf",))] == [
        (Ref(2, "lower"), 1),
        (Ref(1, "upper"), 3),
        (None, 1),
    ]
    hidden = {"kit.tester": [grant(), grant("kit.shelf", scope="own")]}
    assert [g["shelf"] for g in ask(filled, ("shelf",), roles=hidden)] == [
        Ref(2, None),
        Ref(1, "upper"),
        None,
    ]


def test_money_is_added_up_by_currency(filled):
    groups = ask(filled, ("shelf",), ("sum(price)", "count()", "avg(price)", "max(size)"))
    assert groups[1] == {
        "shelf": Ref(1, "upper"),
        "sum(price)": (Money(Decimal("0.5"), "EUR"), Money(Decimal(150), "IRR")),
        "count()": 3,
        "avg(price)": (Money(Decimal("0.5"), "EUR"), Money(Decimal(75), "IRR")),
        "max(size)": 4,
    }
    assert groups[2]["sum(price)"] == ()


def test_rights_decide_what_is_counted(filled):
    own = {"kit.tester": [grant(scope="own")]}
    assert ask(filled, roles=own) == [{"count()": 2}]
    assert ask(filled, roles=own, actor=person(2, "kit.tester")) == [{"count()": 3}]
    with pytest.raises(AccessDenied):
        ask(filled, roles={"kit.tester": []})


def test_masked_values_are_not_counted(filled):
    masked = {
        "kit.tester": [grant(read=["name", "state"]), grant(scope="own", read=["size", "shelf", "price"])]
    }
    assert ask(filled, measures=("count()", "sum(size)", "sum(price)"), roles=masked) == [
        {"count()": 5, "sum(size)": 5, "sum(price)": (Money(Decimal(150), "IRR"),)}
    ]
    assert [(g["shelf"], g["count()"]) for g in ask(filled, ("shelf",), roles=masked)] == [
        (Ref(1, None), 2),
        (None, 3),
    ]


def test_filters_narrow(filled):
    assert ask(filled, ("state",), wanted="shelf.name == 'upper' and size > 0") == [
        {"state": "new", "count()": 1},
        {"state": "used", "count()": 1},
    ]


def test_a_search_narrows_as_it_does_in_a_list(filled):
    def found(text, wanted=""):
        return filled.aggregating.aggregate(
            ME, "kit.item", ("state",), ("count()",), wanted, search=text, catalog=filled.catalog(ALL)
        )

    assert found("a") == [{"state": "used", "count()": 1}]
    assert found("B") == found("b") == [{"state": "new", "count()": 1}]
    assert found("b", "state == 'used'") == []
    assert sum(group["count()"] for group in found("")) == 5
    with pytest.raises(BadRequest):
        found("b" * 201)


@pytest.mark.parametrize(
    ("group_by", "measures"),
    [
        (("ghost",), ("count()",)),
        (("pieces",), ("count()",)),
        ((), ("sum(name)",)),
        ((), ("sum()",)),
        ((), ("median(size)",)),
        ((), ("sum(ghost)",)),
        ((), ("count(); drop",)),
        ((), ()),
        (("state", "shelf", "ready", "made"), ("count()",)),
        ((), ("sum(shelf)",)),
        ((), ("max(name)",)),
        ((), ("sum(id)",)),
    ],
)
def test_what_cannot_be_asked_is_a_bad_request(filled, group_by, measures):
    with pytest.raises(BadRequest):
        ask(filled, group_by, measures)


def test_unreadable_fields_are_unknown(filled):
    roles = {"kit.tester": [grant(read=["*", "!size"])]}
    for group_by, measures in ((("size",), ("count()",)), ((), ("sum(size)",))):
        with pytest.raises(BadRequest) as refused:
            ask(filled, group_by, measures, roles=roles)
        assert refused.value.reason == "unknown_field"


def test_json_writes_exact_numbers(filled):
    written = filled.aggregating.aggregate_json(
        ME, "kit.item", ("shelf",), ("sum(price)", "sum(weight)", "sum(size)"), catalog=filled.catalog(ALL)
    )
    assert orjson.loads(written)["items"] == [
        {
            "shelf": {"id": 2, "title": "lower"},
            "sum(price)": [{"amount": "2.5", "currency": "EUR"}],
            "sum(weight)": None,
            "sum(size)": 2,
        },
        {
            "shelf": {"id": 1, "title": "upper"},
            "sum(weight)": None,
            "sum(size)": 5,
            "sum(price)": [{"amount": "0.5", "currency": "EUR"}, {"amount": "150", "currency": "IRR"}],
        },
        {"shelf": None, "sum(price)": [], "sum(weight)": "1.25", "sum(size)": None},
    ]


def test_days_are_divided_at_points(filled):
    def divided(*points):
        found = filled.aggregating.aggregate(
            ME, "kit.item", ("made",), cuts={"made": points}, catalog=filled.catalog(ALL)
        )
        return [(g["made"], g["count()"]) for g in found]

    assert divided(date(2026, 3, 1), date(2026, 3, 2)) == [(1, 1), (2, 1), (None, 3)]
    assert divided(date(2026, 3, 1)) == [(1, 2), (None, 3)]
    assert divided(date(2026, 3, 2), date(2027, 1, 1)) == [(0, 1), (1, 1), (None, 3)]


def test_amounts_that_are_always_in_one_currency_are_added_up_without_asking_for_it(filled):
    filled.run("UPDATE kit_shelf SET rent = 12.5, rent_currency = 'EUR' WHERE name = 'upper'")
    asked = {"group_by": ("name",), "measures": ("sum(rent)", "count()"), "catalog": filled.catalog(ALL)}
    found = filled.aggregating.aggregate(ME, "kit.shelf", **asked)
    assert [(one["name"], one["sum(rent)"], one["count()"]) for one in found] == [
        ("lower", (), 1),
        ("upper", (Money(Decimal("12.5"), "EUR"),), 1),
    ]
