"""Numbers of percent in files: written as percent, and read as what a cell shows, not as the ratio that it holds."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from core.exchange.opening import open_table
from core.fields import FieldTypes, LoadContext
from core.i18n import Localization
from core.records.query import Query
from tests.exchange.conftest import counts

ROWS = (("12.5%", "Ada"), ("۱۲٫۵٪", "علی"), ("٪۹", "Sara"), ("0.125", "Small"), ("", "None"))


def workbook(*rows, formats=("0.0%",)):
    """Return a workbook: a header, and rows whose first cell has a format of its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Share", "Last name"])
    for number, row in enumerate(rows):
        sheet.append(row)
        sheet.cell(number + 2, 1).number_format = formats[number % len(formats)]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def shares(office):
    return {row["last_name"]: row["share"] for row in office.people("share", "last_name")}


def test_text_files_bring_percent_in_any_spelling(office):
    lines = "".join(f"{share},{name}\n" for share, name in ROWS)
    assert counts(office.run(f"Share,Last name\n{lines}")) == {"created": 5}
    half = Decimal("12.5")
    found = {"Ada": half, "علی": half, "Sara": Decimal(9), "Small": Decimal("0.125"), "None": None}
    assert shares(office) == found


@pytest.mark.parametrize("code", ["0%", "0.00%", '0.0" of all "%', "[Red]0.0%;-0.0%"])
def test_cells_that_show_percent_are_read_as_they_show(office, code):
    content = workbook((0.125, "Ada"), (1, "Full"), (None, "None"), formats=(code,))
    assert counts(office.run(content, "people.xlsx")) == {"created": 3}
    assert shares(office) == {"Ada": Decimal("12.5"), "Full": Decimal(100), "None": None}


@pytest.mark.parametrize("code", ["General", "0.00", '0.00" %"', r"0.00\%"])
def test_cells_that_do_not_multiply_are_numbers_of_percent(office, code):
    assert counts(office.run(workbook((12.5, "Ada"), formats=(code,)), "people.xlsx")) == {"created": 1}
    assert shares(office) == {"Ada": Decimal("12.5")}


def test_each_cell_counts_by_its_own_format_and_what_does_not_fit_is_told(office):
    content = workbook((0.5, "Ada"), (50, "Sara"), (1.5, "Much"), formats=("0%", "General", "0%"))
    assert counts(office.run(content, "people.xlsx")) == {"created": 2, "errors": 1}
    assert shares(office) == {"Ada": Decimal(50), "Sara": Decimal(50)}


def test_other_sheets_and_rows_keep_their_places():
    book = openpyxl.Workbook()
    book.active.title = "First"
    book.active.append(["x"])
    second = book.create_sheet("دوم")
    for _ in range(3):
        second.append([None])
    second["C4"], second["D4"] = "Name", "Share"
    second["C7"], second["D7"] = "Ada", 0.07
    second["D7"].number_format = "0%"
    file = io.BytesIO()
    book.save(file)
    table = open_table(io.BytesIO(file.getvalue()), "p.xlsx", "دوم")
    assert [(number, [str(cell) for cell in cells]) for number, cells in table.rows()] == [(7, ["Ada", "7%"])]


def test_the_wizard_shows_percent_as_the_sheet_does(office):
    [share, _] = office.inspect(workbook((0.125, "Ada")), "people.xlsx").columns
    assert (share.samples, share.guess) == (("12.5%",), "share")


def test_exports_are_percent_and_come_back_equal(office):
    assert counts(office.run("Share,Last name\n12.5%,Ada\n9.125%,Sara\n100%,Full\n")) == {"created": 3}
    before = shares(office)
    style = office.site.get(Localization).style(office.actor.preferences, office.site.settings)
    asked = Query(fields=("share", "last_name"), sort=("id",))
    written = {}
    for fmt in ("csv", "xlsx"):
        _, _, pieces = office.exchange.export(
            office.actor, "roster.person", asked, fmt, catalog=office.catalog, style=style
        )
        written[fmt] = b"".join(pieces)
    lines = written["csv"].decode("utf-8-sig").splitlines()
    assert lines == ["Share,Last name", "12.5%,Ada", "9.125%,Sara", "100%,Full"]
    sheet = openpyxl.load_workbook(io.BytesIO(written["xlsx"])).active
    assert [(c.value, c.number_format) for c in sheet["A"][1:]] == [
        (0.125, "0.0%"),
        (0.09125, "0.000%"),
        (1, "0%"),
    ]
    for fmt, content in written.items():
        table = open_table(io.BytesIO(content), f"people.{fmt}")
        again = [(str(share), name) for _, (share, name) in table.rows()]
        assert again == [("12.5%", "Ada"), ("9.125%", "Sara"), ("100%", "Full")]
        kind, spec = site_types(office)
        assert {name: kind.parse(spec, share, reading(style)) for _, (share, name) in table.rows()} == before


def site_types(office):
    spec = office.catalog.entity("roster.person").fields["share"]
    return office.site.get(FieldTypes).get(spec.type), spec


def reading(style):
    return LoadContext(style=style)
