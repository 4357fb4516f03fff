"""The base module, and cards of a fixture module that have a timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.kernel.actor import Actor
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.testing.desk import Desk
from tests.web.conftest import app, kept, person  # noqa: F401  # people at a browser

HERE = Path(__file__).parent
FOLDERS = [HERE.parent / "fixtures" / "modules", HERE.parents[1] / "modules"]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "board")


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return FOLDERS


@pytest.fixture
def unit_of(site):
    """Open a unit of work for somebody."""

    @contextmanager
    def open_unit(actor: Actor) -> Iterator[UnitOfWork]:
        with site.get(Database).unit(site.get(Catalogs).current(), actor) as uow:
            yield uow

    return open_unit


@pytest.fixture
def people(actor_as) -> dict[str, Actor]:
    """A writer who sees her own cards only, a reader who sees all, somebody who sees none, and an administrator."""
    return {
        "writer": actor_as("base.member", "board.writer", login="writer@example.com", name="Sara"),
        "reader": actor_as("base.member", "board.reader", login="reader@example.com", name="Nima"),
        "other": actor_as("base.member", "board.writer", login="other@example.com", name="Omid"),
        "admin": actor_as("base.administrator", login="admin@example.com", name="Ada"),
    }


@pytest.fixture
def card(desk: Desk, people: dict[str, Actor]) -> int:
    """A card of the writer's."""
    made = desk.as_(people["writer"]).one("board.card", name="Paint the fence")
    desk.update("board.card", made, secret="cheap paint")
    return made
