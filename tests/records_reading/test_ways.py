"""What a reader sees in several ways, as owner and through their team, is counted once, and each way by its own index."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.expressions import apart, check, parse
from core.expressions.types import BOOLEAN
from core.kernel.values import Money, Ref
from core.records.query import Query
from tests.access.kit import grant, person
from tests.records_reading.test_statements import counting

ROLES = {"kit.tester": [grant(scope="team"), grant("kit.shelf")]}
ME = person(1, "kit.tester", teams=(1, 3))
SEEN = [(1, 1), (1, 2), (2, 1), (None, 3), (1, None)]
UNSEEN = [(None, None), (2, 2), (2, None)]
MEASURES = ("count()", "sum(size)", "avg(size)", "min(size)", "max(size)", "sum(price)")


@pytest.fixture(scope="module")
def filled(desk):
    desk.insert("kit.person", {"name": "Ann"}, {"name": "Bob"})
    desk.insert("kit.shelf", {"name": "upper"}, {"name": "lower"})
    rows = [
        {"name": f"n{n}", "owner": owner, "team": team, "size": n, "shelf": n % 2 + 1, "price": n * 10}
        for n, (owner, team) in enumerate([*SEEN, *UNSEEN], start=1)
    ]
    desk.insert("kit.item", *({**row, "price_currency": "IRR" if row["size"] % 3 else "EUR"} for row in rows))
    return desk


def aggregated(desk, by=(), where=""):
    with counting(desk) as reader:
        found = desk.aggregating.aggregate(
            ME, "kit.item", by, MEASURES, where, catalog=desk.catalog(ROLES), reader=reader
        )
    assert len(reader.asked) == 1
    return found, reader.asked[0][0]


def test_the_exact_count_is_that_of_the_list(filled):
    with counting(filled) as reader:
        page = filled.reading.find(
            ME, "kit.item", Query(limit=0, count=True), catalog=filled.catalog(ROLES), reader=reader
        )
    assert page.total == len(filled.ids(ME, ROLES)) == len(SEEN)
    assert len(reader.asked) == 1
    assert reader.asked[0][0].count("count(*)") == 2
    assert filled.find(ME, ROLES, count=True, limit=1).total == len(SEEN)


def test_figures_are_those_of_the_records_that_are_seen(filled):
    (whole,), sql = aggregated(filled)
    assert sql.count("UNION ALL") == 1
    assert (whole["count()"], whole["sum(size)"], whole["min(size)"], whole["max(size)"]) == (5, 15, 1, 5)
    assert whole["avg(size)"] == 3
    assert whole["sum(price)"] == (Money(Decimal(30), "EUR"), Money(Decimal(120), "IRR"))
    groups, _ = aggregated(filled, ("shelf",))
    assert [(group["shelf"], group["count()"], group["sum(size)"]) for group in groups] == [
        (Ref(2, "lower"), 3, 9),
        (Ref(1, "upper"), 2, 6),
    ]


def test_totals_with_an_index_of_their_own_are_made_for_each_team_in_its_order(filled):
    for by in ((), ("shelf",), ("state",)):
        _, sql = aggregated(filled, by)
        assert ("GROUP BY kit_item_1.team" in sql) is (by != ("state",))
    with filled.database.reading() as reader:
        (index,) = reader.rows(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 't__kit_item__team__shelf__price'"
        )
        (link,) = reader.rows("SELECT indexdef FROM pg_indexes WHERE indexname = 'i__kit_item__shelf'")
    assert index[0].endswith("(team, shelf, price_currency) INCLUDE (price) WHERE (deleted_at IS NULL)")
    assert link[0].endswith("(shelf, deleted_at)")


def test_what_is_looked_for_is_asked_in_one_way(filled):
    (found,), sql = aggregated(filled, where="size > 2")
    assert found["count()"] == 3
    assert "UNION ALL" not in sql


def test_where_nothing_but_values_is_asked_for_each_way_answers(filled):
    for where in ("shelf == 2", "shelf == 2 and state == 'new'"):
        groups, sql = aggregated(filled, ("shelf",), where)
        assert sql.count("UNION ALL") == 1
        assert groups == aggregated(filled, ("shelf",), f"{where} and size > 0")[0]
    assert "UNION ALL" not in aggregated(filled, ("shelf",), "shelf == 2 and size > 0")[1]
    assert "UNION ALL" not in aggregated(filled, ("shelf",), "shelf.room == 'x'")[1]


def test_what_is_looked_for_by_a_span_is_planned_for_its_ends(filled):
    for where, afresh in (("", 0), ("shelf == 1", 0), ("size > 2", 1), ("made < date('2026-01-01')", 1)):
        with counting(filled) as reader:
            filled.aggregating.aggregate(
                ME, "kit.item", (), ("count()",), where, catalog=filled.catalog(ROLES), reader=reader
            )
        assert reader.afresh_asked == afresh, where


@pytest.mark.parametrize(
    ("where", "afresh"),
    [
        ("", False),
        ("size > 2", False),
        ("size > 2 and weight < 9", False),
        ("size > 2 and size < 9", True),
        ("not (2 <= size and ready) or 9 <= size and 10 > size", True),
        ("made >= date('2026-01-01') and made < date('2026-02-01')", True),
    ],
)
def test_a_list_between_two_ends_is_planned_for_them(filled, where, afresh):
    with counting(filled) as reader:
        filled.reading.find(
            ME, "kit.item", Query(filter=where, count=True), catalog=filled.catalog(ROLES), reader=reader
        )
    assert (reader.afresh_asked, len(reader.asked)) == (int(afresh), 1)


def test_only_alternatives_on_single_columns_come_apart(filled):
    catalog = filled.catalog(ROLES)
    schema = filled.reading.reader_schema(filled.reading.eyes(ME, catalog))

    def pieces(text):
        return len(apart(check(parse(text), schema, "kit.item", BOOLEAN, old=False)))

    assert pieces("owner == $user or team in $teams") == 2
    assert pieces("owner == $user or (team == 2 or owner == $user)") == 2
    assert pieces("owner == $user") == pieces("owner == $user and team in $teams") == 1
    assert pieces("owner == $user or shelf.owner == $user") == 1
    assert pieces("owner == $user or size > 3") == 1
