"""The history of a record tells of its parts, too, as far as its reader sees them today."""

from __future__ import annotations

import json

import pytest

from core.config import Settings
from core.storage.database import Database
from core.testing.statements import counted
from tests.access.kit import grant, person
from tests.records_reading.conftest import Desk, build

ALL = {"kit.tester": [grant(), grant("kit.shelf")]}
OWN = {"kit.tester": [grant(scope="own")]}
ME, OTHER = person(1, "kit.tester"), person(2, "kit.tester")


@pytest.fixture
def kit(pg):
    """Items 1 of mine and 2 of another's, shelf 1, in a database where nothing has happened yet."""
    with pg.database(pg.template("records reading kit", build)) as address:
        database = Database(Settings(threads=2), address)
        desk = Desk(database)
        desk.insert("kit.person", {"name": "Ann"}, {"name": "Bob"})
        desk.insert("kit.item", {"name": "mine", "owner": 1}, {"name": "theirs", "owner": 2})
        desk.insert("kit.shelf", {"name": "board"})
        yield desk
        database.close()


def happens(desk, entity, number, action="update", **changes):
    body = json.dumps(changes).replace("'", "''")
    desk.run(
        "INSERT INTO core_history (entity, record_id, action, changes) "
        f"VALUES ('{entity}', {number}, '{action}', '{body}')"
    )


def history(desk, number=1, *, roles=None, actor=ME, entity="kit.item", **others):
    return desk.histories.history(actor, entity, number, catalog=desk.catalog(roles or ALL), **others)


def told(*args, **others):
    """Return of each entry the part, what was done, and the changes."""
    return [(e.part and e.part.id, e.action, dict(e.changes)) for e in history(*args, **others)]


def test_changes_of_parts_stand_among_those_of_the_whole_in_order(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "leg", "length": 4}, {"whole": 2, "name": "foreign"})
    happens(kit, "kit.item", 1, "create", name=[None, "mine"])
    happens(kit, "kit.piece", 1, "create", whole=[None, {"id": 1}], name=[None, "leg"])
    happens(kit, "kit.piece", 2, "create", whole=[None, {"id": 2}], name=[None, "foreign"])
    happens(kit, "kit.item", 1, size=[1, 2])
    happens(kit, "kit.piece", 1, length=[3, 4])
    assert told(kit) == [
        (1, "update", {"length": (3, 4)}),
        (None, "update", {"size": (1, 2)}),
        (1, "create", {"name": (None, "leg")}),
        (None, "create", {"name": (None, "mine")}),
    ]


def test_a_part_is_named_by_its_list_and_its_title_of_today(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "new name"})
    happens(kit, "kit.piece", 1, name=["old name", "new name"])
    (entry,) = history(kit)
    assert (entry.part.entity, entry.part.list, entry.part.title) == ("kit.piece", "pieces", "new name")


def test_parts_that_no_list_shows_are_told_of_without_one(kit):
    kit.insert("kit.sticker", {"on__kit_item": 1, "text": "x"}, {"on__kit_shelf": 1, "text": "y"})
    happens(kit, "kit.sticker", 1, text=["a", "x"])
    happens(kit, "kit.sticker", 2, text=["b", "y"])
    (entry,) = history(kit)
    assert (entry.part.entity, entry.part.list, entry.part.title) == ("kit.sticker", None, "x")
    assert told(kit, entity="kit.shelf") == [(2, "update", {"text": ("b", "y")})]


def test_parts_without_a_list_stay_out_where_the_reader_may_not_know_their_whole(kit):
    kit.insert("kit.sticker", {"on__kit_item": 1, "text": "x"})
    happens(kit, "kit.sticker", 1, text=["a", "x"])
    assert told(kit, roles={"kit.tester": [grant(), grant("kit.sticker", read=["text"])]}) == []
    assert len(told(kit, roles={"kit.tester": [grant(), grant("kit.sticker", read=["text", "on"])]})) == 1


def test_parts_in_the_trash_are_told_of(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "gone", "deleted_at": "2026-01-01T00:00:00Z"})
    happens(kit, "kit.piece", 1, "delete")
    (entry,) = history(kit)
    assert (entry.action, entry.part.title) == ("delete", "gone")


@pytest.mark.parametrize("roles", [ALL, OWN], ids=["all", "own"])
def test_a_whole_in_the_trash_still_tells_of_its_parts(kit, roles):
    kit.run("UPDATE kit_item SET deleted_at = now() WHERE id = 1")
    kit.insert("kit.piece", {"whole": 1, "name": "gone", "deleted_at": "2026-01-01T00:00:00Z"})
    happens(kit, "kit.piece", 1, "delete")
    assert told(kit, roles=roles) == [(1, "delete", {})]


def test_a_part_that_came_from_elsewhere_is_told_of_since_then(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "moved", "length": 3})
    happens(kit, "kit.piece", 1, "create", whole=[None, {"id": 2}], name=[None, "secret"])
    happens(kit, "kit.piece", 1, length=[77, 78])
    happens(kit, "kit.piece", 1, whole=[{"id": 2, "title": "secret"}, {"id": 1}], length=[78, 1])
    happens(kit, "kit.piece", 1, length=[1, 3])
    assert told(kit) == [(1, "update", {"length": (1, 3)}), (1, "update", {})]
    assert [entry.part.arrived for entry in history(kit)] == [False, True]
    assert told(kit, before=history(kit)[-1].id) == []
    assert told(kit, 2) == []


def test_an_arrival_shows_to_those_who_read_no_field_that_moved(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "moved"})
    happens(kit, "kit.piece", 1, whole=[{"id": 2}, {"id": 1}])
    roles = {"kit.tester": [grant(), grant("kit.piece", read=["name"])]}
    assert told(kit, roles=roles) == [(1, "update", {})]


def test_parts_of_a_list_that_is_hidden_stay_hidden(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "leg"})
    happens(kit, "kit.piece", 1, name=["a", "leg"])
    for more in ([], [grant("kit.piece")]):
        assert told(kit, roles={"kit.tester": [grant(read=["name"]), *more]}) == []
    assert told(kit, roles={"kit.tester": [grant(), grant("kit.piece", actions=["update"])]}) == []


def test_a_list_that_shows_on_some_records_tells_of_parts_of_those(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "leg"}, {"whole": 2, "name": "arm"})
    happens(kit, "kit.piece", 1, name=["a", "leg"])
    happens(kit, "kit.piece", 2, name=["a", "arm"])
    roles = {
        "kit.tester": [
            grant(read=["name"]),
            grant(scope="own", read=["pieces"]),
            grant("kit.piece"),
        ]
    }
    assert [e.part.list for e in history(kit, roles=roles)] == ["pieces"]
    assert told(kit, 2, roles=roles) == []


def test_fields_of_parts_are_hidden_as_they_are_everywhere(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "leg", "length": 4})
    happens(kit, "kit.piece", 1, "create", name=[None, "leg"], length=[None, 3])
    happens(kit, "kit.piece", 1, length=[3, 4])
    nameless = history(kit, roles={"kit.tester": [grant(), grant("kit.piece", read=["length"])]})
    assert [(e.part.title, dict(e.changes)) for e in nameless] == [
        (None, {"length": (3, 4)}),
        (None, {"length": (None, 3)}),
    ]
    short = {"kit.tester": [grant(), grant("kit.piece", read=["name"])]}
    assert told(kit, roles=short) == [(1, "create", {"name": (None, "leg")})]


def test_masks_of_parts_hold_for_each_of_them(kit):
    kit.insert(
        "kit.piece", {"whole": 1, "name": "shown", "length": 4}, {"whole": 1, "name": "b", "length": 4}
    )
    happens(kit, "kit.piece", 1, length=[3, 4])
    happens(kit, "kit.piece", 2, length=[3, 4])
    masked = [grant("kit.piece", read=["name"]), grant("kit.piece", when="name == 'shown'", read=["length"])]
    assert told(kit, roles={"kit.tester": [grant(), *masked]}) == [(1, "update", {"length": (3, 4)})]


def test_parts_out_of_sight_are_not_told_of(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "shown"}, {"whole": 1, "name": "b"})
    happens(kit, "kit.piece", 1, name=["a", "shown"])
    happens(kit, "kit.piece", 2, name=["a", "b"])
    some = {"kit.tester": [grant(), grant("kit.piece", when="name == 'shown'")]}
    assert told(kit, roles=some) == [(1, "update", {"name": ("a", "shown")})]
    assert len(told(kit, roles=OWN)) == 2


def test_pages_go_on_where_the_last_one_ended_and_are_full_whatever_is_hidden(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "leg"}, {"whole": 1, "name": "arm"})
    for turn in range(5):
        happens(kit, "kit.item", 1, name=[turn, turn + 1])
        happens(kit, "kit.piece", 1, name=[turn, turn + 1])
        happens(kit, "kit.piece", 2, length=[turn, turn + 1])
    roles = {"kit.tester": [grant(), grant("kit.piece", read=["name"])]}
    whole = [e.id for e in history(kit, roles=roles)]
    pages, before = [], None
    while page := history(kit, roles=roles, limit=3, before=before):
        pages.append([e.id for e in page])
        before = page[-1].id
    assert [len(page) for page in pages] == [3, 3, 3, 1]
    assert [one for page in pages for one in page] == whole == sorted(whole, reverse=True)


def test_what_a_part_belongs_to_is_not_told_as_a_change(kit):
    kit.insert("kit.piece", {"whole": 1, "name": "leg"})
    happens(kit, "kit.piece", 1, "create", whole=[None, {"id": 1, "title": "old secret"}])
    assert told(kit) == [(1, "create", {})]


def test_the_number_of_statements_does_not_grow_with_the_parts(kit):
    happens(kit, "kit.item", 1, "create", name=[None, "mine"])
    history(kit)
    with counted() as few:
        history(kit)
    for number in range(1, 31):
        kit.insert("kit.piece", {"whole": 1, "name": f"p{number}"})
        happens(kit, "kit.piece", number, "create", name=[None, f"p{number}"])
    with counted() as many:
        assert len(history(kit)) == 31
    assert len(many) == len(few) == 1
