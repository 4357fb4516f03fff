"""Formatted text in a browser: written by keyboard in both directions, cleaned where it is pasted, whole without a script."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from core.storage import Database
from tests.browser.auditing import audit

pytestmark = pytest.mark.browser

TICKETS = "/records/service.ticket"
EVIL = "<p>pasted <b>text</b></p><img src=x onerror=alert(1)><script>alert(1)</script><a href='javascript:alert(1)'>j</a>"
WORDS = {
    "fa": ("پررنگ", "فهرست", "پیوند", "نشانی پیوند", "ثبت پیوند"),
    "en": ("Bold", "List", "Link", "Address of the link", "Set the link"),
}

CLOSED = """async (box) => {
  const [found, frame] = [[], box.closest('fieldset')];
  for (const closed of [true, false]) {
    frame.disabled = closed;
    await Promise.resolve(); // before the page asks the server, which says otherwise
    found.push(box.getAttribute('contenteditable'));
  }
  return found;
}"""
"""What the editor says of itself while a condition closes its frame, and when it is opened again."""


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "l10n_fa", "contacts", "activities", "sales", "service")


@pytest.fixture
def ticket(add):
    her = add("contacts.contact", {"last_name": "Karimi"})[0]
    return add("service.ticket", {"subject": "Printer", "contact": her, "resolution": "خط یک\n\nline <two>"})[
        0
    ]


def stored(site, number):
    with site.get(Database).engine.connect() as connection:
        return connection.execute(
            sa.text("SELECT resolution FROM service_ticket WHERE id = :id"), {"id": number}
        ).scalar_one()


@pytest.mark.parametrize(("language", "width", "theme"), [("fa", 390, "dark"), ("en", 1440, "light")])
def test_text_is_formatted_by_keyboard_and_what_is_pasted_is_cleaned(
    seat, site, ticket, language, width, theme
):
    desk = seat(language=language, width=width, theme=theme)
    desk.signs_in()
    page = desk.goes(f"{TICKETS}/{ticket}")
    box = page.locator("#f-resolution-rich")
    expect(box).to_have_text("خط یکline <two>")
    assert not page.evaluate(
        "performance.getEntriesByType('resource').some((e) => e.name.includes('rich-editor'))"
    )
    box.focus()
    bar = page.get_by_role("toolbar")
    expect(bar).to_be_visible()
    editor = page.locator("#f-resolution-rich[contenteditable=true]")
    expect(editor).to_be_focused()
    _write(page, editor, bar, WORDS[language], forward="ArrowLeft" if language == "fa" else "ArrowRight")
    _paste(editor, EVIL)
    expect(editor).to_contain_text("pasted")
    assert editor.locator("img, script, [onerror], a[href^=javascript]").count() == 0
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    found = stored(site, ticket)
    assert "<strong>مهم</strong>" in found
    assert 'href="https://example.com/a" rel="noopener noreferrer nofollow"' in found
    assert "javascript" not in found
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _write(page, editor, bar, words, forward):
    """Write by keyboard: something bold, and a list with a link."""
    bold, bullets, link, address, done = words
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+b")
    page.keyboard.type("مهم")
    expect(bar.get_by_role("button", name=bold, exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    bar.get_by_role("button", name=bold, exact=True).focus()
    page.keyboard.press(forward)
    expect(bar.locator("[data-act=italic]")).to_be_focused()
    bar.get_by_role("button", name=bullets, exact=True).press("Enter")
    expect(editor).to_be_focused()
    page.keyboard.type("item")
    bar.get_by_role("button", name=link, exact=True).click()
    page.get_by_label(address).fill("javascript:alert(1)")
    page.get_by_role("button", name=done).click()
    expect(page.locator(".rich-link [role=alert]")).not_to_be_empty()
    page.get_by_label(address).fill("example.com/a")
    page.keyboard.press("Enter")
    expect(editor.locator("a")).to_have_attribute("href", "https://example.com/a")


def _paste(editor, html):
    """Paste as a browser does that has HTML at hand."""
    editor.evaluate(
        """(node, html) => {
          const data = new DataTransfer();
          data.setData('text/html', html);
          node.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        html,
    )


@pytest.mark.parametrize(("language", "width", "theme"), [("fa", 390, "light"), ("en", 1440, "dark")])
def test_nobody_is_kept_out_of_the_editor(seat, ticket, language, width, theme):
    desk = seat(language=language, width=width, theme=theme, bypass=True)
    desk.signs_in()
    page = desk.goes(f"{TICKETS}/{ticket}")
    assert audit(page, "formatted text") == []
    page.locator("#f-resolution-rich").focus()
    expect(page.get_by_role("toolbar")).to_be_visible()
    assert audit(page, "formatted text") == []


def test_what_is_typed_is_text_and_no_command_of_the_page(seat, site, ticket):
    desk = seat()
    desk.signs_in()
    page = desk.goes(f"{TICKETS}/{ticket}")
    page.locator("#f-resolution-rich").focus()
    expect(page.get_by_role("toolbar")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("n/?cs 1 g1")
    page.keyboard.press("Enter")
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+BracketRight")
    page.keyboard.press("Control+Shift+s")
    page.keyboard.type("two")
    page.keyboard.press("Tab")
    expect(page.locator("#f-resolution-rich")).not_to_be_focused()
    expect(page.locator(".toast")).to_be_hidden()
    expect(page.locator("dialog:modal")).to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    assert stored(site, ticket) == (
        '<p dir="auto">n/?cs 1 g1</p><ul dir="auto"><li><p>one</p>'
        '<ul dir="auto"><li><p><s>two</s></p></li></ul></li></ul>'
    )


def test_a_draft_of_formatted_text_is_taken_again_also_over_an_open_editor(seat, site, ticket):
    desk = seat()
    desk.signs_in()
    page = desk.goes(f"{TICKETS}/{ticket}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#f-resolution-rich").focus()
    expect(page.get_by_role("toolbar")).to_be_visible()
    page.keyboard.type(" and more")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "unsaved")
    page.reload()
    desk.settles()
    page.locator("#f-resolution-rich").focus()
    expect(page.get_by_role("toolbar")).to_be_visible()
    expect(page.locator("#f-resolution-rich")).not_to_contain_text("and more")
    page.locator("[data-draft-take]").click()
    expect(page.locator("#f-resolution-rich")).to_contain_text("line <two> and more")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    assert stored(site, ticket) == '<p dir="auto">خط یک</p><p dir="auto">line &lt;two&gt; and more</p>'


def test_what_must_not_be_changed_opens_no_editor_and_what_is_wrong_is_led_to(seat, site, add):
    firm = add("contacts.account", {"name": "Sepehr"})[0]
    quote = add("sales.quote", {"subject": "Lamps", "account": firm, "terms": "<p>Net <b>30</b></p>"})[0]
    desk = seat()
    desk.signs_in()
    page = desk.goes(f"/records/sales.quote/{quote}")
    page.locator("#f-terms-rich").focus()
    expect(page.get_by_role("toolbar")).to_be_visible()
    assert page.locator("#f-terms-rich").evaluate(CLOSED) == ["false", "true"]
    page.locator("#f-terms-rich").click()
    page.keyboard.insert_text("x" * 5001)
    page.keyboard.press("Control+s")
    page.locator("[data-summary] a[href='#f-terms']").click()
    expect(page.locator("#f-terms-rich")).to_be_focused()
    expect(page.locator("#f-terms-rich")).to_have_attribute("aria-invalid", "true")
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE sales_quote SET state = 'sent'"))
    page.on("dialog", lambda dialog: dialog.accept())
    desk.goes(f"/records/sales.quote/{quote}")
    expect(page.locator(".rich strong")).to_have_text("30")
    expect(page.locator("ui-rich")).to_have_count(0)


def test_without_a_script_text_is_written_as_text(seat, site, ticket):
    desk = seat(language="fa", width=390, scripts=False)
    page = desk.signs_in()
    desk.goes(f"{TICKETS}/{ticket}")
    field = page.locator("[name=resolution]")
    expect(field).to_have_value("خط یک\n\nline <two>")
    field.fill("<ul><li>یک</li></ul><script>alert(1)</script>")
    page.get_by_role("button", name="ذخیره", exact=True).locator("visible=true").first.click()
    expect(page.get_by_text("ذخیره شد").first).to_be_visible()
    assert stored(site, ticket) == '<ul dir="auto"><li>یک</li></ul>'
