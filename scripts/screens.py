"""Make the pictures of docs/screens anew: ten screens × two languages × light and dark × two widths.

Usage: screens.py [--folder FOLDER=docs/screens] [--only NAME,…] [--look fa-light-1440,…] [--no-guides]
Needs what the browser tests need (`make setup-dev`).
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from album import ROOT, Album, Shown, demo_site
from guide_pictures import take_guide_pictures
from playwright.sync_api import Page, sync_playwright

from core.contributions.links import sign_link
from core.kernel.actor import system_actor
from core.log import set_up
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.external_ids import find_external_ids
from tests.browser.conftest import CHROMIUM, FLAGS, Desk

OPPORTUNITY = {"fa": "o046", "en": "o048"}
"""Keys of the demo: one that is on its way, with a past."""
QUOTE = {"fa": "q4", "en": "q3"}
SEARCHED = {"fa": "البرز", "en": "maple"}


class Look(NamedTuple):
    """How a picture looks."""

    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS = [Look(*look) for look in itertools.product(("fa", "en"), ("light", "dark"), (1440, 390))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What is shown of the demo, in the language of a picture."""

    opportunity: int
    quote: int
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """Somebody before a screen of some look."""

    desk: Desk
    look: Look
    found: Found


Screen = Callable[[Sitting], Page]


def home(at: Sitting) -> Page:
    """What a manager sees first."""
    return at.desk.goes("/")


def contacts(at: Sitting) -> Page:
    """The list of contacts, names in the letters of the reader first."""
    sort = "?sort=-full_name" if at.look.language == "fa" else ""
    return at.desk.goes(f"/records/contacts.contact{sort}")


def board(at: Sitting) -> Page:
    """Opportunities by their stages: the pipeline that speaks the language of the picture."""
    page = at.desk.goes("/records/sales.opportunity/kanban")
    if at.look.language == "en":
        page.get_by_role("link", name="International sales").click()
        page.wait_for_url("**pipeline**")
        at.desk.settles()
    return page


def opportunity(at: Sitting) -> Page:
    """One opportunity with its timeline and what is planned next."""
    return at.desk.goes(f"/records/sales.opportunity/{at.found.opportunity}")


def quote(at: Sitting) -> Page:
    """A quote with its lines."""
    return at.desk.goes(f"/records/sales.quote/{at.found.quote}")


def offer(at: Sitting) -> Page:
    """What the customer sees who follows the link."""
    return at.desk.goes(f"/m/sales/offer/{at.found.link}")


def week(at: Sitting) -> Page:
    """The week of everybody."""
    return at.desk.goes("/records/activities.activity/calendar?span=week")


def leads(at: Sitting) -> Page:
    """Leads in groups by their state, with sub-totals."""
    return at.desk.goes("/records/sales.lead?group=state&open=assigned&open=working")


def reports(at: Sitting) -> Page:
    """Forecast, funnel and ageing."""
    return at.desk.goes("/m/sales/reports")


def palette(at: Sitting) -> Page:
    """Searching over everything, from anywhere."""
    page = board(at)
    page.keyboard.press("Control+k")
    page.keyboard.type(SEARCHED[at.look.language], delay=20)
    page.locator("#pal-records [role=option]").first.wait_for()
    return page


SCREENS: dict[str, Screen] = {
    "home": home,
    "contacts": contacts,
    "board": board,
    "opportunity": opportunity,
    "quote": quote,
    "offer": offer,
    "week": week,
    "leads": leads,
    "reports": reports,
    "search": palette,
}


def found_in(shown: Shown, language: str) -> Found:
    """Find what is shown."""
    system = system_actor("pictures")
    with shown.site.get(Database).unit(shown.site.get(Catalogs).current(), system) as uow:
        keys = (OPPORTUNITY[language], QUOTE[language])
        known = find_external_ids(uow, "module:sales", keys)
        opportunity_id, quote_id = (known[key][1] for key in keys)
        link = sign_link(uow, "sales.quote", {"quote": quote_id, "no": 1}, timedelta(days=365))
    return Found(opportunity=opportunity_id, quote=quote_id, link=link)


def take_screens(album: Album, language: str, names: list[str], looks: list[str]) -> None:
    """Take the screens of these names in the looks of one language."""
    found = found_in(album.shown, language)
    for look in LOOKS:
        if look.language != language or (looks and str(look) not in looks):
            continue
        with album.desk(look.width, look.language, look.theme) as desk:
            at = Sitting(desk=desk, look=look, found=found)
            for name in names or SCREENS:
                album.take(f"{name}-{look}", SCREENS[name](at))


def main(arguments: list[str]) -> int:
    """Make the pictures that are asked for: for each language from a site of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("--only", default="", help="names of screens, with commas")
    parser.add_argument("--look", default="", help="looks, with commas: fa-light-1440")
    parser.add_argument("--no-guides", action="store_true", help="leave out the pictures of the guides")
    asked = parser.parse_args(arguments)
    names, looks = _parts(asked.only), _parts(asked.look)
    set_up("warning")
    asked.folder.mkdir(parents=True, exist_ok=True)
    taken = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in ("en", "fa"):
            if looks and not any(look.startswith(language) for look in looks):
                continue
            with demo_site(language) as shown:
                album = Album(asked.folder, browser, shown)
                take_screens(album, language, names, looks)
                if language == "fa" and not asked.no_guides:
                    take_guide_pictures(album)
                taken += album.bytes
        browser.close()
    print(f"{taken / 1024 / 1024:.1f} MB in all")
    return 0


def _parts(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
