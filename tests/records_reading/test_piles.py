"""The first records of several piles: what lists of each would show, in one statement."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, BadRequest
from core.kernel.values import Ref
from core.records.query import Query
from tests.access.kit import grant, person
from tests.records_reading.test_statements import counting

ALL = {"kit.tester": [grant(), grant("kit.shelf")]}
TEAM = {"kit.tester": [grant(scope="team"), grant("kit.shelf", scope="own")]}
MASKED = {"kit.tester": [grant(read=["name", "size"]), grant(when="size > 3"), grant("kit.shelf")]}
ME = person(1, "kit.tester", teams=(1,))
FIELDS = ("id", "version", "name", "size", "shelf", "state", "friends")
STATES = ("new", "used", "gone")


@pytest.fixture(scope="module")
def filled(desk):
    """Thirty items of three states on two shelves, some of them mine, some of my team, some in the trash."""
    desk.insert("kit.person", {"name": "Ann"}, {"name": "Bob"})
    desk.insert("kit.shelf", {"name": "upper", "owner": 1}, {"name": "lower", "owner": 2})
    rows = [
        {
            "name": f"n{n % 7}",
            "name_key": f"n{n % 7}",
            "state": [*STATES, None][n % 4],
            "ready": [True, False, None][n % 3],
            "size": n % 5,
            "shelf": n % 2 + 1,
            "owner": n % 3 + 1 if n % 3 < 2 else None,
            "team": n % 2 + 1,
            "deleted_at": "2026-01-01T00:00:00Z" if n % 11 == 0 else None,
        }
        for n in range(1, 31)
    ]
    items = desk.insert("kit.item", *rows)
    desk.link("kit.item", "friends", (items[0], 1), (items[3], 2))
    return desk


def lists(desk, roles, query, field, wheres):
    """Return what a list of each pile shows."""
    return {
        value: desk.find(ME, roles, **{**asked(query), "filter": where}) for value, where in wheres.items()
    }


def asked(query):
    return {name: getattr(query, name) for name in ("fields", "filter", "sort", "limit", "search", "trash")}


def narrowed(query, field, values):
    own = {value: f"{field} == {write(value)}" for value in values}
    return {value: f"({query.filter}) and {one}" if query.filter else one for value, one in own.items()}


def write(value):
    return str(value).lower() if isinstance(value, bool) else repr(value)


@pytest.mark.parametrize("roles", [ALL, TEAM, MASKED], ids=["all", "team", "masked"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"sort": ("-size",), "limit": 2},
        {"sort": ("shelf", "name"), "limit": 3},
        {"filter": "size > 1", "search": "n", "limit": 2},
        {"trash": True},
    ],
    ids=["plain", "cut", "by a title", "narrowed", "trash"],
)
def test_each_pile_is_the_first_page_of_its_list(filled, roles, more):
    query = Query(**{"fields": FIELDS, "limit": 50, **more})
    for field, values in (("state", STATES), ("shelf", (2, 1)), ("ready", (True, False))):
        wheres = narrowed(query, field, values)
        found = filled.piles.first(ME, "kit.item", query, field, wheres, catalog=filled.catalog(roles))
        assert found == lists(filled, roles, query, field, wheres)
        assert list(found) == list(values)


def test_a_list_goes_on_where_a_pile_ends(filled):
    query = Query(fields=FIELDS, sort=("-size",), limit=2)
    wheres = narrowed(query, "state", STATES)
    page = filled.piles.first(ME, "kit.item", query, "state", wheres, catalog=filled.catalog(ALL))["used"]
    more = filled.find(
        ME, ALL, **{**asked(query), "filter": wheres["used"], "cursor": page.next, "limit": 50}
    )
    whole = filled.find(ME, ALL, **{**asked(query), "filter": wheres["used"], "limit": 50})
    assert [*page.items, *more.items] == whole.items


def test_all_piles_cost_one_statement_that_is_compiled_once(filled):
    def ask(state, size, values=STATES):
        query = Query(fields=FIELDS, filter=f"size > {size}", limit=2)
        with counting(filled) as reader:
            filled.piles.first(
                ME,
                "kit.item",
                query,
                "state",
                dict.fromkeys(values, ""),
                catalog=filled.catalog(ALL),
                reader=reader,
            )
        return [sql for sql, _ in reader.asked]

    assert ask("new", 1) == ask("new", 2)
    assert len(ask("new", 1)) == 1
    assert ask("new", 1, ()) == []


def test_a_title_out_of_sight_stays_so(filled):
    query = Query(fields=("id", "shelf"), limit=1, filter="shelf == 2")
    found = filled.piles.first(ME, "kit.item", query, "state", {"used": ""}, catalog=filled.catalog(TEAM))
    assert [item["shelf"] for item in found["used"].items] == [Ref(2, None)]


def test_who_may_not_read_records_or_a_field_gets_no_piles(filled):
    query = Query(fields=("id",), limit=1)
    with pytest.raises(AccessDenied):
        filled.piles.first(ME, "kit.item", query, "state", {}, catalog=filled.catalog({"kit.tester": []}))
    blind = filled.catalog({"kit.tester": [grant(read=["name"])]})
    for field, fields in (("state", ("id",)), ("name", ("id", "state"))):
        with pytest.raises(BadRequest) as refused:
            filled.piles.first(ME, "kit.item", Query(fields=fields), field, {}, catalog=blind)
        assert refused.value.reason == "unknown_field"
