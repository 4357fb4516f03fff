"""Files are chosen in the words of the site, by mouse, keyboard and drop, in both directions of writing; the names are told."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from playwright.sync_api import expect

from tests.browser.auditing import audit

pytestmark = [pytest.mark.browser, pytest.mark.modules]

WORDS = {
    "en": ("Choose a file", "Nothing chosen yet", "2 files: a.txt, قرارداد.pdf"),
    "fa": ("انتخاب فایل", "هنوز چیزی انتخاب نشده است", "۲ فایل: a.txt، قرارداد.pdf"),
}
TWO = [
    {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"},
    {"name": "قرارداد.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
]
DROP = """(pick) => {
  const given = new DataTransfer();
  given.items.add(new File(['a'], 'dropped.csv'));
  given.items.add(new File(['b'], 'second.csv'));
  for (const kind of ['dragover', 'drop']) pick.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts", "activities", "l10n_fa")


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("fa", "light", 390), ("fa", "dark", 1440), ("en", "light", 1440), ("en", "dark", 390)],
)
def test_every_place_speaks_the_language_of_the_site_and_tells_what_was_chosen(
    seat, add, language, theme, width
):
    choose, nothing, two = WORDS[language]
    (contact,) = add("contacts.contact", {"last_name": "Karimi"})
    desk = seat(language=language, theme=theme, width=width)
    desk.signs_in()
    page = desk.goes("/records/contacts.contact/import")
    told = page.locator("ui-pick output")
    expect(told).to_have_text(nothing)
    expect(page.locator("ui-pick label")).to_have_text(choose)
    found = audit(page, "import")
    page.locator("ui-pick").evaluate(DROP)
    expect(told).to_have_text("dropped.csv")
    page = desk.goes(f"/records/contacts.contact/{contact}")
    page.locator("#note-file").set_input_files(TWO)
    expect(page.locator("ui-timeline ui-pick output")).to_have_text(two)
    page.locator("#gal-file").set_input_files(TWO)
    expect(page.locator("ui-gallery ui-pick output")).to_have_text(two)
    page.locator("#gal-file").set_input_files([])
    expect(page.locator("ui-gallery ui-pick output")).to_have_text(nothing)
    page.locator("#f-photo").set_input_files(TWO[:1])
    expect(page.locator("ui-image ui-pick output")).to_have_text("a.txt")
    assert [*found, *audit(page, "form")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/form-{language}-{theme}-{width}.png", full_page=True)
        page.locator("ui-image").scroll_into_view_if_needed()
        page.screenshot(path=f"{os.environ['SHOTS']}/photo-{language}-{theme}-{width}.png")
        page.locator("ui-gallery").scroll_into_view_if_needed()
        page.screenshot(path=f"{os.environ['SHOTS']}/gallery-{language}-{theme}-{width}.png")
        page = desk.goes("/records/contacts.contact/import")
        page.locator("#file").focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        page.screenshot(path=f"{os.environ['SHOTS']}/import-{language}-{theme}-{width}.png")


def test_it_opens_by_keyboard_shows_where_one_is_and_by_its_label(seat):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes("/records/contacts.contact/import")
    page.locator("#file").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    ring = "getComputedStyle(document.querySelector('ui-pick label')).outlineStyle"
    assert page.evaluate(ring) == "solid"
    for press in (lambda: page.keyboard.press("Space"), page.locator("ui-pick label").click):
        with page.expect_file_chooser() as opened:
            press()
        assert not opened.value.is_multiple()
    assert page.get_by_label("انتخاب فایل").count() == 1, "its name is that of its label"
    page.locator("form.stack button").click()
    expect(page.locator("#file:invalid")).to_have_count(1)  # without one nothing is sent
