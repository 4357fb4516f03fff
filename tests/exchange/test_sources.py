"""Sheets of programs that a module knows: their rows come under its columns, and are known again by their ids."""

from __future__ import annotations

import pytest

from core.contributions import FileFormat, FileFormats, ImportSource, ImportSources
from core.errors import AccessDenied, BadRequest, Conflict
from core.fields import FieldRefused
from core.i18n import Localization
from core.records.query import Query
from tests.exchange.conftest import Office, counts
from tests.exchange.test_import import reasons

COLUMNS = {"Family": "last_name", "Numbers": "mobile", "Key": "external_id", "Pay": "salary"}


def read_register(row):
    return {"Family": str(row["WHO"]).title(), "Numbers": row.get("TEL"), "Key": row.get("NO"), "Pay": None}


REGISTER = ImportSource(
    name="kit.register",
    label="Old register",
    entity="roster.person",
    recognises=lambda header: header[:2] == ("NO", "WHO"),
    columns=COLUMNS,
    read=read_register,
)


def read_leaves(text):
    for line in text.splitlines()[1:]:
        if line == "torn":
            yield {"Family": FieldRefused("torn", "This leaf is torn.")}
        else:
            yield {"Family": line}


def write_leaves(rows, style):
    for row in rows:
        yield f"{style.lang} {sorted(row.items())}\n".encode()


LEAVES = FileFormat(
    name="kit.leaves",
    label="Leaves",
    entity="roster.person",
    suffix=".leaf",
    mime="text/leaf",
    recognises=lambda head: head.startswith(b"LEAVES"),
    columns={"Family": "last_name"},
    read=read_leaves,
    fields=("code", "note", "points"),
    write=write_leaves,
)


@pytest.fixture
def known(office):
    office.site.get(ImportSources).fill([REGISTER])
    office.site.get(FileFormats).fill([LEAVES])
    yield office
    office.site.get(ImportSources).fill()
    office.site.get(FileFormats).fill()


SHEET = "The register,,\nNO,WHO,TEL\n7,stone,09121234567\n8,reed,\n"


def test_a_sheet_is_known_by_its_header_and_read_under_the_columns_of_its_source(known):
    seen = known.inspect(SHEET)
    assert (seen.source, seen.rows) == ("Old register", 2)
    assert [column.name for column in seen.columns] == list(COLUMNS)
    assert seen.mapping == COLUMNS
    assert known.inspect(SHEET, entity="roster.group").source == ""
    assert counts(known.run(SHEET)) == {"created": 2}
    assert [(p["last_name"], p["mobile"]) for p in known.people("last_name", "mobile")] == [
        ("Stone", "+989121234567"),
        ("Reed", None),
    ]


def test_rows_that_another_program_knows_by_an_id_are_imported_once(known):
    known.run(SHEET)
    again = known.run(SHEET + "9,new,\n9,twice,\n")
    assert counts(again) == {"created": 1, "duplicates": 3}
    assert reasons(again, "duplicate") == [(row, "Key", "duplicate") for row in (3, 4, 6)]
    changed = known.run(SHEET.replace("reed", "reid"), mode="upsert", key="external_id")
    assert counts(changed) == {"updated": 1, "skipped": 1}
    assert [p["last_name"] for p in known.people("last_name")] == ["Stone", "Reid", "New"]


def test_ids_of_one_program_say_nothing_of_another(known):
    known.run(SHEET)
    other = "No,Family name\n7,Other\n"
    mapping = {"No": "external_id", "Family name": "last_name"}
    assert counts(known.run(other, mapping=mapping)) == {"created": 1}
    assert counts(known.run(other, mapping=mapping)) == {"duplicates": 1}


def test_a_kind_of_file_is_read_by_who_knows_it_and_what_is_broken_is_told_by_its_number(known):
    content = "LEAVES\nStone\ntorn\nReed\n"
    assert known.inspect(content, "people.leaf").source == "Leaves"
    result = known.run(content, "people.leaf")
    assert counts(result) == {"created": 2, "errors": 1}
    assert reasons(result) == [(2, "Family", "torn")]
    sheet = known.download(result).worksheets[0]
    assert [cell.value for cell in sheet[2]] == [None, "Family: This leaf is torn."]


def leaves(office):
    style = office.site.get(Localization).style(office.actor.preferences, office.site.settings)
    return office.exchange.export(
        office.actor, "roster.person", Query(sort=("id",)), "leaf", catalog=office.catalog, style=style
    )


def test_a_list_is_written_as_a_kind_of_file_with_the_fields_that_one_may_take_along(site, actor_as, known):
    known.run("Last name,Code,Note,Mobile\nStone,7,secret,09121234567\n")
    name, mime, pieces = leaves(known)
    whole = b"".join(pieces).decode()
    assert (name[-5:], mime) == (".leaf", "text/leaf")
    assert "('code', '7')" in whole
    assert "secret" in whole
    assert "+989121234567" in whole
    courier = Office(site, actor_as("roster.courier"))
    taken = b"".join(leaves(courier)[2]).decode()
    assert "('code', '7')" in taken
    assert "secret" not in taken
    assert "+989121234567" not in taken
    with pytest.raises(AccessDenied):
        leaves(Office(site, actor_as("roster.guest")))
    with pytest.raises(BadRequest, match="csv, xlsx, leaf"):
        known.exchange.export(known.actor, "roster.person", Query(), "pdf", catalog=known.catalog, style=None)


def test_two_of_one_name_are_refused(known):
    with pytest.raises(Conflict, match=r"two sources named kit\.register"):
        known.site.get(ImportSources).register(REGISTER)
    with pytest.raises(Conflict, match=r"two kinds of files named kit\.leaves"):
        known.site.get(FileFormats).register(LEAVES)


def test_what_was_said_of_columns_is_remembered_for_the_next_file_of_this_person(site, actor_as, known):
    said = {"A": "last_name", "B": "note"}
    known.run("A,B,C\nStone,x,y\n", mapping=said, dry_run=True)
    assert known.inspect("A,B,C\nReed,x,y\n").mapping == {}
    known.run("A,B,C\nStone,x,y\n", mapping=said)
    assert known.inspect("a,b, C\nReed,x,y\n").mapping == {"a": "last_name", "b": "note"}
    assert known.inspect("A,B,D\nReed,x,y\n").mapping == {}
    other = Office(site, actor_as("roster.chief"))
    assert other.inspect("A,B,C\nReed,x,y\n").mapping == {}
