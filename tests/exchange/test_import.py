"""Imports that create: values of all types, duplicates left out, refused rows told, dry runs that write nothing."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest

from core.errors import AccessDenied, BadRequest, NotFound, ValidationFailed
from core.kernel.values import Money, Ref
from tests.exchange.conftest import Office, counts, workbook

MOMENT = dt.datetime.fromisoformat("2026-01-02T03:04")  # spreadsheets know no zones
HEAD = "First name,Last name,Mobile,E-mail,Code\n"


def reasons(result, outcome="error"):
    return [
        (row["row"], problem["field"], problem["code"])
        for row in result["rows"]
        if row["outcome"] == outcome
        for problem in row["problems"]
    ]


def test_rows_become_records(office):
    result = office.run("First name,Last name,Size\nAda,Stone,170\nBo,Reed,\n")
    assert counts(result) == {"created": 2}
    assert [(p["full_name"], p["size"]) for p in office.people("full_name", "size")] == [
        ("Ada Stone", 170),
        ("Bo Reed", None),
    ]
    assert result["error_file"] is None
    assert not result["rows"]


def test_typed_cells_are_read_by_the_types_of_their_fields(office):
    (group,) = office.create("roster.group", {"name": "Bakers", "code": "B-1"})
    file = workbook(
        ["Last name", "Code", "Born", "Seen", "Size", "Weight", "Salary", "Active", "Kind", "Group", "Note"],
        [
            "Stone",
            "007",
            dt.date(1990, 5, 6),
            MOMENT,
            170,
            70.1,
            1250,
            True,
            "inner CIRCLE",
            "bakers",
            "plain",
        ],
    )
    assert counts(office.run(file, "people.xlsx")) == {"created": 1}
    (person,) = office.people()
    assert (person["code"], person["born"], person["size"], person["weight"]) == (
        "007",
        dt.date(1990, 5, 6),
        170,
        Decimal("70.1"),
    )
    assert person["seen_at"] == dt.datetime(2026, 1, 1, 23, 34, tzinfo=dt.UTC)
    assert person["salary"] == Money(Decimal(1250), "IRR")
    assert (person["active"], person["kind"], person["note"]) == (True, "inner", "plain")
    assert person["group"] == Ref(group, "Bakers")


def test_text_is_read_as_it_is_typed(office):
    result = office.run('Last name,Born,Size,Active,Code,Salary\nStone,2026-03-21,۱۷۰,yes,۰۰۷,"1,250 USD"\n')
    assert counts(result) == {"created": 1}
    (person,) = office.people()
    assert (person["born"], person["size"], person["active"], person["code"]) == (
        dt.date(2026, 3, 21),
        170,
        True,
        "007",
    )
    assert person["salary"] == Money(Decimal(1250), "USD")


@pytest.mark.parametrize(("header", "cells"), [("Salary (USD)", "1250"), ("Salary,Salary: Unit", "1250,USD")])
def test_amounts_are_in_the_unit_beside_them(office, header, cells):
    assert counts(office.run(f"Last name,{header}\nStone,{cells}\n")) == {"created": 1}
    assert office.people("salary")[0]["salary"] == Money(Decimal(1250), "USD")


def test_columns_fill_the_lines_of_lists(office):
    office.run("Last name,Mobile,E-mail,Town,Street\nStone,0912 123 4567,Ada@Example.com,Ahvaz,Palm st\n")
    (person,) = office.people("mobile", "email", "points")
    assert (person["mobile"], person["email"]) == ("+989121234567", "ada@example.com")
    lines = sorted((p["kind"], p["town"], p["street"], p["main"]) for p in person["points"])
    assert lines == [
        ("email", None, None, True),
        ("mobile", None, None, True),
        ("place", "Ahvaz", "Palm st", False),
    ]


def test_values_are_mended_wherever_they_stand_in_their_column(office):
    file = "Last name,Size,Born\nStone,many,1990-01-01\nReed,many,many\nHill,9999,\n"
    first = office.run(file, dry_run=True)
    assert [(p["field"], p["value"]) for row in first["rows"] for p in row["problems"]] == [
        ("Size", "many"),
        ("Size", "many"),
        ("Born", "many"),
        ("Size", "9999"),
    ]
    wrong = {"Size": {"many": "lots", "9999": "99"}, "Born": {"many": ""}}
    again = office.run(file, dry_run=True, fixes=wrong)
    assert {p["value"] for row in again["rows"] for p in row["problems"]} == {"lots"}
    right = {**wrong, "Size": {**wrong["Size"], "lots": "17"}, "No such column": {"a": "b"}}
    assert counts(office.run(file, fixes=right)) == {"created": 3}
    assert [(p["size"], p["born"]) for p in office.people("size", "born")] == [
        (17, dt.date(1990, 1, 1)),
        (17, None),
        (99, None),
    ]
    for bad in ([], {"Size": "x"}, {"Size": {"x": 1}}, {"Size": {"x": "y" * 1001}}):
        with pytest.raises(BadRequest, match="fixes"):
            office.run(file, fixes=bad)
    with pytest.raises(BadRequest, match="At most 1000 values"):
        office.run(file, fixes={"Size": {str(n): "1" for n in range(1001)}})


def test_a_cell_may_hold_several_values_of_a_column_that_takes_more(office):
    file = 'Last name,Mobile,E-mail\nStone,"0912 123 4567; 09351112233, ۰۹۳۵۱۱۱۲۲۳۳ ::: 0912 123 4567",a@b.example\n'
    assert counts(office.run(file)) == {"created": 1}
    (person,) = office.people("mobile", "points")
    lines = sorted((p["number"], p["main"]) for p in person["points"] if p["kind"] == "mobile")
    assert lines == [("+989121234567", True), ("+989351112233", False)]
    assert counts(office.run("Last name,E-mail\nReed,a@b.example;c@d.example\n")) == {"errors": 1}


def test_duplicates_of_records_are_left_out_whatever_their_spelling(office):
    office.run(HEAD + "Ali,Karimi,09121234567,ali@example.com,\n")
    result = office.run(HEAD + "X,Y,+98 (912) 123-4567,,\nZ,W,,ALI@Example.com,\nعلي,كريمي,,,\n")
    assert counts(result) == {"created": 1, "duplicates": 2}
    assert reasons(result, "duplicate") == [(2, "Mobile", "duplicate"), (3, "E-mail", "duplicate")]


def test_duplicates_within_the_file_are_left_out(office):
    result = office.run(HEAD + "Ali,Karimi,09121234567,,\nX,Y,۰۹۱۲۱۲۳۴۵۶۷,,\nA,B,,,007\nC,D,,,٠٠٧\n")
    assert counts(result) == {"created": 2, "duplicates": 2}
    assert reasons(result, "duplicate") == [(3, "Mobile", "duplicate"), (5, "Code", "duplicate")]


def test_a_name_alone_makes_a_duplicate_only_of_rows_with_nothing_better(office):
    office.run("First name,Last name,Mobile\nAli,Karimi,09121234567\n")
    assert counts(
        office.run("First name,Last name,Mobile\nعلی,X,\nAli,Karimi,09127654321\nALI,karimi,\n")
    ) == {"created": 2, "duplicates": 1}


def test_different_unique_keys_make_different_people(office):
    office.run("Last name,Mobile,Passport\nStone,09121234567,A1\n")
    assert counts(office.run("Last name,Mobile,Passport\nReed,09121234567,B2\n")) == {"created": 1}


def test_the_twin_of_a_row_that_is_refused_takes_its_place(office):
    result = office.run(
        "Last name,Mobile,Size,Active\nStone,09121234567,299,yes\nReed,0912 123 4567,20,yes\n"
    )
    assert counts(result) == {"created": 1, "errors": 1}
    assert reasons(result) == [(2, "Size", "rule.not_both")]


def test_every_refusal_of_a_row_is_told_at_its_column(office):
    result = office.run(
        "Last name,E-mail,Size,Born,Kind,Group\n,bad@,x,2026-02-30,none,Nobody\nReed,,999,,,\nLake,,,,,\n"
    )
    assert counts(result) == {"created": 1, "errors": 2}
    assert sorted(reasons(result)) == sorted(
        [
            (2, "E-mail", "not_an_email"),
            (2, "Size", "number_unreadable"),
            (2, "Born", "no_such_day"),
            (2, "Kind", "unknown_choice"),
            (2, "Group", "no_such_record"),
            (3, "Size", "too_large"),
        ]
    )


def test_what_records_refuse_costs_only_its_own_row(office):
    rows = "".join(f"P{i},{'' if i % 7 else 260},yes\n" for i in range(60))
    result = office.run("Last name,Size,Active\n" + rows)
    assert counts(result) == {"created": 51, "errors": 9}
    assert {code for _, _, code in reasons(result)} == {"rule.not_both"}


def test_lines_that_are_refused_are_told_at_their_row(office):
    rows = "".join(f"P{i},{'w' * 300 if i == 11 else 'Ahvaz'}\n" for i in range(20))
    result = office.run("Last name,Town\n" + rows)
    assert counts(result) == {"created": 19, "errors": 1}
    assert reasons(result) == [(13, "Town", "too_long")]


def test_a_missing_value_is_told_by_the_label_of_its_field(office):
    result = office.run("First name\nAda\n")
    assert result["rows"][0]["problems"] == [
        {"field": "Last name", "code": "required", "message": "This value is required."}
    ]


def test_dry_run_counts_and_writes_nothing(office):
    office.run(HEAD + "Ali,Karimi,09121234567,,\n")
    content = HEAD + "Ali,Karimi,09121234567,,\nBo,Reed,,bo@example.com,1\nBo,Reed,,bo@example.com,\n,,,x@,\n"
    tried = office.run(content, dry_run=True)
    assert counts(tried) == {"created": 1, "duplicates": 2, "errors": 1}
    assert len(office.people()) == 1
    done = office.run(content)
    assert (counts(done), done["rows"]) == (counts(tried), tried["rows"])


def test_history_tells_that_a_record_was_imported(office):
    office.run("Last name\nStone\n")
    with office.unit(office.system) as uow:
        rows = uow.reader.rows(
            "SELECT actor, channel, cause FROM core_history WHERE entity = 'roster.person'"
        )
    assert rows[0][:2] == (office.actor.id, "import")
    assert rows[0][2].startswith("import:")


# References


def test_references_are_found_by_title_in_any_spelling_by_unique_field_and_by_id(office):
    first, second = office.create(
        "roster.group", {"name": "کارگاه‌ها", "code": "W"}, {"name": "Bakers", "code": "B-1"}
    )
    result = office.run(f"Last name,Group\nA,كارگاهها\nB,#{second}\nC,{second}\n")
    assert counts(result) == {"created": 3}
    assert [p["group"].id for p in office.people("group")] == [first, second, second]
    office.run(
        "Last name,By code\nD,b-1\nE,B-1\n", mapping={"Last name": "last_name", "By code": "group.code"}
    )
    assert [p["group"].id for p in office.people("group", filter="last_name == 'E'")] == [second]


def test_a_title_of_several_records_is_told(office):
    office.create("roster.group", {"name": "Bakers", "code": "1"}, {"name": "bakers", "code": "2"})
    assert reasons(office.run("Last name,Group\nA,Bakers\n")) == [(2, "Group", "several_records")]


def test_missing_references_are_created_where_that_was_asked(office):
    content = "Last name,Group\nA,Bakers\nB,bakers\n,Painters\n"
    assert counts(office.run(content)) == {"errors": 3}
    assert counts(office.run(content, create_missing=True, dry_run=True)) == {"created": 2, "errors": 1}
    assert not office.people(entity="roster.group")
    assert counts(office.run(content, create_missing=True)) == {"created": 2, "errors": 1}
    assert [g["name"] for g in office.people("name", entity="roster.group")][:1] == ["Bakers"]


def test_links_are_found_by_their_titles(office):
    office.create("roster.label", {"name": "red"}, {"name": "blue"})
    assert counts(office.run("Last name,Labels\nA,red؛ Blue\nB,green\n")) == {"created": 1, "errors": 1}
    assert [link.title for link in office.people("labels")[0]["labels"]] == ["red", "blue"]


# The error file


def test_error_file_holds_the_rows_as_they_came_and_can_be_imported_again(office):
    result = office.run(
        workbook(
            ["Last name", "E-mail", "Born"],
            ["Stone", "bad@", dt.date(2000, 1, 2)],
            ["Reed", "reed@example.com", None],
            ["Twin", "REED@example.com", None],
        ),
        "p.xlsx",
    )
    assert counts(result) == {"created": 1, "duplicates": 1, "errors": 1}
    assert result["error_file"] == f"/api/v1/files/{result['error_file_id']}"
    book = office.download(result)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Last name", "E-mail", "Born", "Reason")
    assert (*rows[1][:2], rows[1][2].date()) == ("Stone", "bad@", dt.date(2000, 1, 2))
    assert "bad@" in rows[1][3]
    assert [row[0] for row in book.worksheets[1].iter_rows(values_only=True)] == ["Last name", "Twin"]
    book.worksheets[0]["B2"] = "stone@example.com"
    again = io.BytesIO()
    book.save(again)
    assert office.inspect(again.getvalue(), "p.xlsx").mapping == {
        "Last name": "last_name",
        "E-mail": "email",
        "Born": "born",
    }
    assert counts(office.run(again.getvalue(), "p.xlsx")) == {"created": 1}


# Rights


def test_people_import_only_into_what_they_may_write(site, actor_as):
    typist = Office(site, actor_as("roster.typist"))
    assert [o.path for o in typist.inspect("Last name,Code\nA,1\n").options] == [
        "first_name",
        "last_name",
        "external_id",
    ]
    assert counts(typist.run("Last name,Code\nA,1\n")) == {"created": 1}
    assert typist.people("code")[0]["code"] is None
    with pytest.raises(BadRequest, match="code"):
        typist.start("Last name,Code\nA,1\n", mapping={"Last name": "last_name", "Code": "code"})


def test_rows_that_the_writer_may_not_create_are_refused_alone(site, actor_as):
    clerk = Office(site, actor_as("roster.clerk"))
    result = clerk.run(f"Last name,Keeper\nA,{clerk.actor.id}\nB,999\nC,\n")
    assert counts(result) == {"created": 2, "errors": 1}
    assert reasons(result) == [(3, None, "access_denied")]


def test_without_the_right_to_import_nothing_begins(site, actor_as):
    guest = Office(site, actor_as("roster.guest"))
    number = guest.upload("Last name\nA\n")
    with pytest.raises(AccessDenied):
        guest.exchange.inspect(guest.actor, number, "roster.person", catalog=guest.catalog)
    with pytest.raises(AccessDenied), guest.unit() as uow:
        guest.exchange.start(guest.actor, number, "roster.person", uow=uow)


def test_records_out_of_sight_are_neither_duplicates_nor_references(site, actor_as):
    chief, clerk = Office(site, actor_as("roster.chief")), Office(site, actor_as("roster.clerk"))
    chief.run("Last name,Mobile\nStone,09121234567\n")
    chief.create("roster.group", {"name": "Hidden"})
    result = clerk.run("Last name,Mobile\nReed,09121234567\n")
    assert counts(result) == {"created": 1}
    assert reasons(clerk.run("Last name,Group\nA,Hidden\n")) == [(2, "Group", "no_such_record")]


def test_files_of_others_do_not_exist(site, actor_as):
    chief, clerk = Office(site, actor_as("roster.chief")), Office(site, actor_as("roster.clerk"))
    number = chief.upload("Last name\nA\n")
    with pytest.raises(NotFound):
        clerk.exchange.inspect(clerk.actor, number, "roster.person", catalog=clerk.catalog)
    with pytest.raises(NotFound), clerk.unit() as uow:
        clerk.exchange.start(clerk.actor, number, "roster.person", uow=uow)


# What is asked


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"mode": "merge"}, "mode"),
        ({"mode": "update"}, "found"),
        ({"mode": "upsert", "key": "size"}, "size"),
        ({"mapping": {"Last name": "nothing"}}, "nothing"),
        ({"mapping": {"A": "size", "B": "size"}}, "size"),
        ({"mapping": {"Last name": "keeper.name"}}, "keeper"),
        ({"mapping": {"Last name": "version"}}, "version"),
        ({"mapping": {"Last name": "full_name"}}, "full_name"),
        ({"mapping": {"Last name": "last_name"}, "mode": "update", "key": "code"}, "code"),
    ],
)
def test_what_cannot_be_is_refused_before_a_job_is_made(office, how, word):
    with pytest.raises(BadRequest, match=word):
        office.start("Last name\nA\n", **how)


@pytest.mark.parametrize(
    "how", [{"mapping": {"Nobody": "last_name"}}, {"mapping": {"Last name": ""}}, {"sheet": "Other"}]
)
def test_what_does_not_fit_the_file_fails_the_job_with_a_sentence(office, how):
    job = office.start(workbook(["Last name"], ["A"]), "p.xlsx", **how)
    office.work()
    status = office.status(job)
    assert status.state == "failed"
    assert status.error


def test_a_file_without_any_known_column_is_told(office):
    job = office.start("Foo,Bar\n1,2\n")
    office.work()
    assert office.status(job).error == "None of the columns of the file is mapped to a field."


def test_a_broken_workbook_is_refused_at_once(office):
    with pytest.raises(ValidationFailed, match="damaged"):
        office.start(b"PK\x03\x04 and nothing more", "p.xlsx")
