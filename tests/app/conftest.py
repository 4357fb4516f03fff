"""Tests of the composition root need no module of the product: they bring one of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

FIXTURE_MODULES = Path(__file__).parent.parent / "fixtures" / "modules"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("kit",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [FIXTURE_MODULES]
