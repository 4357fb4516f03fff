"""A garden whose plants stand in lists, on boards and in calendars."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.boards.looking import euros, rials

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "l10n_fa", "garden")


@pytest.fixture(scope="session")
def site_folders():
    return [ROOT / "modules", ROOT / "tests" / "fixtures" / "modules"]


@pytest.fixture
def chief(person):
    return person("base.member", "garden.chief", login="chief@example.com")


@pytest.fixture
def plants(kept):
    return kept.add(
        "garden.plant",
        {"name": "Rose", "state": "seed", "worth": euros(10), "height": 3},
        {"name": "Tulip", "state": "seed", "worth": rials(500), "height": 4},
        {"name": "Oak", "state": "grown", "worth": euros(2), "height": 900},
        {"name": "Moss", "state": "dead"},
        {"name": "Fern"},
    )


@pytest.fixture
def beds(kept):
    """Beds of two plots; the board shows the beds of one of them."""
    north, south = kept.add("garden.plot", {"name": "North"}, {"name": "South"})
    second, first, cellar, far = kept.add(
        "garden.bed",
        {"name": "Second", "plot": north, "position": 2, "light": "sun"},
        {"name": "First", "plot": north, "position": 1, "light": "shade"},
        {"name": "Cellar", "plot": north, "position": 3, "light": "none"},
        {"name": "Far", "plot": south, "position": 1, "light": "sun"},
    )
    kept.add(
        "garden.shrub",
        {"name": "Box", "plot": north, "bed": first, "height": 4},
        {"name": "Yew", "plot": south, "bed": far, "height": 5},
        {"name": "Ivy", "plot": north, "bed": cellar, "height": 6},
    )
    return {"north": north, "south": south, "second": second, "first": first, "far": far, "cellar": cellar}
