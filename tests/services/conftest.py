"""A site with the fixture module ``papers`` and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("papers",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [Path(__file__).parent.parent / "fixtures" / "modules"]
