"""A site with the base module alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base",)
