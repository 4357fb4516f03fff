"""What the front end weighs as it is built, and a long list as it is sent: the budgets that need no clock."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from core.web.rendering import ASSETS

FONTS = ("vazirmatn-arabic-wght-normal", "inter-latin-wght-normal")
"""The files of a first visit that shows both scripts."""

LONG_LIST = "/records/sales.stage_history"


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """Kilobytes beside their budget."""

    name: str
    kilobytes: float
    budget: float

    @property
    def kept(self) -> bool:
        """Whether it is light enough."""
        return self.kilobytes <= self.budget


def built() -> list[Weight]:
    """Weigh the files of the front end. Scripts are held to their budgets by the build itself."""
    found = {name: next(ASSETS.glob(f"{name}-*")) for name in ("style", "icons", *FONTS)}
    chunks = [_packed(path) for path in ASSETS.glob("c-*.js")]
    return [
        Weight(name="the heaviest chunk of a view, gz", kilobytes=max(chunks), budget=20),
        Weight(name="styles of all screens, gz", kilobytes=_packed(found["style"]), budget=20),
        Weight(name="icons, gz", kilobytes=_packed(found["icons"]), budget=12),
        Weight(
            name="fonts of a first visit",
            kilobytes=sum(found[font].stat().st_size for font in FONTS) / 1024,
            budget=100,
        ),
    ]


def scripts(page: Page) -> Weight:
    """Weigh what every page loads before its own behaviour."""
    names = page.evaluate(
        "performance.getEntriesByType('resource').map((e) => e.name).filter((n) => n.endsWith('.js'))"
    )
    plain = [Path(name).name for name in names]
    core = [name for name in plain if name.startswith(("app-", "boot-", "c-chunk-"))]
    return Weight(
        name="scripts of every page, gz", kilobytes=sum(_packed(ASSETS / name) for name in core), budget=25
    )


def long_list(page: Page, address: str) -> Weight:
    """Weigh the HTML of a list of 80 rows, as a browser gets it at best."""
    page.goto(address + LONG_LIST)
    assert page.locator("tbody tr").count() >= 80, "no list of 80 rows"
    html = page.request.get(address + LONG_LIST).body()
    return Weight(
        name="HTML of a list of 80 rows, gz", kilobytes=len(gzip.compress(html, 9)) / 1024, budget=15
    )


def _packed(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), 9)) / 1024
