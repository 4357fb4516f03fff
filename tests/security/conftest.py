"""A vault with API and pages: a clerk who must not learn of some fields and entities, and a chief who knows all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.api.conftest import caller
from tests.web.conftest import app, kept, person

MODULES = Path(__file__).parent / "modules"

CLERK, CHIEF = "vault.clerk", "vault.chief"

__all__ = ["app", "caller", "kept", "person"]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("vault",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [MODULES]


@pytest.fixture
def clerk(caller):
    return caller(CLERK, login="clerk@example.com")


@pytest.fixture
def chief(caller):
    return caller(CHIEF, login="chief@example.com")


@pytest.fixture
def reader(person):
    """The clerk at a browser."""
    return person(CLERK, login="browsing@example.com")
