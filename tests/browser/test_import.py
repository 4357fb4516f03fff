"""The main job in a browser, in Persian: a thousand people from a sheet, checked, imported, mended and imported again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from modules.contacts.tests import shapes
from tests.stories.make_sheet import PERSIAN, Sheet, make_sheet, write_sheet

pytestmark = [pytest.mark.browser, pytest.mark.covers("CD-45", "IN-22")]

LIST = "/records/contacts.contact"
COLUMNS = {
    "نام": "first_name",
    "نام خانوادگی": "last_name",
    "موبایل": "mobile",
    "ایمیل": "email",
    "شهر": "city",
    "تاریخ تولد": "birth_date",
    "کد مشتری": "code",
    "توضیحات": "notes",
}
TOLD = {"created": "ایجاد شده", "duplicates": "تکراری‌های کنار گذاشته", "errors": "دارای خطا"}


@pytest.fixture
def sheet() -> Sheet:
    return make_sheet()


class Wizard:
    """The four steps of an import, as somebody goes through them."""

    def __init__(self, page: Page, worker: Callable[[], None]) -> None:
        self.page = page
        self._worker = worker

    def uploads(self, file: Path) -> None:
        """Step 1: choose the file; what its columns mean is guessed then."""
        self.page.set_input_files("#file", file)
        self.page.locator("main form button.primary").click()
        expect(self.page.locator("main table.map")).to_be_visible()

    def mapping(self) -> dict[str, str]:
        """Step 2: what each column becomes, as far as it is chosen."""
        rows = self.page.locator("main table.map tbody tr").all()
        found = {row.locator("th").inner_text(): row.locator("select").input_value() for row in rows}
        return {column: path for column, path in found.items() if path}

    def means(self, column: str) -> str:
        """Return what a column becomes, in the words of the page."""
        row = self.page.locator("main table.map tbody tr", has=self.page.locator("th", has_text=column))
        return row.locator("option:checked").inner_text()

    def goes_on(self) -> dict[str, str]:
        """Steps 3 and 4: press the button, see that it is at work, then the counts by their words."""
        self.page.locator("main form button.primary").click()
        expect(self.page.locator("#task progress")).to_be_visible()
        self._worker()
        expect(self.page.locator("dl.counts")).to_be_visible()
        cards = self.page.locator("dl.counts > div").all()
        return {card.locator("dt").inner_text(): card.locator("dd").inner_text() for card in cards}

    def reasons(self) -> dict[str, str]:
        """Return what is told of each row that is not imported."""
        rows = self.page.locator("#task table.lines:not(form *) tbody tr").all()
        return {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_sheet_of_a_thousand_people_is_imported_exactly(seat, worker, sheet, tmp_path, width):
    write_sheet(sheet, tmp_path / "customers.xlsx")
    desk = seat(width=width, language="fa")
    page = desk.signs_in()
    page.locator("main .empty a[href$=import]").click()
    wizard = Wizard(page, worker)
    wizard.uploads(tmp_path / "customers.xlsx")
    assert wizard.mapping() == COLUMNS
    assert wizard.means("تاریخ تولد") == "تاریخ تولد"
    tried = wizard.goes_on()
    assert told(tried) == sheet.counts
    reasons = wizard.reasons()
    assert set(reasons) == {persian(row) for row in (*sheet.bad, *sheet.duplicates)}
    assert all("نشانی ایمیل نیست" in reasons[persian(row)] for row in sheet.bad)
    assert all("فایل همین" in reasons[persian(row)] for row in sheet.duplicates)
    assert wizard.goes_on() == tried
    assert wizard.reasons() == reasons
    corrected = mended(page, tmp_path)
    page.locator(".actions a[href$=import]").click()
    wizard.uploads(corrected)
    assert wizard.mapping() == COLUMNS
    wizard.goes_on()
    assert told(wizard.goes_on()) == {"created": sheet.counts["errors"]}
    assert found_by_number(desk) == 1


def test_a_file_of_google_is_mended_in_the_wizard_and_taken_back_in_persian(seat, worker, tmp_path):
    file = tmp_path / "contacts.csv"
    rows = [
        {"First Name": "مریم", "Last Name": "کاظمی", "Phone 1 - Value": "09121234567 ::: 09351112233"},
        {"First Name": "رضا", "Last Name": "نوری", "Birthday": "1990-13-40"},
    ]
    file.write_text(shapes.text_file(shapes.GOOGLE_NEW, *rows), encoding="utf-8")
    desk = seat(width=390, language="fa")
    page = desk.signs_in()
    page.goto(f"{page.url.partition('/records')[0].rstrip('/')}{LIST}/import")
    wizard = Wizard(page, worker)
    wizard.uploads(file)
    expect(page.locator("main .alert")).to_contain_text("مخاطبان گوگل")
    assert wizard.means("تاریخ تولد") == "تاریخ تولد"
    assert told(wizard.goes_on()) == {"created": 1, "errors": 1}
    page.locator("input[name=new]").fill("1990-05-06")
    page.locator("form[aria-label='همین‌جا درست کنید'] button").click()
    worker()
    expect(page.locator("dl.counts dd").first).to_have_text("۲")
    assert told(wizard.goes_on()) == {"created": 2}
    page.locator("form[action*='/import/undo/'] button").click()
    page.locator("dialog[open] button.primary, dialog[open] button.danger").first.click()
    expect(page.locator("#task")).to_contain_text("در حال بازگشت")
    worker()
    expect(page.locator("#task .alert.ok")).to_contain_text("بازگردانده شد")
    assert desk.goes(LIST).locator("tbody tr").count() == 0


def told(counts: dict[str, str]) -> dict[str, int]:
    """Return the counts that are not nothing; int() reads the digits of every script."""
    names = {words: name for name, words in TOLD.items()}
    return {names.get(words, words): int(number) for words, number in counts.items() if int(number)}


def mended(page: Page, folder: Path) -> Path:
    """Download the rows with problems and put right what is wrong with them."""
    with page.expect_download() as download:
        page.locator("#task a[href^='/files/']").click()
    file = folder / "mended.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    rows = book.worksheets[0]
    for number in range(2, rows.max_row + 1):
        rows.cell(number, 4).value = f"corrected{number}@example.com"
    book.save(file)
    return file


def found_by_number(desk: Any) -> int:
    """Count who is found by a number as it is dialled, in Persian digits."""
    return int(desk.goes(f"{LIST}?q=۰۹۱۲۰۰۰۰۰۰۷").locator("tbody tr").count())


def persian(number: int) -> str:
    return str(number).translate(PERSIAN)
