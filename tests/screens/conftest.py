"""The whole product for the tests of all screens, lent once to each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.testing.postgres import TestPostgres
from tests.screens.world import World, lent_world


@pytest.fixture(scope="module")
def world(pg: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The whole product; who changes something in it leaves the others what they look at."""
    with lent_world(pg, tmp_path_factory.mktemp("world")) as world:
        yield world
