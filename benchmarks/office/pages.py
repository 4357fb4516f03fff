"""What salespeople look at: the pages that are measured, and how each is seen to be right before it is timed."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from benchmarks.office.database import CLIENTS, IN_A_TEAM, TEAMS, Ready, Seller
from benchmarks.office.rows import LIFECYCLES, OPPORTUNITIES
from benchmarks.requests import Answer, Request

MISSPELT = ("کریمنی", "رضاییی پور", "اکبیری", "سلطاتی فر", "محمندی", "جعفری نژند", "خسروری", "بابایبی")
NAMED = (
    "علی کریمی",
    "مریم رضایی",
    "سارا اکبری",
    "کاوه سلطانی",
    "زهرا محمدی",
    "نیما جعفری",
    "لیلا خسروی",
    "رضا بابایی",
)
GZIP = b"\x1f\x8b"
PEOPLE = TEAMS * IN_A_TEAM
EACH = 50
"""Different requests of each seller and page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A kind of page: its budget in milliseconds where it has one, and what must stand in it at least so often."""

    name: str
    about: str
    budget: float | None
    mark: bytes
    least: int


PAGES = (
    Shown(name="list", about="list of 80 contacts, as it opens", budget=80, mark=b"<tr tabindex", least=80),
    Shown(
        name="filtered",
        about="list of 80 opportunities: saved view, filter, sort",
        budget=80,
        mark=b"<tr tabindex",
        least=80,
    ),
    Shown(
        name="form",
        about="form of an opportunity: lines, moves, timeline",
        budget=60,
        mark=b'data-field="',
        least=10,
    ),
    Shown(
        name="contact",
        about="form of a contact: ways to reach, timeline",
        budget=60,
        mark=b'data-field="',
        least=8,
    ),
    Shown(
        name="kanban",
        about="kanban of 200 cards in ten columns",
        budget=120,
        mark=b'<li class="kc"',
        least=200,
    ),
    Shown(
        name="search",
        about="search for a misspelt name",
        budget=150,
        mark=b"/records/contacts.contact/",
        least=1,
    ),
    Shown(name="found", about="search for a name", budget=150, mark=b"/records/contacts.contact/", least=1),
    Shown(
        name="week",
        about="calendar: the week of the team",
        budget=None,
        mark=b"/records/activities.activity/",
        least=100,
    ),
    Shown(name="reports", about="sales reports of the reader", budget=None, mark=b"<table", least=1),
)


class Looking:
    """Makes the requests of the sellers; equal ones at every run."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._make: Mapping[str, Callable[[Seller, int], str]] = {
            "list": self._list,
            "filtered": self._filtered,
            "form": lambda seller, i: f"/records/sales.opportunity/{self._own(seller, i)}",
            "contact": lambda seller, i: f"/records/contacts.contact/{self._own(seller, i)}",
            "kanban": lambda seller, i: "/records/sales.opportunity/kanban",
            "search": lambda seller, i: f"/search?q={quote(MISSPELT[i % len(MISSPELT)])}",
            "found": lambda seller, i: f"/search?q={quote(NAMED[i % len(NAMED)])}",
            "week": lambda seller, i: (
                f"/records/activities.activity/calendar?span=week&view=team&on={ready.day}"
            ),
            "reports": lambda seller, i: "/m/sales/reports",
        }

    def _own(self, seller: Seller, number: int) -> int:
        return (seller.own + number * 37 * PEOPLE) % OPPORTUNITIES or OPPORTUNITIES

    def _list(self, _seller: Seller, number: int) -> str:
        """Every other time as it opens, else with a filter: other rows."""
        where = LIFECYCLES[number // 2 % len(LIFECYCLES)]
        return "/records/contacts.contact" + (
            "?" + urlencode({"where": f"lifecycle == '{where}'"}) if number % 2 else ""
        )

    def _filtered(self, _seller: Seller, number: int) -> str:
        stage = self._ready.stages[5 + number % 4]
        where = f"state == 'open' and probability >= 45 and stage != {stage}"
        return "/records/sales.opportunity?" + urlencode(
            {"where": where, "sort": "-amount", "saved": self._ready.saved_view}
        )

    def request(self, page: str, seller: Seller, number: int) -> Request:
        """Return one request of a seller."""
        headers = {
            "Cookie": f"payvand_session={seller.token}",
            "Accept": "text/html",
            "Accept-Encoding": "gzip",
        }
        return Request(method="GET", path=self._make[page](seller, number), headers=headers)

    def requests(self, page: str) -> list[Request]:
        """Return the requests of all sellers in turn."""
        return [
            self.request(page, seller, i) for i in range(EACH) for seller in self._ready.sellers[:CLIENTS]
        ]


def wrong(shown: Shown, answer: Answer) -> str:
    """Tell what is wrong with an answer; nothing where it is the page that was asked for."""
    if answer.status != 200:
        return f"{answer.status} {answer.body[:300]!r}"
    body = gzip.decompress(answer.body) if answer.body.startswith(GZIP) else answer.body
    if b'lang="fa"' not in body:
        return "the page is not in Persian"
    count = body.count(shown.mark)
    return "" if count >= shown.least else f"{shown.mark!r} stands {count} times in it"


def pages_named(names: Sequence[str]) -> list[Shown]:
    """Return the pages of these names, or all."""
    return [page for page in PAGES if not names or page.name in names]
