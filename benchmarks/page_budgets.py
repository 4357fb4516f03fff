"""`python -m benchmarks.page_budgets [ADDRESS LOGIN PASSWORD]`: what pages cost a slow phone, beside their budgets.

The phone: 390 px wide, 1.6 Mbit/s down, 150 ms away, four times slower than this machine; medians of three visits, each
with an empty cache (cold) and after another page (warm). Without an address it starts a site with the demo data. Written to
benchmarks/results/pages.md and pages.json. Returns 1 where a budget is broken.
"""

from __future__ import annotations

import logging
import os
import platform
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.page_answers import Press, moves, taps
from benchmarks.page_report import BUDGETS, Found, Taken, write
from benchmarks.page_weights import Weight, built, long_list, scripts
from benchmarks.place import RESULTS
from benchmarks.tasks import demo_site
from core.log import set_up
from core.testing.site import PASSWORD, make_account

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LOGIN = "bench@example.com"
VISITS = 3
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
SLOWER = 4
PAGES = {
    "list": "/records/contacts.contact",
    "long list": "/records/sales.opportunity",
    "form": "/records/contacts.contact/1",
    "deal": "/records/sales.opportunity/1",
    "kanban": "/records/sales.opportunity/kanban",
    "calendar": "/records/activities.activity/calendar",
    "reports": "/m/sales/reports",
    "home": "/",
}
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
    """Measure all pages and write what was found; 1 where a budget is broken."""
    if len(arguments) not in (0, 3):
        print(__doc__)
        return 2
    busy = os.getloadavg()[0]
    with site_of(arguments) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        taken = [
            Taken(
                name=name,
                warm=warm,
                figures=median([visit(browser, site, path, warm) for _ in range(VISITS)]),
            )
            for name, path in PAGES.items()
            for warm in (False, True)
        ]
        weights, presses = weigh(browser, site), press(browser, site)
        version = browser.version
        browser.close()
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processes that wanted a core when it began": f"{busy:.1f}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Chromium {version}",
    }
    found = Found(taken=taken, weights=weights, presses=presses, about=about)
    sys.stdout.write(write(RESULTS, found))
    return 1 if found.broken else 0


@contextmanager
def site_of(arguments: Sequence[str]) -> Iterator[Site]:
    """Lend the site that was named, or one of its own with the demo data."""
    if arguments:
        yield Site(*arguments)
        return
    set_up("error")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with demo_site() as (site, address, _team):
        make_account(site, LOGIN, ["base.administrator"], password=PASSWORD, name="نگار رستمی")
        yield Site(address, LOGIN, PASSWORD)


def visit(browser: Browser, site: Site, path: str, warm: bool) -> Mapping[str, float]:
    """Open a page as a slow phone does, and return what it took."""
    with signed_in(browser, site, 390) as page:
        if warm:
            page.goto(f"{site.address}/preferences", wait_until="load")
        session = page.context.new_cdp_session(page)
        taken: list[float] = []
        session.on("Network.loadingFinished", lambda event: taken.append(event["encodedDataLength"]))
        session.send("Network.enable")
        if not warm:
            session.send("Network.clearBrowserCache")
        session.send("Network.emulateNetworkConditions", NETWORK)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(site.address + path, wait_until="networkidle")
        found = page.evaluate(LISTEN)
    return {
        "kilobytes": sum(taken) / 1024,
        "largest paint": found["paint"],
        "shift": found["shift"],
        "nodes": found["nodes"],
    }


def weigh(browser: Browser, site: Site) -> list[Weight]:
    """Weigh what needs no clock."""
    with signed_in(browser, site, 390) as page:
        page.goto(f"{site.address}/preferences", wait_until="networkidle")
        return [scripts(page), *built(), long_list(page, site.address)]


def press(browser: Browser, site: Site) -> list[Press]:
    """Press what answers: at a desk, and on the slow phone."""
    with signed_in(browser, site, 1440) as desk:
        found = moves(desk, site.address)
    with signed_in(browser, site, 390) as phone:
        session = phone.context.new_cdp_session(phone)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return [*found, taps(phone, site.address)]


@contextmanager
def signed_in(browser: Browser, site: Site, width: int) -> Iterator[Page]:
    """Lend a page of somebody who has come in, in Persian."""
    size = {"width": width, "height": 844 if width < 500 else 900}
    context = browser.new_context(viewport=size, has_touch=width < 500, locale="fa-IR")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.address}/sign-in")
    page.fill("#login", site.login)
    page.fill("#password", site.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    yield page
    context.close()


def median(visits: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """Return the middle of each figure."""
    return {name: statistics.median(one[name] for one in visits) for name in BUDGETS}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
