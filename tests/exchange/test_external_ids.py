"""Ids of other programs: nobody takes one from a record that is there, and a row that is refused holds none."""

from __future__ import annotations

import threading

import pytest

from core.errors import Conflict
from core.exchange.external import ExternalIds
from core.records.matching import Matching
from core.records.service import Records
from core.storage.external_ids import find_external_ids
from tests.exchange.conftest import Office, counts
from tests.exchange.test_import import reasons
from tests.exchange.test_sources import known  # noqa: F401

MAPPING = {"No": "external_id", "Family name": "last_name"}
NOTED = {**MAPPING, "Note": "note"}
PLAIN = {"No": "external_id", "Name": "name"}


@pytest.fixture
def clerk(site, actor_as):
    return Office(site, actor_as("roster.clerk", login="clerk@example.com"))


def names(office, **query):
    return [person["last_name"] for person in office.people("last_name", **query)]


def test_a_record_that_one_does_not_see_keeps_its_id_and_its_next_values(office, clerk):
    office.run("No,Family name,Note\n1,Stone,secret\n", mapping=NOTED)
    assert counts(clerk.run("No,Family name\n1,Mine\n", mapping=MAPPING)) == {"created": 1}
    changed = office.run(
        "No,Family name,Note\n1,Stone,more secret\n", mapping=NOTED, mode="upsert", key="external_id"
    )
    assert counts(changed) == {"updated": 1}
    assert [(p["last_name"], p["note"]) for p in office.people("last_name", "note")] == [
        ("Stone", "more secret"),
        ("Mine", None),
    ]


@pytest.mark.parametrize("how", [{}, {"mode": "upsert", "key": "external_id"}])
def test_in_the_sheets_of_a_program_an_id_of_another_record_is_refused_alone(known, clerk, how):  # noqa: F811
    known.run("NO,WHO\n7,stone\n")
    result = clerk.run("NO,WHO\n6,mine\n7,taken\n8,mine too\n", **how)
    assert counts(result) == {"created": 2, "errors": 1}
    assert reasons(result) == [(3, "Key", "taken_id")]
    assert names(known) == ["Stone", "Mine", "Mine Too"]
    assert counts(known.run("NO,WHO\n7,rock\n", mode="upsert", key="external_id")) == {"updated": 1}
    assert names(known) == ["Rock", "Mine", "Mine Too"]


def test_the_id_of_a_record_in_the_trash_is_free_again(office):
    office.run("No,Family name\n1,Stone\n", mapping=MAPPING)
    (first,) = office.people("id")
    with office.unit() as uow:
        office.site.get(Records).delete(office.actor, "roster.person", [first["id"]], uow=uow)
    assert counts(office.run("No,Family name\n1,Reed\n", mapping=MAPPING)) == {"created": 1}
    assert counts(office.run("No,Family name\n1,Reed\n", mapping=MAPPING)) == {"duplicates": 1}


def test_records_of_two_entities_may_have_the_same_ids(office):
    groups = {"content": "No,Name\n1,North\n2,South\n", "entity": "roster.group", "mapping": PLAIN}
    office.run(**groups)
    office.run("No,Family name\n1,Stone\n2,Reed\n", mapping=MAPPING)
    assert counts(office.run(**groups)) == {"duplicates": 2}
    assert counts(office.run("No,Family name\n1,Stone\n2,Reed\n", mapping=MAPPING)) == {"duplicates": 2}
    assert [group["name"] for group in office.people("name", entity="roster.group")] == ["North", "South"]


def test_a_row_that_is_refused_leaves_its_id_to_the_next(office):
    mapping = {**MAPPING, "Size": "size", "Active": "active"}
    file = "No,Family name,Size,Active\n1,Stone,299,yes\n1,Reed,20,yes\n1,Last,20,yes\n"
    for how in ({"dry_run": True}, {}):
        result = office.run(file, mapping=mapping, **how)
        assert counts(result) == {"created": 1, "duplicates": 1, "errors": 1}
        assert reasons(result) == [(2, "Size", "rule.not_both")]
        assert reasons(result, "duplicate") == [(4, "No", "duplicate")]
    assert names(office) == ["Reed"]


def test_two_new_rows_of_one_id_are_not_both_written_whatever_they_are_found_by(office):
    mapping = {"Code": "code", "No": "external_id", "Family name": "last_name"}
    file = "Code,No,Family name\n1,5,Stone\n2,5,Reed\n"
    result = office.run(file, mapping=mapping, mode="upsert", key="code")
    assert counts(result) == {"created": 1, "errors": 1}
    assert reasons(result) == [(3, "No", "taken_id")]


def test_of_two_imports_at_once_the_second_does_not_take_the_id(office):
    ids = ExternalIds(office.site.get(Matching), office.actor, "roster.person", "import:kit:roster.person")
    first, second = office.create("roster.person", {"last_name": "Stone"}, {"last_name": "Reed"})
    refused, begun = [], threading.Event()

    def claim(number):
        with office.unit() as uow:
            begun.set()
            ids.claim({"1": number}, uow)

    def come_second():
        with pytest.raises(Conflict) as caught:
            claim(second)
        refused.append(caught.value.reason)

    other = threading.Thread(target=come_second)
    with office.unit() as uow:
        ids.claim({"1": first}, uow)
        other.start()
        begun.wait(10)
    other.join(10)
    assert refused == ["taken_id"]
    with office.unit() as uow:
        assert find_external_ids(uow, "import:kit:roster.person", ["1"]) == {"1": ("roster.person", first)}
