"""The files of a record in a real browser, in both directions of writing: several at once, seen large, by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.auditing import audit

pytestmark = [pytest.mark.browser, pytest.mark.modules]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts", "l10n_fa")


def picture(name, colour):
    into = BytesIO()
    Image.new("RGB", (300, 200), colour).save(into, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": into.getvalue()}


@pytest.mark.parametrize(("language", "onwards"), [("fa", "ArrowLeft"), ("en", "ArrowRight")])
def test_files_are_uploaded_and_seen_large(seat, add, language, onwards):
    (contact,) = add("contacts.contact", {"last_name": "Karimi"})
    desk = seat(language=language)
    desk.signs_in()
    page = desk.goes(f"/records/contacts.contact/{contact}")
    text = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"}
    page.locator("#gal-file").set_input_files([picture("a.png", "red"), picture("b.png", "blue"), text])
    page.locator("[data-upload] button").click()
    expect(page.locator(".gal-i")).to_have_count(3)
    found = audit(page, "gallery")
    page.locator("a[data-large]").first.click()
    shown = page.locator("dialog.gal-v img")
    expect(shown).to_have_attribute("alt", "b.png")
    page.keyboard.press(onwards)
    expect(shown).to_have_attribute("alt", "a.png")
    assert [*found, *audit(page, "large")] == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog.gal-v")).to_have_count(0)
    page.locator("form[data-delete] button").first.click()
    expect(page.locator(".gal-i")).to_have_count(2)
