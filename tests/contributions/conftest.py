"""A site with crates: a module that brings operations, panels and routes."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.contributions import Operations
from core.storage import Database
from core.storage.catalogs import Catalogs
from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "kept", "person", "visitor"]

CRATE = "handy.crate"


@pytest.fixture(scope="session")
def site_modules():
    return ("handy",)


@pytest.fixture(scope="session")
def site_folders():
    return [Path("tests/fixtures/modules")]


@pytest.fixture
def keeper(person):
    return person("handy.keeper", login="keeper@example.com", name="Kim Keeper")


@pytest.fixture
def looker(person):
    return person("handy.looker", login="looker@example.com", name="Lou Looker")


@pytest.fixture
def crate(kept, keeper):
    """Make a crate of the keeper's: ``crate(weight=3)``."""

    def make(name="First", **values):
        return kept.add(CRATE, {"name": name, **values}, actor=keeper.actor)[0]

    return make


@pytest.fixture
def operations(site):
    site.get(Catalogs).current()
    return site.get(Operations)


@pytest.fixture
def unit(site):
    """Open a unit of work for somebody."""

    def opened(actor, **options):
        return site.get(Database).unit(site.get(Catalogs).current(), actor, **options)

    return opened
