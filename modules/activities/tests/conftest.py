"""A site with activities and what they require."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("activities",)
