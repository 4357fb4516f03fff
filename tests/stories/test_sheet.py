"""The sheet of AS-21 into an empty site: columns recognised, every row accounted for, nothing merged."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.identity import Identity
from core.kernel.actor import Actor, system_actor
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from tests.exchange.conftest import Office, counts
from tests.stories.make_sheet import make_sheet, write_sheet

pytestmark = [pytest.mark.modules, pytest.mark.covers("CD-45", "IN-22")]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts", "l10n_fa")


@pytest.fixture(scope="session")
def site_folders() -> None:
    return None


@pytest.fixture
def persian(site: Any, actor_as: Any) -> Actor:
    """Somebody who reads Persian and may do everything with contacts, but nothing else."""
    actor = actor_as("base.member", "contacts.manager", login="mina@example.com", name="مینا")
    system = system_actor("a test")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        site.get(Records).update(system, "base.user", actor.id, {"language": "fa"}, version=None, uow=uow)
    return site.get(Identity).actor_of(actor.id)


@pytest.fixture
def office(site: Any, persian: Actor) -> Office:
    return Office(site, persian)


@pytest.fixture(scope="session")
def sheet() -> Any:
    return make_sheet()


@pytest.fixture(scope="session")
def xlsx(sheet: Any, tmp_path_factory: Any) -> bytes:
    path: Path = tmp_path_factory.mktemp("sheet") / "customers.xlsx"
    write_sheet(sheet, path)
    return path.read_bytes()


def test_persian_headers_are_recognised(office, xlsx):
    inspection = office.inspect(xlsx, "customers.xlsx", "contacts.contact")
    assert inspection.mapping == {
        "نام": "first_name",
        "نام خانوادگی": "last_name",
        "موبایل": "mobile",
        "ایمیل": "email",
        "شهر": "city",
        "تاریخ تولد": "birth_date",
        "کد مشتری": "code",
        "توضیحات": "notes",
    }
    assert inspection.rows == 1000


def test_dry_run_tells_what_the_import_then_does(office, sheet, xlsx):
    tried = office.run(xlsx, "customers.xlsx", entity="contacts.contact", dry_run=True)
    assert counts(tried) == sheet.counts
    assert not office.people(entity="contacts.contact")
    done = office.run(xlsx, "customers.xlsx", entity="contacts.contact")
    assert counts(done) == sheet.counts
    assert done["rows"] == tried["rows"]
    assert [row["row"] for row in done["rows"] if row["outcome"] == "error"] == list(sheet.bad)
    assert [row["row"] for row in done["rows"] if row["outcome"] == "duplicate"] == list(sheet.duplicates)
    assert {p["code"] for row in done["rows"] for p in row["problems"] if row["outcome"] == "error"} == {
        "not_an_email"
    }
    assert all(
        "ایمیل" in p["message"] or "رایانامه" in p["message"]
        for row in done["rows"]
        if row["outcome"] == "error"
        for p in row["problems"]
    )


def test_error_file_is_corrected_and_imported_again(office, sheet, xlsx):
    done = office.run(xlsx, "customers.xlsx", entity="contacts.contact")
    book = office.download(done)
    page = book.worksheets[0]
    rows = list(page.iter_rows(values_only=True))
    assert len(rows) == 1 + len(sheet.bad)
    assert len(list(book.worksheets[1].iter_rows())) == 1 + len(sheet.duplicates)
    for number in range(2, page.max_row + 1):
        page.cell(number, 4).value = f"corrected{number}@example.com"
    file = io.BytesIO()
    book.save(file)
    again = office.run(file.getvalue(), "corrected.xlsx", entity="contacts.contact")
    assert counts(again) == {"created": len(sheet.bad)}


def test_values_arrive_as_they_were_meant(office, sheet, xlsx):
    office.run(xlsx, "customers.xlsx", entity="contacts.contact")
    found = office.people(
        "first_name",
        "last_name",
        "code",
        "mobile",
        "email",
        "birth_date",
        entity="contacts.contact",
        filter="code == '000007'",
    )
    assert len(found) == 1
    assert found[0]["mobile"] == "+989120000007"
    assert found[0]["email"] == "person7@example.com"
    assert not any(
        letter in f"{p['first_name']}{p['last_name']}"
        for p in office.people("first_name", "last_name", entity="contacts.contact")
        for letter in "يك"
    )


def test_importing_twice_creates_nothing_twice(office, sheet, xlsx):
    office.run(xlsx, "customers.xlsx", entity="contacts.contact")
    again = office.run(xlsx, "customers.xlsx", entity="contacts.contact")
    assert counts(again) == {"duplicates": 1000 - len(sheet.bad), "errors": len(sheet.bad)}
