"""The API of the office, called by people with keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.api import blueprint
from core.identity import Identity
from core.kernel.actor import Actor, Scope, system_actor
from core.kernel.site import Site
from core.storage import Database
from core.storage.catalogs import Catalogs

MODULES = Path(__file__).parent / "modules"
EVERYTHING = (Scope(),)

CLERK, CHIEF, VISITOR, AUDITOR = "office.clerk", "office.chief", "office.visitor", "office.auditor"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("office",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [MODULES, MODULES.parent.parent / "fixtures" / "modules"]


class ApiAlone(Flask):
    """The API without pages, made once for a site."""


@pytest.fixture
def app(site: Site) -> Flask:
    if not site.has(ApiAlone):
        app = site.put(ApiAlone("api"))
        app.config["MAX_CONTENT_LENGTH"] = site.settings.max_body
        app.register_blueprint(blueprint(site))
    return site.get(ApiAlone)


@dataclass(frozen=True)
class Caller:
    """Somebody with an API key."""

    client: FlaskClient
    actor: Actor
    key: str

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        own = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        sent = {"json": body} if body is not None else {}
        return self.client.open(f"/api/v1{path}", method=method, headers=own, **sent, **more)

    def get(self, path: str, **query: Any) -> Any:
        """Return the answer to a GET that works."""
        response = self("GET", path, query_string=query)
        assert response.status_code == 200, response.text
        return response.json

    def make(self, entity: str, **values: Any) -> Any:
        """Create a record and return it."""
        response = self("POST", f"/records/{entity}", values)
        assert response.status_code == 201, response.text
        return response.json

    def refused(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Return the problem of a request that is refused with this status."""
        response = self(method, path, body, **more)
        assert response.status_code == status, response.text
        assert response.content_type == "application/problem+json"
        assert response.json["status"] == status
        return response.json


def new_key(site: Site, actor: Actor, scopes: Sequence[Scope] = EVERYTHING, days: int | None = None) -> str:
    system = system_actor("a test")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        return site.get(Identity).create_key(system, actor.id, "a key", scopes, days=days, uow=uow)


@pytest.fixture
def caller(site: Site, app: Flask, actor_as: Callable[..., Actor]) -> Callable[..., Caller]:
    """Make somebody with these roles, and a key for these scopes."""

    def make(*roles: str, scopes: Sequence[Scope] = EVERYTHING, login: str = "") -> Caller:
        actor = actor_as(*roles, login=login)
        return Caller(client=app.test_client(), actor=actor, key=new_key(site, actor, scopes))

    return make


@pytest.fixture
def clerk(caller: Callable[..., Caller]) -> Caller:
    return caller(CLERK, login="clerk@example.com")


@pytest.fixture
def chief(caller: Callable[..., Caller]) -> Caller:
    return caller(CHIEF, login="chief@example.com")
