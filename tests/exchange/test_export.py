"""Exports: what the reader sees and may take along, with real types, in their own spelling, and without formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest

from core.errors import AccessDenied, BadRequest
from core.i18n import Localization
from core.i18n.calendars import Day, Gregorian
from core.records.query import Query
from tests.exchange.conftest import Office, counts

PEOPLE = (
    "First name,Last name,Code,Born,Seen,Size,Weight,Salary,Active,Kind,Mobile,Note\n"
    'Ada,Stone,007,1990-05-06,2026-01-02 03:04,170,70.25,"1,250 USD",yes,public,09121234567,=1+1\n'
    "علی,کریمی,008,,,,,,,,,+cmd\n"
)


class Shifted(Gregorian):
    """A calendar that counts its years from elsewhere."""

    name = "shifted"
    separator = "/"
    sheet_format = "[$-xx,9]yyyy/mm/dd"

    def from_date(self, value):
        return Day(value.year - 600, value.month, value.day)


@pytest.fixture
def style(office):
    return office.site.get(Localization).style(office.actor.preferences, office.site.settings)


@pytest.fixture
def export(office, style):
    assert counts(office.run(PEOPLE)) == {"created": 2}

    def run(fmt, *fields, reader=None, how=style, **asked):
        who = reader or office
        name, mime, pieces = who.exchange.export(
            who.actor,
            "roster.person",
            Query(fields=fields, sort=("id",), **asked),
            fmt,
            catalog=who.catalog,
            style=how,
        )
        return name, mime, b"".join(pieces)

    return run


def rows_of_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_text_files_carry_a_mark_of_their_encoding_and_no_formulas(export):
    name, mime, content = export("csv", "full_name", "mobile", "note", "salary", "born")
    assert name.startswith("roster_person-")
    assert (name[-4:], mime, content[:3]) == (".csv", "text/csv", b"\xef\xbb\xbf")
    assert rows_of_csv(content) == [
        ["Full name", "Mobile", "Note", "Salary", "Salary: Unit", "Born"],
        ["Ada Stone", "'+989121234567", "'=1+1", "1250", "US Dollar", "1990-05-06"],
        ["علی کریمی", "", "'+cmd", "", "", ""],
    ]


def test_workbooks_have_real_types_and_text_is_text(export):
    _, mime, content = export("xlsx", "code", "born", "seen_at", "size", "weight", "salary", "active", "note")
    assert mime.endswith("spreadsheetml.sheet")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    head, first, _ = sheet.iter_rows(values_only=True)
    assert head == ("Code", "Born", "Seen", "Size", "Weight", "Salary", "Salary: Unit", "Active", "Note")
    assert first[0] == "007"
    assert (first[1].date(), first[2].replace(tzinfo=dt.UTC)) == (
        dt.date(1990, 5, 6),
        dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
    )
    assert first[3:] == (170, 70.25, 1250, "US Dollar", True, "=1+1")
    assert sheet["I2"].data_type == "s"
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    assert (sheet["F2"].number_format, sheet["H2"].data_type) == ("#,##0.####", "b")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:I3")
    assert sheet.column_dimensions["I"].width > sheet.column_dimensions["A"].width >= 14
    assert not sheet.sheet_view.rightToLeft


def test_dates_follow_the_calendar_of_the_reader_in_sheets_and_beside_them(export, style):
    own = replace(style, calendar=Shifted(), language=replace(style.language, direction="rtl"))
    sheet = openpyxl.load_workbook(io.BytesIO(export("xlsx", "born", how=own)[2])).active
    head, first, *_ = sheet.iter_rows(values_only=True)
    assert head == ("Born", "Born (as text)")
    assert (first[0].date(), first[1]) == (dt.date(1990, 5, 6), "1390/05/06")
    assert sheet["A2"].number_format == "[$-xx,9]yyyy/mm/dd"
    assert sheet.sheet_view.rightToLeft
    assert rows_of_csv(export("csv", "born", how=own)[2])[1] == ["1390/05/06"]
    moments = openpyxl.load_workbook(io.BytesIO(export("xlsx", "seen_at", how=own)[2])).active
    assert moments["A2"].number_format == "[$-xx,9]yyyy/mm/dd hh:mm"
    assert moments["B2"].value == "1426/01/02 03:04"


def test_filter_search_and_sort_of_the_list_hold_and_its_page_does_not(office, export):
    office.create("roster.person", *({"last_name": f"Clone {n}", "size": n} for n in range(260)))
    content = export("csv", "last_name", filter="size >= 0 and starts_with(last_name, 'Clone')", limit=5)[2]
    assert [row[0] for row in rows_of_csv(content)[1:]] == [f"Clone {n}" for n in range(260)]
    assert [row[0] for row in rows_of_csv(export("csv", "full_name", search="کریمی")[2])[1:]] == ["علی کریمی"]


def test_without_fields_everything_the_reader_sees_is_exported(export):
    head = rows_of_csv(export("csv")[2])[0]
    assert head[:2] == ["ID", "Created"]
    assert "Version" not in head
    assert "Points" not in head


def test_people_export_what_they_see_and_may_take_along(site, actor_as, export):
    clerk, guest = Office(site, actor_as("roster.clerk")), Office(site, actor_as("roster.guest"))
    assert [row[0] for row in rows_of_csv(export("csv", "full_name", reader=clerk)[2])] == [
        "Full name",
        "Ada Stone",
    ]
    with pytest.raises(AccessDenied):
        export("csv", "full_name", reader=guest)


def test_what_cannot_be_exported_is_told_before_the_first_byte(export):
    with pytest.raises(BadRequest):
        export("pdf", "full_name")
    with pytest.raises(BadRequest):
        export("csv", "nothing")
    with pytest.raises(BadRequest):
        export("csv", "full_name", filter="nothing == 1")


def test_an_export_can_be_imported_again(office, export):
    content = export("xlsx", "id", "first_name", "last_name", "code", "born", "size", "salary", "note")[2]
    mapping = office.inspect(content, "people.xlsx").mapping
    assert mapping["Salary: Unit"] == "salary.unit"
    result = office.run(content, "people.xlsx", mapping={**mapping, "ID": "id"}, mode="update", key="id")
    assert counts(result) == {"skipped": 2}
