"""A site with support and what it requires."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("service",)
