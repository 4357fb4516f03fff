"""The fixtures `site`, `client`, `actor_as`: an installation of its own for each test, made in milliseconds.

A test gets a copy of a template database in which the modules are installed already. Which modules, and from which
folders, say the fixtures ``site_modules`` and ``site_folders``, which a test file or a conftest may replace::

    @pytest.fixture(scope="session")
    def site_modules():
        return ("base", "kit")

    @pytest.fixture(scope="session")
    def site_folders():
        return [Path("tests/fixtures/modules")]
"""

from __future__ import annotations

import importlib
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache

from core.app.compose import build_site
from core.app.web import create_app
from core.config import Settings
from core.identity import Identity
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.lifecycle import Lifecycle
from core.storage import Database, migrate
from core.storage.catalogs import Catalogs
from core.storage.shared_catalogs import SharedCatalogs
from core.testing.postgres import TestPostgres
from core.testing.warm import WarmSites
from core.web.compiled_templates import CompiledTemplates

MODULES = ("base", "contacts", "l10n_fa")
"""What is installed where a test does not say otherwise."""

PASSWORD = "long enough for a test"  # noqa: S105  # of accounts that live as long as a test

ActorAs = Callable[..., Actor]


_TEMPLATES = CompiledTemplates()
_CATALOGS = SharedCatalogs()
_WARM = WarmSites()


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    """The modules that are installed."""
    return MODULES


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path] | None:
    """The folders where modules are found; None means the installed ones."""
    return None


@pytest.fixture
def site(
    pg: TestPostgres,
    site_modules: Sequence[str],
    site_folders: Sequence[Path] | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """A site with a database of its own, thrown away after the test; what it has compiled serves the next one, too."""

    def new(url: str) -> Site:
        home = tmp_path_factory.mktemp("home")
        _give_secret(home)
        return open_site(url, home, site_folders)

    template = _template(pg, site_modules, tmp_path_factory.getbasetemp() / "template", site_folders)
    with _WARM.lent(pg, template, new) as site:
        yield site


@contextmanager
def lent_site(
    pg: TestPostgres, modules: Sequence[str], home: Path, folders: Sequence[Path] | None = None
) -> Iterator[Site]:
    """Lend a site in which these modules are installed; throw its database away afterwards."""
    _give_secret(home)
    with pg.database(_template(pg, modules, home, folders)) as url:
        site = open_site(url, home, folders)
        try:
            yield site
        finally:
            close_site(site)


def _template(pg: TestPostgres, modules: Sequence[str], home: Path, folders: Sequence[Path] | None) -> str:
    """Return the template in which these modules are installed."""

    def build(url: str) -> None:
        _give_secret(home)
        template = open_site(url, home, folders)
        try:
            prepare_site(template, modules)
        finally:
            close_site(template)

    return pg.template(f"site {tuple(modules)} {[str(folder) for folder in folders or ()]}", build)


@pytest.fixture
def client(site: Site) -> FlaskClient:
    """Ask the web of the site: its pages, its API, its health."""
    return web_of(site).test_client()


def web_of(site: Site) -> Flask:
    """Return the web of a site, made once: what it has drawn serves the next test that gets the site, too."""
    if not site.has(Flask):
        site.put(create_app(site)).testing = True  # what breaks is to be seen by the test
    return site.get(Flask)


@pytest.fixture
def actor_as(site: Site) -> ActorAs:
    """Make people: ``actor_as("base.member", login="anna@example.com")`` returns the actor of a new account."""
    numbers = itertools.count(1)

    def make(*roles: str, login: str = "", name: str = "") -> Actor:
        login = login or f"user{next(numbers)}@example.com"
        make_account(site, login, roles, name=name)
        return actor_of(site, login)

    return make


def open_site(url: str, home: Path, folders: Sequence[Path] | None = None) -> Site:
    """Return a site on this database, as a test wants it; modules in ``folders`` are imported by their own names."""
    make_importable(folders or ())
    site = build_site(
        Settings(home=home, database_url=url),
        role="test",
        folders=folders,
        shared=_CATALOGS if folders is None else None,
    )
    site.put(_TEMPLATES, BytecodeCache)
    return site


def _give_secret(home: Path) -> None:
    """Make the key of a site that lives as long as a test; a site's own waits until the disk has it."""
    home.mkdir(parents=True, exist_ok=True)
    key = home / "secret"
    if not key.exists():
        key.write_bytes(os.urandom(32))
        key.chmod(0o600)


def make_importable(folders: Sequence[Path]) -> None:
    """Let modules in these folders be imported by their own names, as installed ones are."""
    sys.path.extend(str(folder) for folder in folders if str(folder) not in sys.path)
    importlib.invalidate_caches()


def prepare_site(site: Site, modules: Sequence[str]) -> None:
    """Make the tables and install the modules."""
    migrate(site.get(Database).engine)
    site.get(Lifecycle).install(system_actor("a test"), modules)


def close_site(site: Site) -> None:
    """Close the connections, so that the database can be copied or dropped."""
    site.get(Database).close()


def make_account(
    site: Site, login: str, roles: Sequence[str], *, password: str | None = None, name: str = ""
) -> int:
    """Add an account and return its id."""
    system = system_actor("a test")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        account = site.get(Identity).create_account(system, login, password, roles, name=name, uow=uow)
    return account.id


def actor_of(site: Site, login: str) -> Actor:
    """Return the person behind a login, with the rights and teams they have now."""
    identity = site.get(Identity)
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test")) as uow:
        account = identity.find_account(login, uow=uow)
    return identity.actor_of(account.id)
