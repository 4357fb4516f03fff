"""An installation with two sites in one WSGI application: other modules, other people, other data, equal ids."""

from __future__ import annotations

import json as jsons
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from core.app.dispatch import Dispatcher
from core.app.doors import Doors, Opening
from core.app.sites import Sites
from core.config import Settings
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.kernel.site import Site
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.desk import Desk
from core.testing.postgres import TestPostgres
from core.testing.site import PASSWORD, close_site, make_account, open_site, prepare_site

ALPHA, BETA = "alpha.example.com", "beta.example.com"
CHIEF = "chief@example.com"
MODULES = {ALPHA: ("base", "contacts", "l10n_fa"), BETA: ("base", "contacts", "activities", "l10n_fa")}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Answer:
    """What came back."""

    def __init__(self, status: str, headers: Any, body: bytes) -> None:
        self.status = int(status.split(maxsplit=1)[0])
        self.headers = headers
        self.body = body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return jsons.loads(self.body)


class Browser:
    """Somebody at a browser that sends its cookies wherever it is told to."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.cookies: dict[str, str] = {"payvand_language": "en"}

    def open(self, host: str, path: str, method: str = "GET", **sent: Any) -> Answer:
        """Ask a host; ``data``, ``json``, ``headers`` and ``query_string`` as Werkzeug knows them."""
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            **sent.pop("headers", {}),
        }
        builder = EnvironBuilder(path=path, method=method, base_url=f"http://{host}", headers=headers, **sent)
        body, status, told = run_wsgi_app(self.app, builder.get_environ(), buffered=True)
        for line in told.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(status, told, b"".join(body))

    def csrf(self, host: str, path: str = "/sign-in") -> str:
        """Return the token that the forms of a page carry."""
        return CSRF.search(self.open(host, path).text)[1]

    def signs_in(self, host: str, login: str = CHIEF, password: str = PASSWORD, **sent: Any) -> Answer:
        form = {"csrf": self.csrf(host), "login": login, "password": password, "next": "/"}
        return self.open(host, "/sign-in", "POST", data=form, **sent)


class Installation:
    """Two sites, opened by the application that serves them."""

    def __init__(self, home: Path, urls: Mapping[str, str], *, keys: bytes = b"") -> None:
        self.home = home
        self.sites: dict[str, Site] = {}
        for host, url in urls.items():
            folder = home / "sites" / host
            folder.mkdir(parents=True)
            lines = {
                "DATABASE_URL": url,
                "PAYVAND_BASE_URL": f"http://{host}",
                "PAYVAND_MAIL_URL": "file:///nowhere",
            }
            text = "".join(f"{name}={value}\n" for name, value in lines.items())
            (folder / "site.env").write_text(text)
            if keys:
                (folder / "secret").write_bytes(keys)
        settings = Settings(home=home, testing=True, log_level="error")
        declared = Sites(settings)
        declared.settle()
        opening = Opening(declared, lambda: "")

        def opened(host: str, stamp: int) -> Any:
            made = opening(host, stamp)
            self.sites[host] = made.site
            return made

        self.doors = Doors(declared, opened, 16)
        self.app = Dispatcher(settings, _nothing, declared, self.doors)
        for host in urls:
            self.doors.app(host, declared.stamp(host))

    def desk(self, host: str) -> Desk:
        """Return the desk of the system at a site."""
        return Desk(self.sites[host])

    def key(self, host: str, login: str = CHIEF) -> dict[str, str]:
        """Return the header of a new API key."""
        site, system = self.sites[host], system_actor("a test")
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            identity = site.get(Identity)
            account = identity.find_account(login, uow=uow).id
            made = identity.create_key(system, account, "test", [Scope()], uow=uow)
        return {"Authorization": f"Bearer {made}"}

    def browser(self) -> Browser:
        return Browser(self.app)


@contextmanager
def installed(pg: TestPostgres, home: Path) -> Iterator[Installation]:
    """Lend an installation with the two sites."""
    with pg.database(template(pg, ALPHA)) as one, pg.database(template(pg, BETA)) as other:
        made = Installation(home, {ALPHA: one, BETA: other})
        try:
            yield made
        finally:
            made.doors.close()


def template(pg: TestPostgres, host: str) -> str:
    """Return a database with the modules of a site and somebody who may do everything."""

    def build(url: str) -> None:
        with tempfile.TemporaryDirectory() as home:
            site = open_site(url, Path(home))
            try:
                prepare_site(site, MODULES[host])
                make_account(site, CHIEF, ("base.administrator",), password=PASSWORD, name=f"Chief of {host}")
            finally:
                close_site(site)

    return pg.template(f"two sites {MODULES[host]} {host}", build)


def _nothing(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("204 No Content", [])
    return []
