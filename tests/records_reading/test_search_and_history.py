"""Search over entities, titles, and history through today's rights."""

from __future__ import annotations

import json

import pytest

from core.errors import AccessDenied, BadRequest, NotFound
from core.i18n import fold
from core.records.page import Hit
from core.records.titles import known_titles
from core.testing.statements import counted
from tests.access.kit import grant, person

ALL = {"kit.tester": [grant(), grant("kit.shelf"), grant("kit.person")]}
ME = person(1, "kit.tester")


def change(entity, number, action, **changes):
    body = json.dumps(changes).replace("'", "''")
    return (
        "INSERT INTO core_history (entity, record_id, actor, actor_name, channel, action, changes) "
        f"VALUES ('{entity}', {number}, 1, 'Ann', 'web', '{action}', '{body}')"
    ).replace("%", "%%")


@pytest.fixture(scope="module")
def filled(desk):
    """Persons, shelves and items with keys; item 1 with a history."""
    for entity, rows in {
        "kit.person": [{"name": "Ali"}, {"name": "علی رضایی"}],
        "kit.shelf": [{"name": "Alpha shelf", "owner": 1}, {"name": "Beta", "code": "ali-7", "owner": 2}],
        "kit.item": [
            {"name": "Alien", "owner": 1, "shelf": 1},
            {"name": "Italian", "owner": 2},
            {"name": "gone ali", "owner": 1, "deleted_at": "2026-01-01T00:00:00Z"},
        ],
    }.items():
        desk.insert(
            entity,
            *(
                {**row, **{f"{n}_key": fold(v) for n, v in row.items() if n in ("name", "code")}}
                for row in rows
            ),
        )
    desk.insert("kit.piece", {"whole": 1, "name": "ali piece", "name_key": "alipiece"})
    desk.run(change("kit.item", 1, "create", name=[None, "Alien"], size=[None, 3]))
    desk.run(
        change(
            "kit.item",
            1,
            "update",
            shelf=[None, {"id": 1, "title": "old secret title"}],
            friends=[[], [1, 2]],
        )
    )
    desk.run(change("kit.item", 1, "update", size=[3, 4]))
    desk.run(change("kit.item", 1, "update", vanished=["x", "y"]))
    desk.run(change("kit.item", 3, "delete", deleted_at=[None, "2026-01-01T00:00:00Z"]))
    desk.run(change("kit.shelf", 1, "create", name=[None, "Alpha shelf"]))
    return desk


def search(desk, text, *args, roles=None, actor=ME, **others):
    return desk.searching.search(actor, text, *args, catalog=desk.catalog(roles or ALL), **others)


def test_search_finds_over_entities_beginnings_first(filled):
    assert search(filled, "ali") == [
        Hit(entity="kit.person", id=1, title="Ali"),
        Hit(entity="kit.item", id=1, title="Alien"),
        Hit(entity="kit.shelf", id=2, title="Beta"),
        Hit(entity="kit.item", id=2, title="Italian"),
    ]


def test_search_folds_what_is_typed(filled):
    assert [hit.id for hit in search(filled, "علي")] == [2]
    assert [hit.id for hit in search(filled, "رضایی علی")] == [2]


def test_search_stays_inside_the_rights(filled):
    own = {"kit.tester": [grant(scope="own"), grant("kit.shelf", scope="own", read=["name"])]}
    assert [(h.entity, h.id) for h in search(filled, "ali", roles=own)] == [("kit.item", 1)]
    assert [(h.entity, h.id) for h in search(filled, "ali", roles=own, actor=person(2, "kit.tester"))] == [
        ("kit.item", 2)
    ]
    assert search(filled, "ali", roles={"kit.tester": []}) == []
    nameless = {"kit.tester": [grant("kit.shelf", read=["code"])]}
    assert search(filled, "ali", roles=nameless) == [Hit(entity="kit.shelf", id=2, title=None)]


def test_search_can_be_narrowed_to_entities(filled):
    assert [(h.entity, h.id) for h in search(filled, "ali", ["kit.piece", "kit.shelf"])] == [
        ("kit.piece", 1),
        ("kit.shelf", 2),
    ]
    with pytest.raises(AccessDenied):
        search(filled, "ali", ["kit.shelf"], roles={"kit.tester": [grant()]})


def test_search_is_bounded(filled):
    assert len(search(filled, "ali", limit=2)) == 2
    assert search(filled, " ") == search(filled, "%") == search(filled, "...") == []
    for wrong in ({"limit": 0}, {"limit": 201}):
        with pytest.raises(BadRequest):
            search(filled, "ali", **wrong)
    with pytest.raises(BadRequest):
        search(filled, "x" * 300)


def test_titles_name_what_the_reader_sees(filled):
    catalog = filled.catalog({"kit.tester": [grant(scope="own")]})
    assert filled.searching.titles(ME, "kit.item", [1, 2, 3, 99, -5], catalog=catalog) == {1: "Alien"}
    assert filled.searching.titles(ME, "kit.item", [], catalog=catalog) == {}


def test_a_look_asks_for_no_title_that_it_has_read_with_a_record(filled):
    catalog = filled.catalog(ALL)
    for reading, asked_for in ((True, 0), (False, 1)):
        with filled.database.unit(catalog, ME, reading=reading) as uow:
            shelf = filled.reading.get(ME, "kit.item", 1, catalog=catalog, uow=uow)["shelf"]
            assert shelf.title
            with counted() as asked:
                found = filled.searching.titles(ME, "kit.shelf", [shelf.id], catalog=catalog, uow=uow)
            assert (found, len(asked)) == ({shelf.id: shelf.title}, asked_for)
            assert known_titles(person(2, "kit.tester"), uow) == {}


def history(desk, number=1, *, roles=None, actor=ME, entity="kit.item", **others):
    return desk.histories.history(actor, entity, number, catalog=desk.catalog(roles or ALL), **others)


def test_history_tells_what_happened_newest_first(filled):
    entries = history(filled)
    assert [(e.action, sorted(e.changes)) for e in entries] == [
        ("update", ["size"]),
        ("update", ["friends", "shelf"]),
        ("create", ["name", "size"]),
    ]
    assert entries[0].changes["size"] == (3, 4)
    assert (entries[0].actor, entries[0].actor_name, entries[0].channel) == (1, "Ann", "web")


def test_history_names_references_as_they_may_be_read_now(filled):
    assert history(filled)[1].changes["shelf"] == (None, {"id": 1, "title": "Alpha shelf"})
    assert history(filled)[1].changes["friends"] == (
        [],
        [{"id": 1, "title": "Ali"}, {"id": 2, "title": "علی رضایی"}],
    )
    blind = history(filled, roles={"kit.tester": [grant()]})
    assert blind[1].changes["shelf"] == (None, {"id": 1, "title": None})
    assert "secret" not in repr(blind)


def test_a_brief_history_tells_of_what_was_made_the_title_only(filled):
    full, brief = history(filled), history(filled, briefly=True)
    assert brief[:2] == full[:2]
    assert [(e.action, sorted(e.changes)) for e in brief[2:]] == [("create", ["name"])]


def test_history_hides_fields_the_reader_cannot_read_today(filled):
    roles = {"kit.tester": [grant(read=["name", "shelf"])]}
    assert [sorted(e.changes) for e in history(filled, roles=roles)] == [["shelf"], ["name"]]


def test_masks_hold_for_history(filled):
    roles = {"kit.tester": [grant(read=["name"]), grant(scope="own", read=["size"])]}
    assert [sorted(e.changes) for e in history(filled, roles=roles)] == [["size"], ["name", "size"]]
    assert [sorted(e.changes) for e in history(filled, roles=roles, actor=person(2, "kit.tester"))] == [
        ["name"]
    ]


def test_history_of_what_is_out_of_sight_is_not_found(filled):
    roles = {"kit.tester": [grant(scope="own")]}
    for number in (1, 99, -1):
        with pytest.raises(NotFound):
            history(filled, number, roles=roles, actor=person(2, "kit.tester"))
    with pytest.raises(AccessDenied):
        history(filled, roles={"kit.tester": []})


def test_history_of_deleted_records_stays_readable(filled):
    assert [e.action for e in history(filled, 3)] == ["delete"]


def test_history_comes_in_pages(filled):
    first = history(filled, limit=2)
    assert [sorted(e.changes) for e in first] == [["size"], ["friends", "shelf"]]
    assert [e.action for e in history(filled, before=first[-1].id)] == ["create"]


def test_pages_of_history_are_full_whatever_is_hidden(filled):
    roles = {"kit.tester": [grant(read=["name", "shelf"])]}
    assert [sorted(e.changes) for e in history(filled, roles=roles, limit=2)] == [["shelf"], ["name"]]


def test_history_of_parts_follows_the_whole(filled):
    assert history(filled, entity="kit.piece") == []
    with pytest.raises(NotFound):
        history(
            filled,
            entity="kit.piece",
            roles={"kit.tester": [grant(scope="own")]},
            actor=person(2, "kit.tester"),
        )


def test_more_history_is_not_asked_for_at_once(filled):
    with pytest.raises(BadRequest):
        history(filled, limit=201)
