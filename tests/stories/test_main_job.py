"""The main job over HTTP: a thousand people from a sheet, tried, imported, corrected, found and exported again."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest

from core.app.work import work
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import make_account
from tests.exchange.conftest import counts
from tests.stories.make_sheet import make_sheet, write_sheet

pytestmark = [pytest.mark.modules, pytest.mark.covers("CD-45", "IN-22")]

ENTITY = "contacts.contact"
ENDED = ("done", "failed", "cancelled")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts", "l10n_fa")


@pytest.fixture(scope="session")
def site_folders() -> None:
    return None


class Person:
    """Somebody with an API key and a worker that does what they promise."""

    def __init__(self, site: Any, client: Any, key: str) -> None:
        self.site = site
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}", "Accept-Language": "fa"}

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        return self.client.open(f"/api/v1{path}", method=method, headers=self.headers, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self("GET", path, query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.json

    def import_file(self, content: bytes, **how: Any) -> Mapping[str, Any]:
        """Import a file and return the result of the job."""
        data = {"file": (io.BytesIO(content), "customers.xlsx"), "entity": ENTITY, **how}
        promised = self("POST", "/imports", data=data)
        assert promised.status_code == 202, promised.text
        work(self.site, wait=False)
        until = time.monotonic() + 60
        while (job := self.get(f"/jobs/{promised.json['job']}"))["state"] not in ENDED:
            assert time.monotonic() < until
        assert job["state"] == "done", job["error"]
        assert job["progress"] == {"done": job["progress"]["total"], "total": job["progress"]["total"]}
        return job["result"]


@pytest.fixture
def person(site: Any, client: Any) -> Person:
    account = make_account(site, "mina@example.com", ["base.member", "contacts.manager"], name="Mina")
    system = system_actor("a test")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        key = site.get(Identity).create_key(system, account, "story", (Scope(),), uow=uow)
    return Person(site, client, key)


@pytest.fixture
def sheet() -> Any:
    return make_sheet()


@pytest.fixture
def content(sheet: Any, tmp_path: Any) -> bytes:
    write_sheet(sheet, tmp_path / "customers.xlsx")
    return (tmp_path / "customers.xlsx").read_bytes()


def test_a_thousand_people_arrive_exactly(person: Person, sheet: Any, content: bytes) -> None:
    tried = person.import_file(content, dry_run="true")
    assert counts(tried) == sheet.counts
    assert _total(person) == 0
    done = person.import_file(content)
    assert (counts(done), done["rows"]) == (counts(tried), tried["rows"])
    assert _total(person) == sheet.counts["created"]
    corrected = _corrected(person("GET", done["error_file"].removeprefix("/api/v1")).data)
    assert counts(person.import_file(corrected, mode="create")) == {"created": sheet.counts["errors"]}
    assert _total(person) == sheet.counts["created"] + sheet.counts["errors"]
    _found(person)
    _brought_up_to_date(person, content, sheet)


def _total(person: Person) -> int:
    return int(person.get(f"/records/{ENTITY}", limit=1, count="exact")["total"])


def _corrected(workbook: bytes) -> bytes:
    """Return an error file as somebody sends it back."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    for number in range(2, book.worksheets[0].max_row + 1):
        book.worksheets[0].cell(number, 4).value = f"corrected{number}@example.com"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _found(person: Person) -> None:
    """Find somebody by the number as it is dialled, in Persian digits; and in an export of the list."""
    hits = person.get("/search", q="۰۹۱۲۰۰۰۰۰۰۷", entity=ENTITY)["items"]
    assert len(hits) == 1
    record = person.get(f"/records/{ENTITY}/{hits[0]['id']}")
    assert (record["mobile"], record["code"]) == ("+989120000007", "000007")
    export = person(
        "GET",
        "/exports",
        query_string={
            "entity": ENTITY,
            "fields": "full_name,mobile",
            "format": "csv",
            "filter": "code == '000007'",
        },
    )
    assert export.status_code == 200
    assert "+989120000007" in export.data.decode("utf-8-sig")


def _brought_up_to_date(person: Person, content: bytes, sheet: Any) -> None:
    """Import the same sheet again by a key: nobody is there twice."""
    mapping = json.dumps(
        {"موبایل": "mobile", "نام": "first_name", "نام خانوادگی": "last_name"}, ensure_ascii=False
    )
    again = person.import_file(content, mode="upsert", key="mobile", mapping=mapping)
    assert again["created"] == 0
    assert again["duplicates"] == len(sheet.duplicates)
    assert again["updated"] + again["skipped"] == sheet.counts["created"] + sheet.counts["errors"]
