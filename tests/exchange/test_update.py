"""Imports that bring records up to date: found by a key, changed where the file says so, created where that was asked."""

from __future__ import annotations

import pytest

from tests.exchange.conftest import Office, counts
from tests.exchange.test_import import reasons

FIRST = "Last name,Code,Mobile,Town,Size\nStone,1,09121234567,Ahvaz,170\nReed,2,,,\n"


@pytest.fixture
def stocked(office):
    assert counts(office.run(FIRST)) == {"created": 2}
    return office


def test_records_are_found_by_their_key_and_changed(stocked):
    result = stocked.run(
        "Code,Size,Last name\n۱,180,\n2,160,Reid\n3,1,New\n,5,X\n", mode="update", key="code"
    )
    assert counts(result) == {"updated": 2, "errors": 2}
    assert reasons(result) == [(4, "Code", "not_there"), (5, "Code", "no_key")]
    assert [(p["last_name"], p["size"]) for p in stocked.people("last_name", "size")] == [
        ("Stone", 180),
        ("Reid", 160),
    ]


def test_upsert_creates_what_is_not_there(stocked):
    result = stocked.run("Code,Last name\n2,Reid\n3,New\n3,Newer\n", mode="upsert", key="code")
    assert counts(result) == {"created": 1, "updated": 1, "duplicates": 1}
    assert [p["last_name"] for p in stocked.people("last_name")] == ["Stone", "Reid", "New"]


def test_what_is_as_the_file_says_is_skipped_and_keeps_its_version(stocked):
    before = stocked.people("id", "version", "points")
    assert counts(stocked.run(FIRST, mode="upsert", key="code")) == {"skipped": 2}
    assert stocked.people("id", "version", "points") == before


def test_lines_are_added_and_those_that_are_there_are_not_doubled(stocked):
    result = stocked.run("Code,Mobile,Town\n1,+98 912 123 4567,Yazd\n", mode="update", key="code")
    assert counts(result) == {"updated": 1}
    points = stocked.people("points", filter="code == '1'")[0]["points"]
    assert sorted((p["kind"], p["town"]) for p in points) == [
        ("mobile", None),
        ("place", "Ahvaz"),
        ("place", "Yazd"),
    ]


@pytest.mark.parametrize("key", ["id", "mobile", "passport"])
def test_ids_and_what_lines_show_are_keys_too(stocked, key):
    stocked.run("Code,Passport\n1,P-1\n", mode="update", key="code")
    first = stocked.people("id")[0]["id"]
    value = {"id": first, "mobile": "0912-123-4567", "passport": "p-1"}[key]
    mapping = {"Key": key, "Size": "size"}
    assert counts(stocked.run(f"Key,Size\n{value},199\n", mapping=mapping, mode="update", key=key)) == {
        "updated": 1
    }
    assert stocked.people("size")[0]["size"] == 199


def test_a_key_of_several_records_is_told(stocked):
    stocked.create("roster.person", {"last_name": "Stone", "code": "9"})
    result = stocked.run("Name,Size\nstone,5\n", mapping={"Name": "last_name", "Size": "size"}, mode="create")
    assert counts(result) == {"duplicates": 1}
    double = stocked.run("Mobile,Size\n09121234567,5\n", mode="update", key="mobile")
    assert counts(double) == {"updated": 1}


def test_dry_run_of_an_update_changes_nothing(stocked):
    before = stocked.people()
    content = "Code,Size\n1,180\n3,1\n"
    tried = stocked.run(content, mode="update", key="code", dry_run=True)
    assert stocked.people() == before
    done = stocked.run(content, mode="update", key="code")
    assert (counts(tried), tried["rows"]) == (counts(done), done["rows"])


def test_records_one_may_not_change_are_told_at_their_row(site, actor_as):
    chief, clerk = Office(site, actor_as("roster.chief")), Office(site, actor_as("roster.clerk"))
    chief.run("Last name,Code,Kind\nStone,1,inner\nReed,2,public\n")
    result = clerk.run("Code,Size\n1,5\n2,6\n", mode="update", key="code")
    assert counts(result) == {"updated": 1, "errors": 1}
    assert reasons(result) == [(2, "Code", "not_there")]
