"""How many statements a question costs, and what of it is compiled again."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from core.records.query import Query
from tests.access.kit import catalog_of, grant, person

ROLES = {
    "kit.tester": [
        grant(scope="team", when="any(pieces, length > 1) or size > 0"),
        grant("kit.shelf", scope="own"),
    ]
}


class Counting:
    """A reader that remembers what it was asked."""

    def __init__(self, reader):
        self.reader, self.asked, self.afresh_asked = reader, [], 0

    def raw(self, sql, params=()):
        self.asked.append((sql, list(params)))
        return self.reader.raw(sql, params)

    def plain(self, sql, params=()):
        self.asked.append((sql, list(params)))
        return self.reader.plain(sql, params)

    def broad(self, sql, params=()):
        self.asked.append((sql, list(params)))
        return self.reader.broad(sql, params)

    def afresh(self, sql, params=()):
        self.asked.append((sql, list(params)))
        self.afresh_asked += 1
        return self.reader.afresh(sql, params)


@contextmanager
def counting(desk):
    with desk.database.reading() as reader:
        yield Counting(reader)


@pytest.fixture(scope="module")
def filled(desk):
    desk.insert("kit.person", {"name": "Ann"})
    desk.insert("kit.shelf", {"name": "s", "owner": 1})
    desk.insert(
        "kit.item",
        *({"name": f"n{n}", "name_key": f"n{n}", "owner": 1, "shelf": 1, "size": n} for n in range(1, 8)),
    )
    desk.insert("kit.piece", {"whole": 1, "length": 7})
    return desk


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (
            lambda d, c, r: d.reading.get_json(
                person(1, "kit.tester"), "kit.item", 1, ("name", "shelf"), catalog=c, reader=r
            ),
            1,
        ),
        (lambda d, c, r: d.reading.get_json(person(1, "kit.tester"), "kit.item", 1, catalog=c, reader=r), 2),
        (lambda d, c, r: d.reading.get_json(person(1, "kit.tester"), "kit.item", 2, catalog=c, reader=r), 1),
        (
            lambda d, c, r: d.reading.find_json(
                person(1, "kit.tester"), "kit.item", Query(sort=("shelf",), limit=2), catalog=c, reader=r
            ),
            1,
        ),
        (
            lambda d, c, r: d.reading.find_json(
                person(1, "kit.tester"), "kit.item", Query(count=True), catalog=c, reader=r
            ),
            1,
        ),
        (
            lambda d, c, r: d.reading.find_json(
                person(1, "kit.tester"), "kit.item", Query(search="n1"), catalog=c, reader=r
            ),
            1,
        ),
        (lambda d, c, r: d.searching.search(person(1, "kit.tester"), "n1", catalog=c, reader=r), 1),
        (
            lambda d, c, r: d.aggregating.aggregate(
                person(1, "kit.tester"), "kit.item", ("shelf",), ("sum(size)",), catalog=c, reader=r
            ),
            1,
        ),
    ],
)
def test_a_question_is_one_statement_and_one_more_for_a_nested_list_with_lines(filled, ask, expected):
    with counting(filled) as reader:
        ask(filled, filled.catalog(ROLES), reader)
        assert len(reader.asked) == expected


def test_questions_that_differ_in_constants_share_their_text(filled):
    catalog = filled.catalog(ROLES)
    with counting(filled) as reader:
        for actor, number, word in (
            (person(1, "kit.tester", teams=(1, 2)), 3, "a"),
            (person(2, "kit.tester"), 2**40, "bc"),
        ):
            query = Query(filter=f"size > {number} and name != '{word}'", search=word, sort=("-size",))
            filled.reading.find(actor, "kit.item", query, catalog=catalog, reader=reader)
        assert len({sql for sql, _ in reader.asked}) == 1
        assert len({str(params) for _, params in reader.asked}) == 2


@pytest.mark.covers("SE-01")
def test_constants_never_reach_the_text(filled):
    catalog, actor = filled.catalog(ROLES), person(1, "kit.tester")
    with counting(filled) as reader:
        query = Query(
            filter="name == 'needle' or size == 424242 or made == date('2031-03-21')",
            search="needle",
            sort=("name",),
        )
        filled.reading.find(actor, "kit.item", query, catalog=catalog, reader=reader)
        page = filled.reading.find(
            actor, "kit.item", Query(sort=("name",), limit=1), catalog=catalog, reader=reader
        )
        filled.reading.find(
            actor, "kit.item", Query(sort=("name",), cursor=page.next), catalog=catalog, reader=reader
        )
        filled.searching.search(actor, "needle", catalog=catalog, reader=reader)
        for sql, _ in reader.asked:
            assert not any(constant in sql for constant in ("needle", "424242", "2031", "'n1'", '"n1"'))


def test_a_new_catalog_is_compiled_anew(filled):
    actor = person(1, "kit.tester")
    one = catalog_of({"kit.tester": [grant()]}, version=801)
    two = catalog_of({"kit.tester": [grant(when="size > 5")]}, version=802)
    three = catalog_of({"kit.tester": [grant(read=["name"])]}, version=803)
    assert len(filled.reading.find(actor, "kit.item", catalog=one).items) == 7
    assert len(filled.reading.find(actor, "kit.item", catalog=two).items) == 2
    assert set(filled.reading.find(actor, "kit.item", catalog=three).items[0]) == {
        "id",
        "version",
        "updated_at",
        "name",
    }
