"""`python -m benchmarks.page_budgets ADDRESS LOGIN PASSWORD`: what pages cost a slow phone, beside their budgets.

The phone: 390 px wide, 1.6 Mbit/s down, 150 ms away, four times slower than this machine; medians of three visits, each
with an empty cache (cold) and after another page (warm). The site runs already, e.g. by `make run`. Returns 1 where a
budget is broken.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
VISITS = 3
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
SLOWER = 4
PAGES = {
    "list": "/records/contacts.contact",
    "form": "/records/contacts.contact/1",
    "kanban": "/records/sales.opportunity/kanban",
    "calendar": "/records/activities.activity/calendar",
    "reports": "/m/sales/reports",
    "home": "/",
}
BUDGETS: Mapping[str, tuple[float, float]] = {
    "kilobytes": (200, 30),
    "largest paint": (2_500, 1_500),
    "shift": (0.05, 0.05),
    "nodes": (3_500, 3_500),
}
"""Cold and warm: kilobytes over the wire, milliseconds, the sum of layout shifts, nodes of the page."""

LISTEN = """() => new Promise((tell) => {
  let paint = 0, shift = 0;
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { paint = e.startTime; })).observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { if (!e.hadRecentInput) shift += e.value; })).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => tell({paint, shift, nodes: document.querySelectorAll('*').length}), 300);
})"""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages are, and who looks."""

    address: str
    login: str
    password: str


def main(arguments: Sequence[str]) -> int:
    """Measure all pages and print a table; 1 where a budget is broken."""
    if len(arguments) != 3:
        print(__doc__)
        return 2
    site, broken = Site(*arguments), 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, path in PAGES.items():
            for warm in (False, True):
                broken += _tell(name, warm, median([visit(browser, site, path, warm) for _ in range(VISITS)]))
        browser.close()
    return 1 if broken else 0


def visit(browser: Browser, site: Site, path: str, warm: bool) -> Mapping[str, float]:
    """Open a page as a slow phone does, and return what it took."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="fa-IR")
    page = context.new_page()
    _sign_in(page, site)
    if warm:
        page.goto(f"{site.address}/preferences", wait_until="load")
    session = context.new_cdp_session(page)
    taken: list[float] = []
    session.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
    session.send("Network.enable")
    if not warm:
        session.send("Network.clearBrowserCache")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(site.address + path, wait_until="networkidle")
    found = page.evaluate(LISTEN)
    context.close()
    return {
        "kilobytes": sum(taken) / 1024,
        "largest paint": found["paint"],
        "shift": found["shift"],
        "nodes": found["nodes"],
    }


def _sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/sign-in")
    page.fill("#login", site.login)
    page.fill("#password", site.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def median(visits: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the middle of each figure."""
    return {name: statistics.median(one[name] for one in visits) for name in BUDGETS}


def over(figures: Mapping[str, float], warm: bool) -> list[str]:
    """Return the figures that are above their budget."""
    return [name for name, budget in BUDGETS.items() if figures[name] > budget[warm]]


def _tell(name: str, warm: bool, figures: Mapping[str, float]) -> int:
    above = over(figures, warm)
    row = "  ".join(f"{figure} {figures[figure]:8.2f}" for figure in BUDGETS)
    print(
        f"{name:9} {'warm' if warm else 'cold'}  {row}  {'OVER: ' + ', '.join(above) if above else 'ok'}",
        flush=True,
    )
    return len(above)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
