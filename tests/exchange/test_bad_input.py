"""What people upload by mistake or on purpose: each is refused in a sentence, or read as it was meant, and nothing breaks."""

from __future__ import annotations

import io
import os
import zipfile

import openpyxl
import pytest

from core.errors import ValidationFailed
from core.exchange import limits
from tests.exchange.conftest import counts, workbook
from tests.exchange.encrypted import compound, encrypted
from tests.exchange.test_files import read
from tests.exchange.test_import import reasons


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_five_thousand_columns_are_too_many(kind):
    names = [f"c{number}" for number in range(5000)]
    content = workbook(names, names) if kind == "xlsx" else ",".join(names) + "\n"
    with pytest.raises(ValidationFailed, match="500 columns"):
        read(content, f"wide.{kind}")


def test_a_cell_of_more_than_a_million_characters_is_refused_wherever_it_stands():
    long = "x" * (limits.MAX_CELL + 1)
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append(["short"])
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(ValidationFailed, match="characters"):
        read(f"name,note\nAda,{long}\n")
    packed = replaced(file.getvalue(), "xl/worksheets/sheet1.xml", b"short", long.encode())
    with pytest.raises(ValidationFailed, match=r"characters|densely"):
        read(packed, "long.xlsx")


def replaced(content, part, old, new):
    """Return a workbook with something else in one of its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w") as archive:
        for name in given.namelist():
            data = given.read(name)
            archive.writestr(name, data.replace(old, new) if name == part else data)
    return made.getvalue()


def test_double_empty_and_merged_headers_have_names_of_their_own_or_are_passed_over():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Phone", None, "Phone", None])
    sheet.merge_cells("B1:C1")
    sheet.append(["Ada", "1", "2", "3", "4"])
    file = io.BytesIO()
    book.save(file)
    header, rows = read(file.getvalue(), "merged.xlsx")
    assert header == ("Name", "Phone", "Phone (2)")
    assert rows == [(2, ("Ada", "1", "3"))]


def test_lines_in_two_encodings_are_told_with_the_first_strange_one():
    mixed = "نام,شهر\nعلی,تهران\n".encode() + "رضا,شیراز\n".replace("ی", "ي").encode("cp1256")
    with pytest.raises(ValidationFailed, match="line 3"):
        read(mixed)
    plain = "نام,شهر\nعلي,تهران\nرگ,كاشان\n".encode("cp1256")
    assert read(plain)[1][1] == (3, ("رگ", "كاشان"))


def test_marks_of_direction_and_broken_lines_in_names_do_no_harm(office):
    file = workbook(["Last name", "Code"], ["Sto\u202ene\r\nX", "1"], ["\u200f\u202b", "2"])
    result = office.run(file, "people.xlsx")
    names = [p["last_name"] for p in office.people("last_name")]
    assert all("\n" not in name and "\r" not in name and "\u202e" not in name for name in names)
    assert counts(result)["created"] == len(names)
    assert names == ["Stone X"]


def test_cells_made_to_be_slow_are_read_at_once(office):
    spaces, parts = "a" + " " * 120_000 + "b", ":::".join(f"0912{n:07}" for n in range(9000))
    result = office.run(f"Last name,Mobile\nStone,{spaces}\nReed,{parts}\n")
    assert counts(result) == {"errors": 2}
    assert reasons(result)[1] == (3, "Mobile", "too_many")


def test_a_row_that_is_refused_says_why_and_the_others_are_imported(office):
    long = "x" * 300_000
    result = office.run(workbook(["Last name", "Code"], ["Stone", "1"], ["Reed", long]), "people.xlsx")
    assert counts(result) == {"created": 1, "errors": 1}
    assert [(row, field) for row, field, _ in reasons(result)] == [(3, "Code")]
    assert "value" not in result["rows"][0]["problems"][0]


# Workbooks that are not what they seem


def test_a_workbook_with_a_password_is_told_wherever_its_directory_stands():
    small, large = encrypted(workbook(["name"], ["Ada"])), encrypted(os.urandom(1_500_000))
    assert large.index("EncryptedPackage".encode("utf-16-le")) > 2**20
    for content in (small, large):
        with pytest.raises(ValidationFailed, match="password; save it without one"):
            read(content, "secret.xlsx")


def test_an_old_workbook_is_told_apart_from_an_encrypted_one():
    for content in (compound({"Workbook": bytes(5000)}), compound({"Workbook": bytes(5000)})[:700]):
        with pytest.raises(ValidationFailed, match="old kind"):
            read(content, "old.xls")


MACROS = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
          "application/vnd.ms-excel.sheet.macroEnabled.main+xml")  # fmt: skip


def test_a_workbook_for_macros_is_told_by_what_it_says_of_itself():
    plain = workbook(["name"], ["Ada"])
    says = replaced(plain, "[Content_Types].xml", *(one.encode() for one in MACROS))
    holds = with_parts(plain, {"xl/macrosheets/sheet1.xml": b"<xm/>"})
    for content in (says, holds):
        with pytest.raises(ValidationFailed, match="without macros"):
            read(content, "macros.xlsm")


def with_parts(content, parts):
    """Return a workbook with further parts."""
    made = io.BytesIO(content)
    with zipfile.ZipFile(made, "a") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


FAR = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize("name", ["xl/elsewhere/sheet1.xml", "xl/elsewhere/sheet1.dat"])
def test_a_sheet_is_measured_under_whatever_name_it_is_kept(name):
    """A reader follows the references of the workbook: there a sheet may lie anywhere."""
    target = f"/{name}".encode()
    moved = replaced(workbook(["name"]), "xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet1.xml", target)
    with pytest.raises(ValidationFailed, match=r"columns|rows"):
        read(with_parts(moved, {name: FAR}), "far.xlsx")


@pytest.mark.parametrize("name", ["xl/workbook.bin", "content.xml"])
def test_an_archive_that_another_reader_would_take_is_refused(name):
    with pytest.raises(ValidationFailed, match="not an Excel workbook"):
        read(with_parts(workbook(["name"]), {name: b"<x/>"}), "two.xlsx")


def test_what_is_kept_of_other_workbooks_is_no_harm():
    row = '<sheetData sheetId="{0}"><row r="9"><cell r="A9"><v>1</v></cell></row></sheetData>'
    links = f"<externalLink><sheetDataSet>{row.format(0)}{row.format(1).replace('9', '2')}</sheetDataSet></externalLink>"
    content = with_parts(workbook(["name"], ["Ada"]), {"xl/externalLinks/externalLink1.xml": links})
    assert read(content, "links.xlsx") == (("name",), [(2, ("Ada",))])


def test_entities_from_elsewhere_are_refused_in_every_part():
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    for name in ("docProps/custom.xml", "xl/_rels/other.xml.rels", "customXml/item1.xml", "xl/unknown.dat"):
        with pytest.raises(ValidationFailed, match="document type"):
            read(with_parts(workbook(["name"]), {name: bomb}), "xxe.xlsx")
