"""An English, Gregorian site gets the Persian module and loses it again; nothing that is stored changes."""

from __future__ import annotations

import io

import openpyxl
import pytest

from core.app.web import create_app
from core.storage import Database
from core.testing.site import PASSWORD, lent_site, make_account
from tests.web.conftest import Kept, Person

pytestmark = pytest.mark.modules

LOGIN = "mina@example.com"
PERSIAN = {"language": "fa", "calendar": "jalali", "digits": "persian", "money_unit": "toman"}
PEOPLE = "/records/contacts.contact?cols=last_name,birth_date"
SHEET = "/api/v1/exports?entity=contacts.contact&fields=last_name,birth_date&format=xlsx"
GREGORIAN_SHEET, JALALI_SHEET = "yyyy-mm-dd", "[$-fa-IR,16]yyyy/mm/dd;@"
ENGLISH = {"direction": "ltr", "people": [["Rezaei", "May 1, 1990"]], "sheet": (False, GREGORIAN_SHEET)}
PERSIAN_READING = {
    "direction": "rtl",
    "people": [["Rezaei", "۱۱ اردیبهشت ۱۳۶۹"]],
    "sheet": (True, JALALI_SHEET),
}


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "contacts")


def comes_in(site) -> Person:
    """Fill a tenant with a person and sign its administrator in."""
    Kept(site).add("contacts.contact", {"last_name": "Rezaei", "birth_date": "1990-05-01"})
    make_account(site, LOGIN, ["base.administrator"], password=PASSWORD)
    visitor = Person(create_app(site))
    opened = visitor.opens("/sign-in")
    visitor.submits(opened, opened.page.form_to("/sign-in"), {"login": LOGIN, "password": PASSWORD})
    return visitor


def chooses(person: Person, **preferences: str) -> None:
    opened = person.opens("/preferences")
    person.submits(opened, opened.page.form(cls="fbody"), preferences)


def turns(person: Person, act: str) -> None:
    opened = person.opens(f"/modules/l10n_fa/plan?act={act}")
    assert person.submits(opened, opened.page.form_to("/modules/l10n_fa"), {"act": act}).status == 200


def reads(person: Person) -> dict[str, object]:
    """Return how the tenant reads: its pages, and a sheet that leaves it."""
    page = person.opens(PEOPLE).page
    sheet = openpyxl.load_workbook(io.BytesIO(person.client.get(SHEET).data)).active
    return {
        "direction": page.one("html")["dir"],
        "people": page.rows(),
        "sheet": (bool(sheet.sheet_view.rightToLeft), sheet["B2"].number_format),
    }


def stored(site) -> list[str]:
    """Return every row of every contact as the database writes it."""
    with site.get(Database).engine.begin() as connection:
        tables = connection.exec_driver_sql(
            "select table_name from information_schema.tables where table_name like 'contacts%%' order by 1"
        ).scalars()
        return [
            row
            for name in list(tables)
            for row in connection.exec_driver_sql(f'select t::text from "{name}" t').scalars()
        ]


@pytest.fixture
def admin(site) -> Person:
    return comes_in(site)


@pytest.mark.covers("AS-35", "PL-37")
def test_the_module_changes_all_that_is_read_at_once_for_one_tenant_and_nothing_that_is_stored(
    pg, site, admin, tmp_path
):
    with lent_site(pg, ("base", "contacts"), tmp_path) as other:
        elsewhere, before = comes_in(other), stored(site)
        assert before
        assert reads(admin) == ENGLISH
        turns(admin, "install")
        chooses(admin, **PERSIAN)
        assert reads(admin) == PERSIAN_READING
        assert reads(elsewhere) == ENGLISH
        turns(admin, "disable")
        assert reads(admin) == ENGLISH
        turns(admin, "enable")
        assert reads(admin) == PERSIAN_READING
        assert reads(elsewhere) == ENGLISH
        assert stored(site) == before


@pytest.mark.covers("LO-04")
def test_calendar_and_direction_are_chosen_apart_and_both_go_with_the_module(admin):
    turns(admin, "install")
    chooses(admin, language="fa", calendar="gregorian")
    assert reads(admin) == {
        "direction": "rtl",
        "people": [["Rezaei", "۱ مه ۱۹۹۰"]],
        "sheet": (True, GREGORIAN_SHEET),
    }
    chooses(admin, language="en", calendar="jalali", digits="latin")
    assert reads(admin) == {
        "direction": "ltr",
        "people": [["Rezaei", "Ordibehesht 11, 1369"]],
        "sheet": (False, JALALI_SHEET),
    }
    turns(admin, "disable")
    assert reads(admin) == ENGLISH
