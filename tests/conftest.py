"""Tells which tests are the core's own: they run where there is no module at all (scripts/check_core_alone.py)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

CORE_ALONE = "core_alone"
HERE = Path(__file__).resolve().parent
WHOLE_PRODUCT = {"app", "api", "cli", "web"}
"""Rooms whose tests look at the product with its modules. Single tests elsewhere say so by the marker `modules`."""


def rooms() -> set[str]:
    """Return the names of the core's rooms."""
    return {path.stem for path in (HERE.parent / "core").iterdir() if not path.name.startswith((".", "_"))}


def folders_of_core_tests() -> set[Path]:
    """Return the test folders named after a room, or after a part of one (``records_reading``)."""
    known = rooms() - WHOLE_PRODUCT
    return {
        path for path in HERE.iterdir() if path.is_dir() and {path.name, path.name.partition("_")[0]} & known
    }


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark them before any are chosen by their marks."""
    folders = folders_of_core_tests()
    for item in items:
        of_the_core = not folders.isdisjoint(item.path.parents)
        if of_the_core and not item.get_closest_marker("modules") and not item.get_closest_marker("browser"):
            item.add_marker(CORE_ALONE)
