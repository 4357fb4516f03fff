"""Uploaded files: every encoding and separator people use is read, and what is dangerous or broken is refused in words."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from core.errors import ValidationFailed
from core.exchange import limits, measuring, safety, table
from core.exchange.opening import open_table
from tests.exchange.conftest import workbook

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def read(content, name="people.csv", sheet=""):
    found = open_table(io.BytesIO(content if isinstance(content, bytes) else content.encode()), name, sheet)
    return found.header, list(found.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_every_encoding_of_persian_text_is_read(encoding):
    content = "نام,شهر\nعلي,تهران\n".encode(encoding)
    assert read(content) == (("نام", "شهر"), [(2, ("علي", "تهران"))])


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "؛"])
def test_every_separator_is_found(separator):
    rows = [["name", "note"], ["Ada", "a, b; c"], ["Bo", "x"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    assert read(text) == (("name", "note"), [(2, ("Ada", "a, b; c")), (3, ("Bo", "x"))])


def test_a_line_that_names_the_separator_is_believed():
    assert read("sep=;\r\nname;note\r\nAda;a,b,c\r\n") == (("name", "note"), [(2, ("Ada", "a,b,c"))])


def test_a_single_column_is_a_table():
    assert read("name\nAda\nBo\n") == (("name",), [(2, ("Ada",)), (3, ("Bo",))])


def test_lines_within_quotes_and_short_and_long_rows_are_read():
    assert read('a,b\n"x\ny",1,2\nz\n\n , \n') == (("a", "b"), [(2, ("x\ny", "1")), (3, ("z", None))])


def test_marks_against_formulas_are_taken_away_again():
    assert read("a,b\n'=1+1,'+98912\n'tis,''\n") == (
        ("a", "b"),
        [(2, ("=1+1", "+98912")), (3, ("'tis", "''"))],
    )


def test_titles_above_the_header_are_passed_over_and_rows_keep_their_numbers():
    assert read("List of people,,\n,,\nname,town,note\nAda,Yazd,\n") == (
        ("name", "town", "note"),
        [(4, ("Ada", "Yazd", None))],
    )


def test_headers_get_names_of_their_own():
    assert read("a,,a,a\n1,2,3,4\n") == (("a", "a (2)", "a (3)"), [(2, ("1", "3", "4"))])


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   \n"])
def test_an_empty_file_is_told(content):
    with pytest.raises(ValidationFailed, match="names of columns"):
        read(content)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00\x01\x02", b"%PDF-1.7\n\x01\x02\x03", bytes(range(256)) * 4]
)
def test_what_is_no_table_is_told(content):
    with pytest.raises(ValidationFailed, match="neither"):
        read(content)


# Workbooks


def test_sheets_are_chosen_by_name():
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    book.create_sheet("People").append(["name"])
    book["People"].append(["Ada"])
    book.create_sheet("Hidden").append(["secret"])
    book["Hidden"].sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    found = open_table(io.BytesIO(file.getvalue()), "p.xlsx")
    assert (found.sheets, found.sheet, found.header) == (("Empty", "People"), "People", ("name",))
    with pytest.raises(ValidationFailed, match="Hidden"):
        read(file.getvalue(), sheet="Hidden")


def test_styled_empty_cells_far_away_cost_nothing():
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.active.append(["Ada"])
    book.active["XFD1048576"].number_format = "0.00"
    file = io.BytesIO()
    book.save(file)
    assert read(file.getvalue()) == (("name",), [(2, ("Ada",))])


def zipped(parts, **info):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {
            "[Content_Types].xml": TYPES,
            "xl/workbook.xml": "<workbook/>",
            **parts,
        }.items():
            archive.writestr(name, content)
    return file.getvalue()


def sheet(rows):
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04 nothing more", "damaged"),
        (workbook(["a"], ["b"])[:-400], "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old kind"),
        (zipped({"xl/vbaProject.bin": b"\1"}), "macros"),
        (zipped({f"xl/x{i}.txt": b"" for i in range(limits.MAX_ENTRIES)}), "parts"),
        (zipped({"xl/media/zeros.bin": bytes(3 * 2**20)}), "densely"),
        (zipped({"xl/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "document type"),
        (
            zipped(
                {
                    "xl/styles.xml": '<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16")
                    + "<!DOCTYPE x><x/>".encode("utf-16-le")
                }
            ),
            "document type",
        ),
        (zipped({"xl/styles.xml": "<x>"}), "damaged"),
        (
            zipped(
                {
                    "xl/worksheets/sheet1.xml": sheet(
                        '<row r="1"><c r="A1"><v>1</v></c></row><row r="300000"><c r="A300000"><v>1</v></c></row>'
                    )
                }
            ),
            "rows",
        ),
        (zipped({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')}), "columns"),
        (
            zipped(
                {
                    "xl/worksheets/sheet1.xml": sheet(
                        '<row r="9"><c r="A9"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
                    )
                }
            ),
            "damaged",
        ),
        (
            zipped({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')}),
            "damaged",
        ),
        (zipped({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="1A"><v>7</v></c></row>')}), "damaged"),
    ],
)
def test_bombs_and_broken_workbooks_are_refused_in_words(content, word):
    with pytest.raises(ValidationFailed, match=word):
        read(content, "p.xlsx")


def test_a_zip_that_is_no_workbook_is_told():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValidationFailed, match="not an Excel workbook"):
        read(file.getvalue(), "p.xlsx")


def test_a_workbook_that_unpacks_to_more_than_it_says_is_refused():
    content = bytearray(zipped({"xl/media/x.bin": bytes(range(256)) * 100}))
    place = content.rindex(b"xl/media/x.bin") - 46
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")  # the size in the directory
    with pytest.raises(ValidationFailed, match="damaged"):
        read(bytes(content), "p.xlsx")


def test_texts_that_many_cells_share_count_wherever_they_are_used(monkeypatch):
    monkeypatch.setattr(measuring, "MAX_TEXT", 1000)
    strings = f"<sst><si><t>{'x' * 300}</t></si></sst>"
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 5))
    with pytest.raises(ValidationFailed, match="characters"):
        read(zipped({"xl/worksheets/sheet1.xml": sheet(cells), "xl/sharedStrings.xml": strings}), "p.xlsx")


def test_the_size_when_unpacked_is_limited(monkeypatch):
    monkeypatch.setattr(safety, "MAX_UNPACKED", 2**20)
    with pytest.raises(ValidationFailed, match="unpacked"):
        read(zipped({f"xl/media/{i}.bin": bytes(range(256)) * 1024 for i in range(5)}), "p.xlsx")


def test_text_files_have_limits_too(monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(ValidationFailed, match="rows"):
        read("a\n1\n2\n3\n4\n")
    with pytest.raises(ValidationFailed, match="columns"):
        read(",".join(f"c{i}" for i in range(limits.MAX_COLUMNS + 1)) + "\n")
    with pytest.raises(ValidationFailed, match="row 2, the column b"):
        read(f"a,b\n1,{'x' * (limits.MAX_CELL + 1)}\n")
