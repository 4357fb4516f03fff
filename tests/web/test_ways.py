"""Nobody has to search for a page: from home, each is reached by clicking on what is there."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest

from tests.web.test_every_page import BROKEN, PAGES, world

__all__ = ["world"]

CLICKS = 3
TYPED = {"searched list", "nothing fits", "filtered", "search", "search of nothing"}
"""Pages that are made by typing something, not by a click."""


def reached(person, clicks: int) -> set[str]:
    """Return the paths that links lead to, with so many clicks from home."""
    seen, edge = {"/"}, ["/"]
    for _ in range(clicks):
        found = {
            _place(urljoin(path, link["href"]))
            for path in edge
            for link in person.opens(path).page.all("a", href=...)
        }
        edge = sorted(found - seen)
        seen |= found
    return seen


def _place(address: str) -> str:
    """Return what tells pages apart: filters and sorting make no other page."""
    return urlsplit(address).path + ("?trash=1" if "trash=1" in address else "")


@pytest.mark.covers("PL-09")
def test_every_page_is_at_most_three_clicks_from_home(admin, world):
    there = reached(admin, CLICKS)
    wanted = {name: path.format(**world) for name, path in PAGES.items() if name not in {*TYPED, *BROKEN}}
    assert {name for name, path in wanted.items() if path not in there} == set()
