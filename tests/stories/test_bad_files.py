"""Files that cannot be imported, through the API and the pages: a sentence in the reader's language, and nothing stays."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from core.app.work import work
from core.storage import Database
from tests.exchange.encrypted import compound, encrypted
from tests.stories import bad_files
from tests.stories.bad_files import MB, SHEET, TYPES, card, png, repacked, workbook
from tests.web.conftest import Answer
from tests.web.page import Form

PEOPLE = "contacts.contact"
NAMES = [f"c{number}" for number in range(5000)]
LONG = "x" * (2**20 + 1)
GOOD = workbook(["Last name"], ["Ada"])
MIXED = "نام خانوادگی,شهر\nعلی,تهران\n".encode() + "رضا,شيراز\n".encode("cp1256")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"

SECONDS, MEGABYTES = 10, 200
"""What one file may cost at most: far more than it does, far less than what it would unpack to."""

REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    **{f"broken: {name}": ("a.xlsx", data, "broken", "damaged") for name, data in bad_files.broken().items()},
    "bomb: dense": ("a.xlsx", bad_files.bombs()["dense"], "too_dense", "densely"),
    "bomb: large": ("a.xlsx", bad_files.bombs()["large"], "too_large", "50 MB"),
    "bomb: liar": ("a.xlsx", bad_files.bombs()["liar"], "broken", "damaged"),
    "bomb: parts": ("a.xlsx", bad_files.bombs()["parts"], "too_many_parts", "2000 parts"),
    "bomb: zips": ("a.xlsx", bad_files.bombs()["zips"], "not_a_workbook", "not an Excel workbook"),
    "encrypted": ("a.xlsx", encrypted(GOOD), "protected", "password"),
    "old": ("a.xls", compound({"Workbook": bytes(5000)}), "old_workbook", "old kind"),
    "macros": (
        "a.xlsm",
        repacked(GOOD, lambda name, data: data.replace(*bad_files.MACROS) if name == TYPES else data),
        "macros",
        "without macros",
    ),
    "from outside": (
        "a.xlsx",
        repacked(GOOD, more={"customXml/item.xml": bad_files.OUTSIDE.encode()}),
        "doctype",
        "document type",
    ),
    "laughs": (
        "a.xlsx",
        repacked(GOOD, lambda name, data: bad_files.LAUGHS.encode() if name == SHEET else data),
        "doctype",
        "document type",
    ),
    "5,000 columns of text": ("a.csv", (",".join(NAMES) + "\n").encode(), "too_many_columns", "500 columns"),
    "5,000 columns": ("a.xlsx", workbook(NAMES, NAMES), "too_many_columns", "500 columns"),
    "a cell": (
        "a.xlsx",
        bad_files.in_sheet(b"<v>1</v>", f"<v>{bad_files.noise(2**20 + 1)}</v>".encode()),
        "too_long_cell",
        "The cell A2",
    ),
    "a shared cell": ("a.xlsx", bad_files.with_shared_text(2**20 + 1), "too_long_cell", "The cell A2"),
    "empty headers": ("a.csv", b",,,\n,,,\n", "no_header", "names of columns"),
    "empty": ("a.csv", b"", "no_header", "names of columns"),
    "mixed": ("a.csv", MIXED, "mixed_encodings", "line 3"),
    "svg": ("a.svg", SVG, "markup", "no table"),
    "html": ("a.xls", b"<html><table><tr><td>1", "markup", "no table"),
    "picture": ("a.csv", png(1000), "not_a_table", "neither"),
    "picture and workbook": ("a.xlsx", b"GIF89a/*" + bytes(20) + GOOD, "not_a_table", "neither"),
    "paper and workbook": ("a.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + GOOD, "not_a_table", "neither"),
}

TOLD_LATER: dict[str, tuple[str, bytes, str]] = {
    "a cell of text": (
        "a.csv",
        f"Last name,Notes\nA,b\nStone,{LONG}\n".encode(),
        "In row 3, the column Notes",
    ),
    "empty headers of a workbook": ("a.xlsx", workbook([None, None]), "names of columns"),
}
"""What only reading the rows finds: the pages refuse it at once, over the API the job fails."""


def sent(**parts: Any) -> dict[str, Any]:
    """Return a form with a file as a browser sends it; the test client would leave a file of its own open."""
    boundary, data = encode_multipart(parts)
    return {"data": data, "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"}}


def file(content: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.fixture
def admin(person):
    return person("base.administrator", "contacts.editor", login="admin@example.com")


@pytest.fixture
def imports(api, admin):
    caller = api(admin.actor)

    def send(content, name, language="en"):
        form = sent(file=file(content, name), entity=PEOPLE)
        form["headers"]["Accept-Language"] = language
        return caller("POST", "/imports", **form)

    send.caller = caller
    return send


def uploads(admin, content, name):
    """Send a file on the first page of the wizard."""
    opened = admin.opens(f"/records/{PEOPLE}/import")
    token = opened.page.main.one("form").one("input", name="csrf")["value"]
    form = sent(csrf=token, file=file(content, name))
    return Answer(admin.client.post(f"/records/{PEOPLE}/import", follow_redirects=True, **form))


def left(site):
    """Return how many files, jobs and people there are."""
    with site.get(Database).reading() as reader:
        return [reader.value(f"SELECT count(*) FROM {table}") for table in ("core_file", "core_job")]


@pytest.fixture(autouse=True)
def bounded():
    """Hold each test to its time and to the memory that it takes at most."""
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew
    before, began = _memory("VmRSS"), time.monotonic()
    yield
    assert time.monotonic() - began < SECONDS
    assert _memory("VmHWM") - before < MEGABYTES


def _memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_imported_is_told_and_leaves_nothing(site, admin, imports, kept, case):
    name, content, code, says = REFUSED[case]
    told = {}
    for language in ("en", "fa"):
        answer = imports(content, name, language)
        assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
        told[language] = answer.json["detail"]
        page = uploads(admin.speaks(language), content, name)
        assert page.status == 422
        assert page.page.main.one("div", role="alert").text == told[language]
    assert says in told["en"]
    assert told["fa"] != told["en"]
    assert left(site) == [0, 0]
    assert kept.find(PEOPLE) == []


@pytest.mark.parametrize("case", TOLD_LATER)
def test_what_only_its_rows_show_is_told_by_the_job(site, admin, imports, kept, case):
    name, content, says = TOLD_LATER[case]
    told = {}
    for language in ("en", "fa"):
        page = uploads(admin.speaks(language), content, name)
        assert page.status == 422
        promised = imports(content, name, language)
        assert promised.status_code == 202, promised.text
        work(site, wait=False)
        job = imports.caller.get(f"/jobs/{promised.json['job']}")
        assert job["state"] == "failed"
        told[language] = job["error"]
        assert page.page.main.one("div", role="alert").text == told[language]
    assert says in told["en"]
    assert told["fa"] != told["en"]
    assert kept.find(PEOPLE) == []


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        (
            "a.csv",
            b"Last name,Phone,,Phone\nStone,02188776655,2,02188776656\n",
            ["Last name", "Phone", "Phone (2)"],
        ),
        (
            "a.xlsx",
            workbook(["Last name", None, "Code"], ["Stone", "B", "1"], merged="A1:B1"),
            ["Last name", "Code"],
        ),
    ],
)
def test_double_empty_and_merged_headers_are_shown_and_imported(site, admin, imports, name, content, names):
    page = uploads(admin, content, name).page.main
    assert [row.one("th").text for row in page.one("tbody").all("tr")] == names
    promised = imports(content, name)
    work(site, wait=False)
    result = imports.caller.get(f"/jobs/{promised.json['job']}")["result"]
    assert (result["created"], result["errors"]) == (1, 0)


@pytest.mark.parametrize(
    ("photo", "kind", "code"),
    [
        (png(10 * MB), "PNG", "large_photo"),
        (b"x" * 10 * MB, "PNG", "large_photo"),
        (SVG, "SVG", "no_picture"),
    ],
)
def test_a_card_whose_photo_cannot_be_taken_says_so_at_its_row(site, imports, kept, photo, kind, code):
    for language, says in (("en", "photo" if code == "large_photo" else "picture"), ("fa", "")):
        promised = imports(card(photo, kind), "a.vcf", language)
        work(site, wait=False)
        result = imports.caller.get(f"/jobs/{promised.json['job']}")["result"]
        (problem,) = result["rows"][0]["problems"]
        assert (problem["field"], problem["code"]) == ("Photo", code)
        assert says in problem["message"]
        assert problem["message"].isascii() == (language == "en")
    assert kept.find(PEOPLE) == []


def test_the_page_of_columns_keeps_what_was_chosen_where_it_cannot_be_done(admin):
    columns = uploads(admin, b"Last name,Code\nStone,1\n", "a.csv")
    chosen = {"c0": "last_name", "c1": "last_name", "mode": "upsert", "key": "code", "create_missing": "1"}
    form = Form(columns.page.main.one("form", method="post"))
    refused = admin.submits(columns, form, chosen)
    assert refused.status == 422
    assert (
        refused.page.main.one("div", role="alert").text
        == "Two columns cannot both be imported into Last name."
    )
    again = Form(refused.page.main.one("form", method="post"))
    assert {name: again[name] for name in chosen} == chosen
    assert "None" not in refused.page.main.text


def test_a_form_of_many_lines_and_long_texts_is_read_and_one_too_many_is_told(admin):
    opened = admin.opens(f"/records/{PEOPLE}/new")
    token = opened.page.form(id="record")["csrf"]
    many = {"csrf": token, "notes": "x" * 700_000, **{f"x{number}": "" for number in range(3000)}}
    taken = admin.client.post(f"/records/{PEOPLE}/new", **sent(**many))
    assert taken.status_code == 422, "it was read, and refused for what is missing"
    refused = admin.client.post(f"/records/{PEOPLE}/new", **sent(csrf=token, notes="x" * 9 * MB))
    assert refused.status_code == 413
    assert "save it in parts" in refused.text
