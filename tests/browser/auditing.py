"""axe on a page, in the light and in the dark."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import AXE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async ([only, less]) => {
  const run = (where, rules) => axe.run(where, {runOnly: rules, resultTypes: ['violations'], preload: false}).then((r) => r.violations)
  const small = async (node) => {
    const target = document.querySelector(node.target[0])
    target?.scrollIntoView({block: 'center'})
    return !target || (await run(target, ['target-size'])).length > 0
  }
  const found = await run(less ? {exclude: [['.side'], ['.tabbar']]} : document, only)
  const told = []
  for (const one of found) {
    const nodes = []
    for (const node of one.nodes) if (one.id !== 'target-size' || await small(node)) nodes.push(node)
    if (nodes.length) told.push(`${one.id}: ${nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`)
  }
  scrollTo(0, 0)
  return told
}"""
"""What stands half under the bar at the bottom of a small screen is held against the rule on sizes after scrolling."""
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
