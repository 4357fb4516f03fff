"""Filters that differ only in whole numbers and moments are read once, and mean what they would have meant alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.expressions import ExpressionInvalid
from core.records import reading as reading_module
from core.records.blanks import BLANK, cut
from core.records.query import Query
from tests.access.kit import grant, person

ROLES = {"kit.tester": [grant(), grant("kit.shelf")]}
READER = person(1, "kit.tester")


@pytest.fixture(scope="module")
def shelves(desk):
    desk.insert("kit.person", {"name": "Ann"})
    first, second = desk.insert("kit.shelf", {"name": "a", "owner": 1}, {"name": "b", "owner": 1})
    desk.insert(
        "kit.item",
        *({"name": f"n{n}", "owner": 1, "shelf": (first, second)[n % 2], "size": n} for n in range(1, 7)),
    )
    return desk


@pytest.fixture
def texts(monkeypatch):
    """The filters that were read, word by word."""
    found, read = [], reading_module.read_filter

    def noted(text, *args):
        found.append(text)
        return read(text, *args)

    monkeypatch.setattr(reading_module, "read_filter", noted)
    return found


@pytest.mark.parametrize(
    ("text", "left", "said"),
    [
        ("id == 12", f"id == {BLANK}", (12,)),
        ("a in [1, 23] or b2 == 4", f"a in [{BLANK}, {BLANK}] or b2 == {BLANK}", (1, 23, 4)),
        ("name == 'no. 7' and id != 0", "name == 'no. 7' and id != 0", ()),
        ("size > 1.5 or size < 1_000 or size == 012", "size > 1.5 or size < 1_000 or size == 012", ()),
        ("id == 1234567890123456789", "id == 1234567890123456789", ()),
        (
            "at >= datetime('2026-03-21T08:00:00Z')",
            f"at >= {BLANK}",
            (datetime(2026, 3, 21, 8, tzinfo=UTC),),
        ),
        ("at >= datetime('2026-13-21T08:00:00Z')", "at >= datetime('2026-13-21T08:00:00Z')", ()),
        (f"name == '{BLANK} 5' and id == 5", f"name == '{BLANK} 5' and id == {BLANK}", (5,)),
    ],
)
def test_whole_numbers_and_moments_are_cut_out_and_nothing_else(text, left, said):
    assert (cut(text).text, cut(text).said) == (left, said)


@pytest.mark.parametrize(
    ("text", "given", "names"),
    [
        ("shelf == {}", [(1,), (2,), (3,)], [["n2", "n4", "n6"], ["n1", "n3", "n5"], []]),
        ("id in [{}, {}]", [(1, 2), (5, 5), (6, 99)], [["n1", "n2"], ["n5"], ["n6"]]),
        ("size > {}", [(4,), (5,)], [["n5", "n6"], ["n6"]]),
        ("not (shelf == {} or id == {})", [(1, 1), (2, 2)], [["n3", "n5"], ["n4", "n6"]]),
    ],
)
def test_filters_of_other_numbers_are_not_read_again(shelves, texts, text, given, names):
    for said, expected in zip(given, names, strict=True):
        query = Query(filter=text.format(*said), sort=("id",))
        page = shelves.reading.find(READER, "kit.item", query, catalog=shelves.catalog(ROLES))
        assert [item["name"] for item in page.items] == expected
    assert len(texts) == 2, "read once, and once more to find the blanks"


def test_moments_fill_the_same_filter(shelves, texts):
    for moment, expected in (("2000-01-01T00:00:00Z", 6), ("2999-01-01T00:00:00+03:30", 0)):
        query = Query(filter=f"created_at > datetime('{moment}')", count=True)
        page = shelves.reading.find(READER, "kit.item", query, catalog=shelves.catalog(ROLES))
        assert page.total == expected
    assert len(texts) == 2


@pytest.mark.parametrize(
    ("text", "given", "totals"),
    [
        ("size / {} > 1", (2, 3), (4, 3)),
        ("size + {} > 4 and shelf == {}", (2, 1), (2, 2)),
    ],
)
def test_numbers_that_stand_beside_no_field_are_part_of_what_a_filter_says(
    shelves, texts, text, given, totals
):
    for number, expected in zip(given, totals, strict=True):
        query = Query(filter=text.format(number, number), count=True)
        page = shelves.reading.find(READER, "kit.item", query, catalog=shelves.catalog(ROLES))
        assert page.total == expected
    assert texts.count(text.format(given[1], given[1])) == 1, "it was read for itself"


@pytest.mark.parametrize("text", [f"shelf == {BLANK}", "shelf == 0", "nothing == 7"])
def test_what_cannot_be_read_is_refused_though_its_like_was_kept(shelves, text):
    catalog = shelves.catalog(ROLES)
    shelves.reading.find(READER, "kit.item", Query(filter="shelf == 2"), catalog=catalog)
    with pytest.raises(ExpressionInvalid):
        shelves.reading.find(READER, "kit.item", Query(filter=text), catalog=catalog)


def test_a_cursor_goes_on_with_the_filter_it_was_made_for_only(shelves):
    catalog = shelves.catalog(ROLES)
    page = shelves.reading.find(
        READER, "kit.item", Query(filter="shelf == 1", sort=("id",), limit=2), catalog=catalog
    )
    again = Query(filter="shelf == 1", sort=("id",), limit=2, cursor=page.next)
    assert [
        item["name"] for item in shelves.reading.find(READER, "kit.item", again, catalog=catalog).items
    ] == ["n6"]
    other = Query(filter="shelf == 2", sort=("id",), limit=2, cursor=page.next)
    with pytest.raises(Exception, match="expired"):
        shelves.reading.find(READER, "kit.item", other, catalog=catalog)
