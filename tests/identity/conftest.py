"""A site with the office, and the identity of its people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.identity import Identity
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import PASSWORD, make_account

SYSTEM = system_actor("a test")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("office",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [Path(__file__).parent.parent / "api" / "modules"]


class Door:
    """Does things with accounts, each in a unit of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.identity = site.get(Identity)

    def do(self, act: Callable[..., Any], actor: Actor = SYSTEM) -> Any:
        with self.site.get(Database).unit(self.site.get(Catalogs).current(), actor) as uow:
            return act(uow)

    def account(self, login: str = "anna@example.com", *roles: str, password: str | None = PASSWORD) -> int:
        return make_account(self.site, login, roles or ("office.clerk",), password=password)

    def sign_in(
        self, login: str = "anna@example.com", password: str = PASSWORD, address: str = "10.0.0.1"
    ) -> str:
        return self.identity.sign_in(login, password, address=address)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.site.get(Database).reading() as reader:
            return reader.rows(sql)


@pytest.fixture
def door(site: Site) -> Door:
    return Door(site)
