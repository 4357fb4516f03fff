"""axe finds nothing on any page, in both languages and themes, on a desk and on a phone, with what opens opened."""

from __future__ import annotations

import pytest

from tests.browser.conftest import AXE

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """(only) => axe.run(document, {runOnly: only, resultTypes: ['violations'], preload: false}).then((r) => r.violations.map(
  (v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`))"""
DARKEN = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync('*, *::before, *::after { transition: none !important; }');
  document.adoptedStyleSheets.push(still);
  document.documentElement.dataset.theme = 'dark';
}"""
LIST = "/records/contacts.contact"
PAGES = (
    LIST,
    f"{LIST}?q=nobody-is-called-so",
    f"{LIST}?trash=1",
    f"{LIST}?f=lifecycle~is~customer",
    f"{LIST}/new",
    "/records/contacts.account",
    "/records/contacts.relationship",
    f"{LIST}/{{ali}}",
    "/records/contacts.account/{arya}",
    f"{LIST}/{{ali}}/history",
    f"{LIST}/import",
    "/modules",
    "/fields",
    "/fields/contacts.contact",
    "/entities/new",
    "/preferences",
    "/search?q=سارا",
    "/no/such/page",
)


SHARES = 2
"""In how many tests the pages are looked at, so that two processes get their part."""


def audit(page, where):
    """Hold the page against all rules, and in the dark against the one on colours: no other asks for the theme."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, RULES)
    page.evaluate(DARKEN)
    found += [f"in the dark: {violation}" for violation in page.evaluate(RUN, ["color-contrast"])]
    return [f"{where}: {violation}" for violation in found]


def opened(desk, people):
    """Yield the page with each thing open that floats above it."""
    page = desk.goes(LIST)
    page.locator("header [data-menu]").first.click()
    yield "menu", page
    page = desk.goes(LIST)
    page.locator(".adder:has(details) > summary").click()
    page.locator(".adder details > summary").nth(3).click()
    yield "filter", page
    page = desk.goes(LIST)
    page.locator("tbody .ck").first.check()
    yield "chosen rows", page
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("سارا")
    page.locator("#palette [role=option]", has_text="سارا رضایی").wait_for()
    yield "palette", page
    page = desk.goes(LIST)
    page.evaluate("document.querySelector('#keys').showModal()")
    yield "keyboard", page
    page = desk.goes(f"{LIST}/{people['ali']}")
    page.locator("ui-date .lkb").first.click()
    yield "calendar", page
    page = desk.goes(f"/records/contacts.account/{people['star']}")
    page.locator("#f-parent").click()
    page.locator("[role=listbox] [role=option]").first.wait_for()
    yield "choices", page
    page = desk.goes(f"{LIST}/new")
    page.locator(".savebar [data-save]").click()
    page.locator("[data-summary]").wait_for()
    yield "refused form", page


everywhere = pytest.mark.parametrize(
    ("language", "width"), [("fa", 1440), ("fa", 390), ("en", 1440), ("en", 390)]
)


@pytest.mark.parametrize("share", range(SHARES))
@everywhere
@pytest.mark.covers("IN-26", "LO-13", "PL-09")
def test_axe_finds_nothing(seat, people, language, width, share):
    desk = seat(width=width, language=language, bypass=True)
    desk.signs_in()
    found = []
    for path in PAGES[share::SHARES]:
        found += audit(desk.goes(path.format(**people)), path)
    assert found == []


@everywhere
def test_axe_finds_nothing_where_something_is_open_or_nobody_has_signed_in(seat, people, language, width):
    desk = seat(width=width, language=language, bypass=True)
    found = audit(desk.goes("/sign-in"), "sign-in")
    desk.signs_in()
    for name, page in opened(desk, people):
        found += audit(page, name)
    assert found == []


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.covers("IN-26")
def test_nothing_scrolls_sideways_on_the_narrowest_screen(seat, people, language):
    desk = seat(width=320, language=language)
    desk.signs_in()
    wide = []
    for path in PAGES:
        page = desk.goes(path.format(**people))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []
