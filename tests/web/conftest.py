"""People before the pages: signed in, reading, filling in forms and sending them, all without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
import sqlalchemy as sa

from core.identity.tokens import new_token, token_hash
from core.kernel.actor import Actor, system_actor
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import session as core_session
from core.testing.site import actor_of, make_account, web_of
from tests.web.page import Form, Page

ADMINISTRATOR = ("base.administrator",)
EDITOR = ("base.member", "contacts.editor")


class Answer:
    """What came back, followed to the last page."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status = response.status_code

    @cached_property
    def page(self) -> Page:
        """What is on it; read when somebody looks."""
        return Page(self.response.text if self.response.mimetype == "text/html" else "")

    @property
    def path(self) -> str:
        """Where one ended up."""
        return self.response.request.path


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, app: Any, token: str = "", actor: Actor | None = None, language: str = "en") -> None:
        self.client = app.test_client()
        self.actor = actor
        if token:
            self.client.set_cookie("payvand_session", token)
        self.speaks(language)

    def speaks(self, language: str) -> Person:
        """Read in another language from now on."""
        self.client.set_cookie("payvand_language", language)
        return self

    def opens(self, path: str, **options: Any) -> Answer:
        """Open an address and follow where it leads."""
        return Answer(self.client.get(path, follow_redirects=True, **options))

    def sends(self, path: str, data: Mapping[str, Any], *, follow: bool = True) -> Answer:
        """Send a form."""
        return Answer(self.client.post(path, data=data, follow_redirects=follow))

    def submits(self, answer: Answer, form: Form, values: Mapping[str, Any] | None = None) -> Answer:
        """Fill in a form of a page and send it."""
        address = form.action or answer.response.request.full_path.rstrip("?")
        return self.sends(address, form.filled(dict(values or {})))

    def saves(self, path: str, values: Mapping[str, Any] | None = None) -> Answer:
        """Open a record's form, fill it in and save."""
        opened = self.opens(path)
        return self.submits(opened, opened.page.form(id="record"), values)


@pytest.fixture
def app(site):
    return web_of(site)


PersonAs = Callable[..., Person]


@pytest.fixture
def person(site, app, kept) -> PersonAs:
    """Make people who are signed in: ``person("base.member", login=…, language="fa")``."""

    def make(*roles: str, login: str = "", name: str = "", language: str = "en", team: str = "") -> Person:
        login = login or f"{'-'.join(roles) or 'nobody'}@example.com"
        someone = signed_in(site, app, roles, login, name=name, language=language)
        if team:
            found = kept.find("base.team", f"name == '{team}'") or [
                {"id": kept.add("base.team", {"name": team})[0]}
            ]
            kept.change("base.user", someone.actor.id, {"team": found[0]["id"]})
            someone.actor = actor_of(site, login)
        return someone

    return make


def signed_in(
    site: Any, app: Any, roles: Sequence[str], login: str, *, name: str = "", language: str = "en"
) -> Any:
    """Make an account and return its person at a browser of theirs, signed in."""
    number = make_account(site, login, roles, name=name or "Sara Ahmadi")
    token, now = new_token(), site.get(Database).now()
    with site.get(Database).engine.begin() as connection:
        connection.execute(
            sa.insert(core_session).values(
                token_hash=token_hash(token),
                account=number,
                csrf=new_token(),
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
    return Person(app, token, actor_of(site, login), language)


@pytest.fixture
def visitor(app) -> Person:
    """Somebody who has not signed in."""
    return Person(app)


@pytest.fixture
def admin(person) -> Person:
    """Somebody who may do everything."""
    return person(*ADMINISTRATOR, login="admin@example.com", name="Mina Karimi")


@pytest.fixture
def editor(person) -> Person:
    """Somebody who keeps contacts."""
    return person(*EDITOR, login="rep1@example.com", name="Reza Nouri", team="Sales")


class Kept:
    """The records behind the pages, written and read as the system."""

    def __init__(self, site: Any) -> None:
        self._site = site
        self._system = system_actor("a test")

    def add(self, entity: str, *rows: Mapping[str, Any], actor: Actor | None = None) -> list[int]:
        """Write records and return their ids."""
        who = actor or self._system
        catalog = self._site.get(Catalogs).current()
        with self._site.get(Database).unit(catalog, who) as uow:
            return [
                s.id for s in self._site.get(Records).create(who, entity, [dict(r) for r in rows], uow=uow)
            ]

    def get(self, entity: str, number: int, *, trash: bool = False) -> dict[str, Any]:
        """Return one record."""
        return self._site.get(Reading).get(
            self._system, entity, number, catalog=self._site.get(Catalogs).current(), trash=trash
        )

    def find(self, entity: str, where: str = "", fields: Iterable[str] = ("id",)) -> list[dict[str, Any]]:
        """Return records."""
        return (
            self._site.get(Reading)
            .find(
                self._system,
                entity,
                Query(fields=tuple(fields), filter=where),
                catalog=self._site.get(Catalogs).current(),
            )
            .items
        )

    def change(self, entity: str, number: int, values: Mapping[str, Any]) -> None:
        """Write values as somebody else would."""
        with self._site.get(Database).unit(self._site.get(Catalogs).current(), self._system) as uow:
            self._site.get(Records).update(self._system, entity, number, dict(values), version=None, uow=uow)


@pytest.fixture
def kept(site) -> Kept:
    return Kept(site)
