"""A firm moves in: files of every program over the API and through the wizard with the same counts; out and in again, equal."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from core.app.work import work
from modules.contacts.tests import shapes
from modules.contacts.tests.test_moving_in import GOOGLE, OUTLOOK
from modules.contacts.tests.test_vcards import FOURTH, SECOND, THIRD
from tests.exchange.conftest import workbook
from tests.web.test_import_pages import counts as shown
from tests.web.test_import_pages import goes_on, uploads

pytestmark = [pytest.mark.modules, pytest.mark.covers("CD-45", "CD-46", "IN-22")]

PEOPLE, COMPANIES = "contacts.contact", "contacts.account"
PERSIAN = {"Accept-Language": "fa"}
ROLES = ("base.member", "contacts.manager")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts", "l10n_fa")


ESPO = shapes.text_file(
    shapes.ESPOCRM,
    {"id": "1", "firstName": "Leila", "lastName": "Amini", "assignedUserName": "Mina", "description": "Tea"},
    {"id": "2", "lastName": "Alone", "assignedUserName": "Who has left"},
)
VTIGER = shapes.text_file(
    shapes.VTIGER,
    {
        "Last Name": "Bahrami",
        "Organization Name": "Accounts::::Golestan",
        "Assigned To": "Mina",
        "Description": "Pays",
    },
    {"Last Name": "Second", "Assigned To": "Mina", "Primary Email": "no address"},
)
PAYAMGOSTAR = shapes.workbook(
    shapes.PAYAMGOSTAR,
    {
        "شماره مشتری": 1001,
        "نام خانوادگی": "احمدی",
        "موبایل": 989123334455,
        "تاریخ تولد": "1365/05/01",
        "کارشناس فروش": "Mina",
        "توضیحات": "خوش‌حساب",
    },
    {"شماره مشتری": 1002, "نام خانوادگی": "کریمی", "تاریخ تولد": "۱۳۶۶/۱۳/۰۱", "کارشناس فروش": "Mina"},
)
CYRUS = "\u0646\u0627\u0645 \u062e\u0627\u0646\u0648\u0627\u062f\u06af\u06cc"
ANY_SHAPE = (
    ("List of people", "", ""),
    (CYRUS, "Cell phone", "Town"),
    ("Stone", "0912 123 4567", "Yazd"),
    ("Reed", "12", "Rasht"),
    ("Stone", "+989121234567", "Yazd"),
)
FILES = {
    "google.csv": (GOOGLE.encode(), {"created": 3, "duplicates": 1}),
    "outlook.csv": (OUTLOOK.encode("utf-16"), {"created": 2}),
    "outlook-utf8.csv": (OUTLOOK.encode("utf-8-sig"), {"created": 2}),
    "outlook-1256.csv": (
        OUTLOOK.replace("ی", "ي").replace("ک", "ك").encode("cp1256"),
        {"created": 2},
    ),
    "any.csv": (
        "\n".join(";".join(row) for row in ANY_SHAPE).encode(),
        {"created": 1, "duplicates": 1, "errors": 1},
    ),
    "any.xlsx": (workbook(*ANY_SHAPE), {"created": 1, "duplicates": 1, "errors": 1}),
    "third.vcf": (THIRD.encode(), {"created": 1}),
    "fourth.vcf": (FOURTH.encode(), {"created": 1}),
    "people.vcf": ((THIRD + FOURTH + SECOND + "BEGIN:VCARD\n").encode(), {"created": 3, "errors": 1}),
    "espo.csv": (ESPO.encode(), {"created": 1, "errors": 1}),
    "vtiger.csv": (VTIGER.encode(), {"created": 2}),
    "payamgostar.xlsx": (PAYAMGOSTAR, {"created": 1, "errors": 1}),
}
TOLD = {"created": "created", "duplicates left out": "duplicates", "with errors": "errors"}


@pytest.fixture
def mina(person):
    return person(*ROLES, login="mina@example.com", name="Mina")


def sends(site, caller, content, name, **form):
    """Import a file over the API to its end."""
    data = {"file": (io.BytesIO(content), name), "entity": PEOPLE, **form}
    promised = caller("POST", "/imports", data=data, headers=PERSIAN)
    assert promised.status_code == 202, promised.text
    work(site, wait=False)
    job = caller.get(f"/jobs/{promised.json['job']}")
    assert job["state"] == "done", job["error"]
    return job["result"], promised.json["job"]


def takes_back(site, caller, job):
    promised = caller("POST", f"/imports/{job}/undo")
    assert promised.status_code == 202, promised.text
    work(site, wait=False)
    assert caller.get(f"/jobs/{promised.json['job']}")["result"]["kept"] == 0
    assert caller.get(f"/records/{PEOPLE}")["items"] == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_in_with_the_same_counts_over_the_api_and_through_the_wizard(site, mina, api, name):
    content, expected = FILES[name]
    caller = api(mina.actor)
    result, job = sends(site, caller, content, name, create_missing="true")
    assert {key: result[key] for key in expected} == expected
    assert sum(result[key] for key in ("created", "updated", "skipped", "duplicates", "errors")) == sum(
        expected.values()
    )
    takes_back(site, caller, job)

    def run_jobs():
        work(site, wait=False)

    checked = goes_on(mina, uploads(mina, content, name), run_jobs)
    assert {TOLD[key]: count for key, count in shown(checked).items()} == expected
    assert shown(goes_on(mina, checked, run_jobs)) == shown(checked)
    assert len(caller.get(f"/records/{PEOPLE}")["items"]) == expected["created"]
    again, _ = sends(site, caller, content, name, create_missing="true")
    assert again["created"] == 0, again
    assert again["duplicates"] == expected["created"] + expected.get("duplicates", 0)


FIELDS = (
    "code",
    "first_name",
    "last_name",
    "national_code",
    "birth_date",
    "mobile",
    "email",
    "account",
    "tags",
    "notes",
)


def table(content, fmt):
    """Return the rows of an export."""
    if fmt == "csv":
        return content.decode("utf-8-sig").splitlines()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.sheet_view.rightToLeft
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_what_goes_out_comes_in_equal_where_nothing_is(site, mina, api, kept, fmt):
    caller = api(mina.actor)
    acme, formula = kept.add(COMPANIES, {"name": "آذر, «نو»"}, {"name": "=1+1"})
    tags = kept.add("base.tag", {"name": "ویژه"}, {"name": "عمده"})
    kept.add(
        PEOPLE,
        {
            "first_name": "مریم",
            "last_name": "کاظمی",
            "code": "007",
            "national_code": "0013542419",
            "birth_date": "1986-07-23",
            "notes": '=HYPERLINK("x")\nخط دوم "نقل"',
            "tags": tags,
            "points": [
                {"kind": "mobile", "value": "+989121234567", "is_primary": True},
                {"kind": "email", "value": "maryam@example.com", "is_primary": True},
            ],
            "companies": [{"account": acme, "is_primary": True}],
        },
        {"last_name": "-2+3", "code": "008", "companies": [{"account": formula, "is_primary": True}]},
        {"last_name": "تنها", "code": "009", "birth_date": "1890-01-02"},
    )
    before = exported(caller, fmt)
    assert len(table(before, fmt)) >= 4
    for number in [item["id"] for item in kept.find(PEOPLE)]:
        assert caller("DELETE", f"/records/{PEOPLE}/{number}", headers=match(caller, number)).status_code in (
            200,
            204,
        )
    result, _ = sends(site, caller, before, f"people.{fmt}")
    assert (result["created"], result["errors"], result["duplicates"]) == (3, 0, 0), result["rows"]
    assert table(exported(caller, fmt), fmt) == table(before, fmt)


def exported(caller, fmt):
    asked = {"entity": PEOPLE, "fields": ",".join(FIELDS), "format": fmt, "sort": "code"}
    answer = caller("GET", "/exports", query_string=asked, headers=PERSIAN)
    assert answer.status_code == 200, answer.text
    return answer.data


def match(caller, number):
    return {"If-Match": caller("GET", f"/records/{PEOPLE}/{number}").headers["ETag"]}
