"""`python -m benchmarks.tasks`: eight things people do all day, in clicks, keystrokes and seconds, on a site with the demo data.

A system Chromium does them in Persian at 1440 pixels, one after the other; the seconds are those of site and browser,
without the time in which a person reads and thinks. Written to benchmarks/results/tasks.md and tasks.json.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

from benchmarks.place import RESULTS
from benchmarks.selling import TASKS, WORDS, Counted, Hand, make_customer
from core.app.demo import load_demo
from core.app.web import create_app
from core.kernel.site import Site
from core.log import set_up
from core.storage import Database
from core.testing.desk import Desk
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import PASSWORD, actor_of, close_site, make_account, open_site, prepare_site
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.conftest import Desk as Screen

RUNS = 5
SELLER = "seller@example.com"
ROLES = ("base.member", "contacts.manager", "sales.rep", "activities.user")
"""A seller who may also merge."""

MODULES = ("sales", "l10n_fa")
COMMAND = "python -m benchmarks.tasks"


@contextmanager
def demo_site() -> Iterator[tuple[Site, str, int]]:
    """Lend a served site with the demo data: the site, its address, and the team of a seller who is new there."""
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as home, TestPostgres.of_run(run).database() as url:
            site = open_site(url, Path(home))
            prepare_site(site, MODULES)
            load_demo(site)
            team = join(site)
            server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_port}"
            site.settings = replace(site.settings, base_url=address)  # for the links in mails
            yield site, address, team
            server.shutdown()
            server.server_close()
            close_site(site)
    finally:
        close_run(run)


def join(site: Site) -> int:
    """Make the seller and let them join the first team of the demo; return the team."""
    make_account(site, SELLER, ROLES, password=PASSWORD, name="نگار رستمی")
    desk = Desk(site)
    team = desk.find("base.team", "id", "members", sort=("id",), limit=1)[0]
    members = [member.id for member in team["members"]]
    desk.update("base.team", team["id"], members=[*members, actor_of(site, SELLER).id])
    return int(team["id"])


def measure(site: Site, browser: Browser, address: str, team: int, runs: int) -> list[Counted]:
    """Do each task so many times and return what it took; the first time of all warms up and is not counted."""
    desk, found = Desk(site), {task.name: Counted(name=task.name) for task in TASKS}
    owner = actor_of(site, SELLER).id or 0
    screen = Screen(browser, address, width=1440, language="fa", theme="light", bypass=False, phone=False)
    page = screen.signs_in(SELLER)
    for word in WORDS[: runs + 1]:
        customer = make_customer(desk, word, owner, team, site.get(Database).now().date())
        for task in TASKS:
            screen.goes("/")
            hand, begun = Hand(page), time.perf_counter()
            task.run(hand, customer)
            if word == WORDS[0]:
                continue
            row = found[task.name]
            row.seconds.append(time.perf_counter() - begun)
            row.clicks = hand.clicks
            row.keystrokes.append(hand.keys)
    complaints = screen.close()
    if complaints:
        raise SystemExit("\n".join(complaints))
    return list(found.values())


def write(folder: Path, found: list[Counted], about: Mapping[str, Any]) -> str:
    """Write tasks.json and tasks.md; return the text of the latter."""
    rows = [
        {
            "name": one.name,
            "clicks": one.clicks,
            "keystrokes": round(statistics.median(one.keystrokes)),
            "seconds": round(statistics.median(one.seconds), 2),
            "all_seconds": [round(second, 2) for second in one.seconds],
        }
        for one in found
    ]
    lines = [
        f"Written by `{COMMAND}`. Each task begins on the page that opens after signing in and ends when the site says",
        "that it is done; in Persian, by mouse and keyboard at 1440 pixels, on a site with the demo data. Seconds are medians of what",
        "site and browser take when nobody reads or thinks; all on one machine, so they say less than clicks and keystrokes.",
        "",
        "| task | clicks | keystrokes | seconds (least to most) |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['clicks']} | {row['keystrokes']} | "
        f"{row['seconds']:.2f} ({min(row['all_seconds']):.2f} to {max(row['all_seconds']):.2f}) |"
        for row in rows
    ]
    text = "\n".join([*lines, "", *(f"{name}: {value}  " for name, value in about.items())]) + "\n"
    folder.mkdir(exist_ok=True)
    (folder / "tasks.md").write_text(text, encoding="utf-8")
    told = json.dumps({"about": about, "tasks": rows}, indent=1, ensure_ascii=False)
    (folder / "tasks.json").write_text(told + "\n", encoding="utf-8")
    return text


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, choices=range(1, len(WORDS)))
    runs = parser.parse_args().runs
    busy = os.getloadavg()[0]
    set_up("error")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    expect.set_options(timeout=30_000)
    with demo_site() as (site, address, team), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found = measure(site, browser, address, team, runs)
        version = browser.version
        browser.close()
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "times each": runs,
        "processes that wanted a core when it began": f"{busy:.1f}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, Chromium {version}",
    }
    sys.stdout.write(write(RESULTS, found, about))
    return 0


if __name__ == "__main__":
    sys.exit(main())
