"""Pages read way by way: the same records in the same order as in one go, each once, and no more read than is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.actor import system_actor
from core.records import listing
from core.records.query import Query
from core.records.way_by_way import SIZES, places
from tests.access.kit import grant, person
from tests.records_reading.test_statements import counting

ROLES = {"kit.tester": [grant(scope="team_below")]}
OFFERED = {"kit.tester": [grant(scope="team"), grant(when="team == 9")]}
MASKED = {"kit.tester": [grant(scope="team", masked={"size": "ready"})]}
ALL = {"kit.tester": [grant()]}
LATER = datetime.now(UTC) + timedelta(days=1)
EARLIER = datetime.now(UTC) - timedelta(days=1)
ORDERS = (("size",), ("-size",), ("name",), ("-note",))


def somebody(teams=(1, 3), below=(1, 3, 4), **others):
    return person(1, "kit.tester", teams=teams, below=below, **others)


@pytest.fixture(scope="module")
def filled(desk):
    """Forty items of three owners and six teams, some of both, some of nobody; every fifth has no size, and sizes repeat."""
    desk.insert("kit.person", {"name": "Ann"}, {"name": "Bob"}, {"name": "Cai"})
    rows = [
        {
            "name": f"n{n * 7 % 40:02}",
            "name_key": f"n{n * 7 % 40:02}",
            "owner": (1, 2, 3, None)[n % 4],
            "team": (1, 2, 3, 4, 9, None)[n % 6],
            "size": None if n % 5 == 0 else n % 3,
            "note": None if n % 7 == 0 else f"note {n % 9}",
        }
        for n in range(1, 41)
    ]
    desk.insert("kit.item", *rows, {"name": "gone", "owner": 1, "team": 1, "size": 1, "deleted_at": EARLIER})
    for item, values in (
        (2, {"with_user": 1}),
        (5, {"with_user": 1, "expires_at": EARLIER}),
        (10, {"with_team": 3, "expires_at": LATER}),
        (11, {"with_role": "kit.tester"}),
        (4, {"with_user": 1}),
        (15, {"with_user": 2}),
    ):
        desk.insert("base.share", {"record__kit_item": item, "level": "read", **values})
    return desk


def asked(desk, actor, roles, **query):
    """Return the ids of a page, and the statement that it took."""
    with counting(desk) as reader:
        page = desk.reading.find(
            actor, "kit.item", Query(**query), catalog=desk.catalog(roles), reader=reader
        )
    (statement,) = reader.asked
    return [item["id"] for item in page.items], statement[0]


def remove_shares(desk, ids):
    with desk.database.unit(desk.catalog({}), system_actor("test")) as uow:
        uow.connection.exec_driver_sql("DELETE FROM base_share WHERE id = ANY(%(ids)s)", {"ids": ids})


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("roles", [ROLES, OFFERED], ids=["below", "offered"])
def test_the_pages_are_those_of_a_list_read_in_one_go(filled, sort, roles):
    for who in (
        somebody(),
        somebody(teams=(3,), below=(3,)),
        somebody(teams=(), below=()),
        somebody(teams=(1, 2), below=(3,)),
        somebody(shared=frozenset({"kit.item"})),
        person(None, "kit.tester", teams=(4,), below=(4,)),
    ):
        seen = set(filled.ids(who, roles, limit=200, filter="id > 0"))
        right = [i for i in filled.ids(person(9, "kit.tester"), ALL, sort=sort, limit=200) if i in seen]
        assert 0 < len(right) < 40
        for limit in (1, 3, 200):
            assert filled.ids(who, roles, sort=sort, limit=limit) == right, (who, limit)


def test_what_is_shared_is_merged_with_what_is_owned_and_comes_once(filled):
    found, sql = asked(filled, somebody(shared=frozenset({"kit.item"})), ROLES, sort=("size",), limit=50)
    alone, _ = asked(filled, somebody(), ROLES, sort=("size",), limit=50)
    assert set(found) - set(alone) == {10, 11}
    assert len(found) == len(set(found))
    assert sql.count("UNION ALL") == 1 + 2 + 4 + len(["one", "two teams", "", "a role"]) - 1


def test_what_is_shared_is_read_in_its_order_and_asked_one_by_one(filled):
    """Many shares of few records: what comes often counts once, what is over does not come, and cursors go on."""
    who = somebody(teams=(3,), below=(3,), shared=frozenset({"kit.item"}))
    many = [
        {"record__kit_item": item, "level": "edit", "with_user": 1, "expires_at": LATER}
        for item in range(6, 24)
    ]
    ids = filled.insert("base.share", *many, *many, *many)
    try:
        right = filled.ids(who, ROLES, sort=("size", "name"), limit=200)
        for sort in (("size",), ("-size",)):
            whole = filled.ids(who, ROLES, sort=sort, limit=200)
            assert set(whole) == set(right) >= set(range(6, 24))
            for limit in (1, 2, 5):
                assert filled.ids(who, ROLES, sort=sort, limit=limit) == whole, (sort, limit)
        _, sql = asked(filled, who, ROLES, fields=("id",), sort=("size",), limit=5)
        assert "beside__size" in sql
        assert "ANY (array" not in sql
    finally:
        remove_shares(filled, ids)
    assert set(filled.ids(who, ROLES, sort=("size",), limit=200)) < set(right)


def test_with_very_many_roles_what_is_shared_is_fetched_at_once(filled, monkeypatch):
    monkeypatch.setattr("core.records.way_by_way.MOST_ROLES", 0)
    who = somebody(shared=frozenset({"kit.item"}))
    found, sql = asked(filled, who, ROLES, fields=("id", "version"), sort=("size",), limit=50)
    assert "beside__size" not in sql
    assert {10, 11} <= set(found)


def test_a_page_comes_way_by_way_only_in_an_order_that_each_way_has_an_index_for(filled):
    for roles, query, by_way in (
        (ROLES, {"sort": ("size",)}, True),
        (ROLES, {"sort": ("-size",)}, True),
        (ROLES, {"sort": ("-name",)}, False),
        (ROLES, {"sort": ("size", "name")}, False),
        (ROLES, {"sort": ("size",), "filter": "size > 0"}, False),
        (ROLES, {"sort": ("size",), "search": "n"}, False),
        (ROLES, {"sort": ("size",), "trash": True}, False),
        (ROLES, {"sort": ("size",), "granted": "read"}, False),
        (ROLES, {}, False),
        (MASKED, {"sort": ("size",)}, False),
        (MASKED, {"sort": ("name",)}, True),
        (ALL, {"sort": ("size",)}, False),
    ):
        _, sql = asked(filled, somebody(), roles, fields=("id", "name"), limit=5, **query)
        assert ("UNION ALL" in sql) is by_way, (roles, query)


def test_statements_are_shared_by_people_with_about_as_many_teams(filled):
    statements = [
        asked(filled, somebody(teams=range(1, n + 1), below=range(1, n + 1)), ROLES, sort=("size",), limit=5)[
            1
        ]
        for n in (3, 4, 5, 33)
    ]
    assert statements[0] == statements[1] != statements[2]
    assert "UNION ALL" not in statements[3]
    assert places(somebody(teams=range(SIZES[-1] + 1), below=())) == ()
    assert places(somebody(teams=(), below=())) == (1, 1)


def test_a_page_that_is_read_way_by_way_is_planned_once(filled):
    with filled.database.reading() as reader:
        for number in range(8):
            filled.reading.find(
                somebody(teams=(number,), below=(number,)),
                "kit.item",
                Query(fields=("name",), sort=("size",), limit=7),
                catalog=filled.catalog(ROLES),
                reader=reader,
            )
        ((once, each),) = reader.rows(
            "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%AS ways%"],
        )
    assert (once >= 8, each) == (True, 0)


def test_a_capped_count_ends_one_after_its_end(filled, monkeypatch):
    monkeypatch.setattr(listing, "MOST_COUNTED", 4)
    for roles, query in ((ROLES, {}), (ROLES, {"filter": "size > 0"}), (OFFERED, {"search": "n"}), (ALL, {})):
        count = {"fields": ("id",), "limit": 0, "count": True, **query}
        exact = filled.find(somebody(), roles, **count).total
        assert exact > 5
        assert filled.find(somebody(), roles, **count, capped=True).total == 5
    few = somebody(teams=(), below=())
    owned = filled.find(few, MASKED, fields=("id",), limit=0, count=True, filter="name < 'n10'").total
    assert 0 < owned < 5
    page = filled.find(few, MASKED, limit=2, count=True, capped=True, filter="name < 'n10'")
    assert page.total == owned
