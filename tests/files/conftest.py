"""A site with the office, whose papers have scans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core.files import Files
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs

MODULES = Path(__file__).parent.parent / "api" / "modules"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("office",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [MODULES]


@pytest.fixture
def files(site: Site) -> Files:
    return site.get(Files)


class Desk:
    """Stores files and writes papers, each in a unit of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.files = site.get(Files)

    def unit(self, actor: Actor) -> Any:
        return self.site.get(Database).unit(self.site.get(Catalogs).current(), actor)

    def store(self, actor: Actor, content: bytes = b"hello", name: str = "note.txt") -> int:
        with self.unit(actor) as uow:
            return self.files.store(BytesIO(content), name, actor, uow)

    def paper(self, actor: Actor, **values: Any) -> int:
        with self.unit(actor) as uow:
            saved = self.site.get(Records).create(
                actor, "office.paper", [{"title": "A paper", **values}], uow=uow
            )
        return saved[0].id

    def change(self, actor: Actor, record: int, **values: Any) -> None:
        with self.unit(actor) as uow:
            self.site.get(Records).update(actor, "office.paper", record, values, version=None, uow=uow)

    def run(self, actor: Actor, act: Callable[..., Any]) -> Any:
        with self.unit(actor) as uow:
            return act(uow)


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)
