"""Single records: lines, files, JSON, and readers inside a unit of work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import orjson
import pytest

from core.errors import NotFound
from core.kernel.values import AnyRef, FileRef, Money, Ref
from core.records.query import Query
from tests.access.kit import grant, person

ALL = {"kit.tester": [grant(), grant("kit.shelf"), grant("kit.person"), grant("kit.sticker")]}
ME = person(1, "kit.tester", teams=(5,))


def test_a_record_is_read_with_its_lines(filled):
    found = filled.reading.get(ME, "kit.item", 1, catalog=filled.catalog(ALL))
    assert [(line["id"], line["length"]) for line in found["pieces"]] == [(1, 7), (2, 8)]
    assert "whole" not in found["pieces"][0]
    assert found["price"] == Money(Decimal(10), "IRR")
    assert found["friends"] == (Ref(1, "Ann"), Ref(2, "Bob"))
    assert found["made"] == date(2026, 3, 21)
    page = filled.find(ME, ALL, fields=("name", "pieces"), limit=3)
    assert [len(item["pieces"]) for item in page.items] == [2, 0, 1]
    assert "pieces" not in filled.find(ME, ALL).items[0]


def test_lines_out_of_sight_are_not_shown(filled):
    roles = {"kit.tester": [grant(), grant("kit.piece", when="length < 8")]}
    assert [
        line["id"] for line in filled.reading.get(ME, "kit.item", 1, catalog=filled.catalog(roles))["pieces"]
    ] == [1]
    masked = {"kit.tester": [grant(read=["name"]), grant(scope="own", read=["pieces"]), grant("kit.piece")]}
    masked = {"kit.tester": masked["kit.tester"][:2], "kit.other": masked["kit.tester"][2:]}
    reader = person(1, "kit.tester", "kit.other")
    assert len(filled.reading.get(reader, "kit.item", 1, catalog=filled.catalog(masked))["pieces"]) == 2
    assert filled.reading.get(reader, "kit.item", 3, catalog=filled.catalog(masked))["pieces"] == ()


def test_references_to_any_name_their_entity(filled):
    page = filled.find(ME, ALL, "kit.sticker", fields=("on",))
    assert [item["on"] for item in page.items] == [
        AnyRef("kit.item", 1, "alpha"),
        AnyRef("kit.shelf", 1, "upper"),
    ]


def test_files_show_what_they_are(filled):
    filled.run(
        "INSERT INTO core_file (id, sha256, name, mime, size) OVERRIDING SYSTEM VALUE VALUES (7, 'x', 'a.png', 'image/png', 9)"
    )
    number = filled.insert("kit.item", {"name": "pictured", "picture": 7, "state": "gone"})[0]
    found = filled.reading.get(ME, "kit.item", number, ("picture",), catalog=filled.catalog(ALL))
    assert found == {"picture": FileRef(7, "a.png", 9, "image/png")}
    filled.run(f"DELETE FROM kit_item WHERE id = {number}")


def test_json_is_what_the_field_types_write(filled):
    catalog = filled.catalog(ALL)
    filled.run(
        "UPDATE kit_item SET seen = '2026-03-21 10:00:00.5+03:30', weight = 1.500, marks = '{a,c}', ready = true WHERE id = 1"
    )
    for number in (1, 2, 3):
        found = filled.reading.get(ME, "kit.item", number, catalog=catalog)
        written = orjson.loads(filled.reading.get_json(ME, "kit.item", number, catalog=catalog))
        assert list(written) == list(found)
        for name, spec in catalog.entity("kit.item").fields.items():
            if name in found and name != "pieces" and not spec.system:
                assert written[name] == filled.types.get(spec.type).dump(spec, found[name]), name
        assert written["created_at"] == found["created_at"].isoformat().replace("+00:00", "Z")
    assert (
        orjson.loads(filled.reading.get_json(ME, "kit.item", 1, catalog=catalog))["pieces"][0]["length"] == 7
    )


def test_json_pages_hold_what_pages_hold(filled):
    catalog = filled.catalog(ALL)
    query = Query(fields=("id", "name", "shelf"), limit=2, count=True, sort=("-name",))
    page = filled.reading.find(ME, "kit.item", query, catalog=catalog)
    written = orjson.loads(filled.reading.find_json(ME, "kit.item", query, catalog=catalog))
    assert written["next"] == page.next
    assert written["total"] == page.total == 5
    assert [item["id"] for item in written["items"]] == [item["id"] for item in page.items]
    assert filled.reading.get_versioned(ME, "kit.item", 1, ("id",), catalog=catalog) == (1, b'{"id":1}')


def test_ids_that_cannot_be_are_not_found(filled):
    for number in (0, -1, 2**63, 2**80):
        with pytest.raises(NotFound):
            filled.reading.get(ME, "kit.item", number, catalog=filled.catalog(ALL))


def test_actors_with_the_same_roles_share_a_statement_but_not_its_answer(filled):
    roles = {"kit.tester": [grant(scope="own")]}
    assert filled.ids(person(1, "kit.tester"), roles, sort=("-id",)) == [2, 1]
    assert filled.ids(person(2, "kit.tester"), roles, sort=("-id",)) == [4, 3]
    assert filled.ids(person(None, "kit.tester"), roles, sort=("-id",)) == []


def test_a_reader_inside_a_unit_sees_what_it_has_written(filled):
    catalog = filled.catalog(ALL)
    with filled.database.unit(catalog, ME) as uow:
        table = filled.tables.of(catalog.entity("kit.item"))
        uow.execute(table.insert().values(name="inside", size=77))
        query = Query(filter="size == 77", fields=("name",))
        assert filled.reading.find(ME, "kit.item", query, catalog=catalog, uow=uow).items == [
            {"name": "inside"}
        ]
        assert filled.reading.find(ME, "kit.item", query, catalog=catalog).items == []
        uow.execute(table.delete().where(table.c.size == 77))
