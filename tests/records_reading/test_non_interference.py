"""What a reader cannot see changes nothing of what they are told, on any way through this room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import PayvandError
from core.records.query import Query
from tests.access.kit import grant, person

ROLES = {
    "kit.tester": [
        grant(scope="own", read=["name", "state", "shelf", "pieces", "friends"]),
        grant(when="state == 'new'", read=["size", "note", "state", "price", "label"]),
        grant("kit.shelf", scope="own", read=["name", "items", "filled"]),
    ]
}
MASKED = {
    "kit.tester": [
        grant(
            when="owner == $user or state == 'new'",
            read=["name", "state", "shelf", "pieces", "friends", "size", "note", "price", "label"],
            masked={
                **dict.fromkeys(("name", "shelf", "pieces", "friends"), "owner != $user"),
                **dict.fromkeys(("size", "note", "price", "label"), "not (state == 'new')"),
            },
        ),
        grant("kit.shelf", scope="own", read=["name", "items", "filled"]),
    ]
}
"""The same rights, written as masks of one grant."""
ME = person(1, "kit.tester")
WORDS = ("secret", "alpha", "beta", "x", "1", "zz")
FILTERS = (
    "size > 1",
    "size < 5",
    "note == 'secret'",
    "price > 5",
    "shelf.name == 'secret'",
    "shelf.room == 'secret'",
    "owner == 2",
    "any(pieces, length > 1)",
    "any(pieces, name == 'secret')",
    "count(shelf.items) > 1",
    "any(friends, name == 'secret')",
    "any(shelf.items, size > 1)",
    "label == 'secret'",
    "place == 'secret'",
    "is_empty(size)",
    "is_empty(shelf.name)",
    "fold_contains(note, 'secret')",
    "contains(note, 'e')",
    "weight > 1",
)
SORTS = ("size", "-size", "note", "-price", "shelf", "-shelf", "owner", "label", "-place", "created_at")


@pytest.fixture
def filled(desk):
    """Two persons; own and foreign items and shelves, with and without a mask; a history of one of them."""
    desk.run("TRUNCATE kit_person, kit_shelf, kit_item, kit_piece, kit_sticker RESTART IDENTITY CASCADE")
    moment = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    desk.insert("kit.person", {"name": "Ann", **moment}, {"name": "Bob", **moment})
    desk.insert(
        "kit.shelf",
        {"name": "mine", "owner": 1, "room": "a", "filled": 2, **moment},
        {"name": "theirs", "owner": 2, "room": "b", **moment},
    )
    for owner, state, shelf in (
        (1, "used", 1),
        (1, "new", 2),
        (1, None, 2),
        (2, "used", 1),
        (2, "new", 2),
        (2, None, None),
    ):
        desk.insert(
            "kit.item",
            {
                "name": "n",
                "name_key": "n",
                "owner": owner,
                "state": state,
                "shelf": shelf,
                "size": 2,
                "note": "x",
                "note_key": "x",
                **moment,
            },
        )
    desk.insert(
        "kit.piece", *({"whole": n, "name": "p", "name_key": "p", "length": 3, **moment} for n in range(1, 7))
    )
    desk.link("kit.item", "friends", (1, 1), (1, 2), (4, 2))
    desk.run(
        "INSERT INTO core_history (entity, record_id, action, changes) SELECT 'kit.item', n, 'update', "
        """'{"size": [1, 2], "note": [null, "x"], "name": ["m", "n"]}' FROM generate_series(1, 6) n"""
    )
    desk.run(
        "INSERT INTO core_history (entity, record_id, action, changes) SELECT 'kit.piece', n, 'update', "
        """'{"length": [1, 3]}' FROM generate_series(1, 6) n"""
    )
    return desk


def hide_something_else(desk) -> None:
    """Change everything that the reader does not see, and nothing that they do."""
    gone = "state IS DISTINCT FROM 'new'"
    desk.run(
        f"UPDATE kit_item SET size = 9, note = 'secret', note_key = 'secret', price = 7, price_currency = 'EUR', "
        f"label = 'secret' WHERE {gone}"
    )
    desk.run(
        "UPDATE kit_item SET weight = 5, place = 'secret', made = '2026-03-21', heaviest = 9, team = 3, marks = '{a}'"
    )
    desk.run("UPDATE kit_item SET name = 'secret', name_key = 'secret' WHERE owner = 2")
    desk.run(f"UPDATE kit_item SET shelf = 1 WHERE owner = 2 AND {gone}")
    desk.run("UPDATE kit_item SET shelf = NULL WHERE owner = 2 AND state = 'new'")
    desk.run(
        "UPDATE kit_shelf SET name = 'secret', name_key = 'secret', code = 'secret', room = 'secret', filled = 8 WHERE owner = 2"
    )
    desk.run(
        "UPDATE kit_shelf SET code = 'secret', code_key = 'secret', room = 'secret', filled = 7 WHERE owner = 1"
    )
    desk.run("UPDATE kit_person SET name = 'secret', name_key = 'secret', phone = 'secret'")
    desk.run("UPDATE kit_piece SET name = 'secret', name_key = 'secret', length = 9 WHERE whole > 3")
    desk.insert(
        "kit.item",
        {"name": "secret", "name_key": "secret", "owner": 2, "shelf": 1, "size": 1},
        {"name": "secret", "name_key": "secret", "owner": 2, "deleted_at": "2026-01-01T00:00:00Z"},
    )
    desk.insert("kit.piece", {"whole": 4, "name": "secret", "name_key": "secret"})
    desk.run(
        "INSERT INTO core_history (entity, record_id, action, changes) SELECT 'kit.item', n, 'update', "
        """'{"size": [1, 2], "note": [null, "secret"]}' FROM unnest(ARRAY[1, 3, 4, 6]) n"""
    )
    desk.run(
        "INSERT INTO core_history (entity, record_id, action, changes) SELECT 'kit.piece', n, 'update', "
        """'{"name": ["secret", "p"], "length": [8, 9]}' FROM generate_series(4, 7) n"""
    )


def told(desk, roles) -> Iterator[tuple[str, Any]]:
    """Yield every answer, refusals included."""
    catalog = desk.catalog(roles)

    def answer(ask, *args, **others):
        try:
            return ask(ME, *args, **others, catalog=catalog)
        except PayvandError as refused:
            return refused.text()

    read, sums, find = desk.reading, desk.aggregating, desk.searching
    for entity in ("kit.item", "kit.shelf", "kit.piece", "kit.person", "kit.sticker"):
        yield entity, answer(read.find_json, entity, Query(count=True))
        yield f"{entity} trash", answer(read.find_json, entity, Query(count=True, trash=True))
        for number in range(1, 9):
            yield f"{entity} {number}", answer(read.get_json, entity, number)
            yield f"{entity} history {number}", answer(desk.histories.history, entity, number)
        yield f"{entity} titles", answer(find.titles, entity, range(1, 12))
    for text in FILTERS:
        yield text, answer(read.find_json, "kit.item", Query(filter=text, count=True))
        yield f"count {text}", answer(sums.aggregate, "kit.item", ("state",), ("count()",), text)
    for sort in SORTS:
        yield sort, answer(read.find_json, "kit.item", Query(sort=(sort, "id"), limit=2, fields=("id",)))
    for word in WORDS:
        yield word, answer(find.search, word)
        yield f"in {word}", answer(read.find_json, "kit.item", Query(search=word, fields=("id",)))
    for name in ("size", "price", "weight", "note", "shelf", "owner", "label"):
        yield f"sum {name}", answer(sums.aggregate, "kit.item", (), (f"sum({name})", f"count({name})"))
        yield f"by {name}", answer(sums.aggregate, "kit.item", (name,), ("count()",))


@pytest.mark.parametrize("roles", [ROLES, MASKED], ids=["grants", "masks"])
def test_hidden_values_change_no_answer(filled, roles):
    before = list(told(filled, roles))
    hide_something_else(filled)
    after = list(told(filled, roles))
    assert [name for name, _ in before] == [name for name, _ in after]
    assert [(b, a) for b, a in zip(before, after, strict=True) if b != a] == []
    assert "secret" not in repr([what for _, what in after]).replace("'secret'", "")


def test_the_comparison_notices_what_is_visible(filled):
    before = list(told(filled, ROLES))
    assert before == list(told(filled, MASKED))
    filled.run("UPDATE kit_item SET size = 3 WHERE id = 2")
    assert before != list(told(filled, ROLES))
    assert before != list(told(filled, MASKED))
