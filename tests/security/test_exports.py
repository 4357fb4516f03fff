"""An export gives away what a grant to export names: these records, these fields on them, and nothing that is hidden."""

from __future__ import annotations

import csv
import io

import pytest

from core.records.query import Query
from core.records.reading import Reading
from core.storage.catalogs import Catalogs


@pytest.fixture
def publisher(caller):
    """Somebody who reads everything, exports long cases without verdict, and the verdicts of their own."""
    return caller("vault.reader", "vault.publisher", login="publisher@example.com")


@pytest.fixture
def cases(kept, publisher):
    theirs = {"verdict": "guilty", "worth": 7, "owner": 0}
    return kept.add(
        "vault.case",
        {"name": "long", "pages": 20, **theirs, "seal": "a"},
        {"name": "short", "pages": 2, **theirs, "seal": "b"},
        {"name": "mine", "pages": 3, "verdict": "free", "seal": "c", "owner": publisher.actor.id},
        {"name": "mine and long", "pages": 30, "verdict": "open", "seal": "d", "owner": publisher.actor.id},
    )


def exported(caller, **query):
    answer = caller("GET", "/exports", query_string={"entity": "vault.case", **query})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_each_field_is_given_where_a_grant_to_export_gives_it(publisher, cases):
    rows = exported(publisher, fields="name,pages,verdict", sort="id")
    assert [tuple(row.values()) for row in rows] == [
        ("long", "20", ""),
        ("mine", "", "free"),
        ("mine and long", "30", "open"),
    ]


def test_fields_that_no_grant_to_export_names_are_left_out(publisher, cases):
    assert list(exported(publisher)[0]) == ["ID", "Changed", "Name", "Verdict", "Pages"]
    answer = publisher("GET", "/exports?entity=vault.case&fields=worth,seal")
    assert (answer.status_code, answer.json["code"]) == (403, "nothing_to_export")


def test_what_is_left_out_still_sorts_filters_and_turns_pages(publisher, cases, kept):
    rows = [
        {"name": f"n{n}", "pages": 11 + n, "verdict": f"v{n:03}", "owner": 0, "seal": str(n)}
        for n in range(450)
    ]
    kept.add("vault.case", *rows)
    found = exported(
        publisher, fields="name,verdict", sort="-verdict", filter="verdict >= 'v' or verdict == 'free'"
    )
    expected = [f"n{n}" for n in reversed(range(450))] + ["mine"]
    assert [row["Name"] for row in found] == expected
    assert {row["Verdict"] for row in found} == {"", "free"}


def test_a_page_exports_no_more_than_the_api(person, kept):
    kept.add("vault.case", {"name": "long", "pages": 20, "verdict": "guilty", "owner": 0})
    editor = person("vault.reader", "vault.publisher", login="p@example.com")
    text = editor.client.get("/records/vault.case/export.csv").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["ID", "Name", "Pages", "Verdict"],
        ["1", "long", "20", ""],
    ]


def test_who_may_export_nothing_gets_nothing(caller, cases):
    reader = caller("vault.reader", login="only-reads@example.com")
    reader.refused(403, "GET", "/exports?entity=vault.case")


def test_an_administrator_exports_everything(chief, cases):
    assert len(exported(chief)) == 4
    assert exported(chief, fields="worth", filter="name == 'long'") == [{"Worth": "7"}]


def test_lines_are_given_where_they_and_their_list_may_be_taken_along(chief, caller, kept, site):
    kept.add(
        "vault.case", {"name": "short", "seal": "a", "pages": 2, "lines": [{"text": "light", "weight": 1}]}
    )
    lines = [{"text": "light", "weight": 2}, {"text": "heavy", "weight": 9}]
    kept.add("vault.case", {"name": "long", "pages": 20, "lines": lines})
    taker = {
        "name": "x.taker",
        "label": {"en": "Taker"},
        "grants": [
            {"entity": "vault.case", "actions": ["read"]},
            {"entity": "vault.case", "actions": ["export"], "fields": {"read": ["name"], "edit": []}},
            {
                "entity": "vault.case",
                "actions": ["export"],
                "when": "pages > 10",
                "fields": {"read": ["lines"], "edit": []},
            },
        ],
    }
    law = {"name": "x.light", "entity": "vault.line", "when": "weight < 5", "actions": ["export"]}
    assert chief("POST", "/access/roles", taker).status_code == 201
    person = caller("x.taker", login="taker@example.com")

    def told(granted, **asked):
        query = Query(fields=("name", "lines"), sort=("id",), granted=granted, **asked)
        catalog = site.get(Catalogs).current()
        page = site.get(Reading).find(person.actor, "vault.case", query, catalog=catalog)
        return [[(line["text"], line.get("weight")) for line in item["lines"]] for item in page.items]

    everything = [[("light", 1)], [("light", 2), ("heavy", 9)]]
    assert (told(""), told("export")) == (everything, [[], everything[1]])
    assert chief("POST", "/access/restrictions", law).status_code == 201
    assert (told(""), told("export")) == (everything, [[], [("light", 2)]])
    assert told("export", filter="pages == 20") == [[("light", 2)]]
    some = {"entity": "vault.line", "actions": ["export"], "fields": {"read": ["text"], "edit": []}}
    narrower = {"grants": [*taker["grants"][:2], some]}
    headers = {"If-Match": "*"}
    assert chief("PATCH", "/access/roles/x.taker", narrower, headers=headers).status_code == 200
    assert told("export") == [[], []]
