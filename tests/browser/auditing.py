"""axe on a page, in the light and in the dark."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import AXE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """([only, less]) => axe.run(less ? {exclude: [['.side'], ['.tabbar']]} : document, {runOnly: only, resultTypes: ['violations'], preload: false})
  .then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`))"""
FEW = """() => document.querySelectorAll('tbody tr:nth-child(n+7), .klist > li:nth-child(n+4), .tl-l > li:nth-child(n+7), .dlist > li:nth-child(n+4)')
  .forEach((one) => one.remove())"""
"""Rows beyond the first are built like them; each costs axe as much as a button."""
THEME = """(theme) => {
  if (!document.still) {
    document.still = new CSSStyleSheet();
    document.still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important; }');
    document.adoptedStyleSheets.push(document.still);
  }
  document.documentElement.dataset.theme = theme;
}"""


def audit(page: Page, where: str, *, shell: bool = True) -> list[str]:
    """Hold the page against all rules, and in the dark against the one on colours: no other asks for the theme.

    The sidebar is the same on all pages; ``shell=False`` leaves it out where it has been looked at.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(FEW)
    page.evaluate(THEME, "light")
    found = page.evaluate(RUN, [RULES, not shell])
    page.evaluate(THEME, "dark")
    found += [
        f"in the dark: {violation}" for violation in page.evaluate(RUN, [["color-contrast"], not shell])
    ]
    page.evaluate(THEME, "light")
    return [f"{where}: {violation}" for violation in found]
