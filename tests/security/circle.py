"""An office on a real site: what each of its people may read and write, and what they send over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa

from core.access import Access
from core.app.work import work
from core.identity.tokens import new_token, token_hash
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.records.service import Records
from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.desk import Desk
from core.testing.site import actor_of, make_account, web_of
from tests.api.conftest import Caller, new_key
from tests.web.conftest import Person

CONTACT, POINT, SHARE = "contacts.contact", "contacts.contact_point", "base.share"
MODULES = ("base", "contacts", "circle")
FOLDERS = (Path(__file__).parent / "modules", Path(__file__).resolve().parents[2] / "modules")
ACTIONS = ("read", "update", "delete", "share", "export", "merge")
WRITTEN = ("last_name", "job_title", "notes", "lifecycle", "department", "owner", "team", "points")
DECIDING = frozenset({"owner", "team", "lifecycle", "department"})
"""The fields on which grants of these people rest: who may write one by a role may hand the record over."""
TEAMS = ("North", "South")
PEOPLE: Mapping[str, tuple[str, str]] = {
    "ann": ("contacts.editor", "North"),
    "bob": ("contacts.editor", "North"),
    "cid": ("contacts.editor", "South"),
    "dan": ("contacts.reader", "South"),
    "eve": ("circle.watcher", ""),
    "mia": ("contacts.manager", ""),
    "fay": ("circle.sharer", ""),
    "gus": ("circle.arranger", ""),
}
"""Who there is, with a role and a team."""

Right: TypeAlias = tuple[int, str]
"""A record, and what somebody may do with it: an action, a field that they see, a field that they write."""


@dataclass(frozen=True)
class Colleague:
    """Somebody with a key and a browser."""

    name: str
    login: str
    id: int
    api: Caller
    web: Person


class Circle:
    """The people of the office and everything that they may do with some contacts."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.desk = Desk(site)
        self.teams = [self.desk.one("base.team", name=name) for name in TEAMS]
        self.people = [self._engaged(name) for name in PEOPLE]

    def _engaged(self, name: str) -> Colleague:
        role, team = PEOPLE[name]
        login = f"{name}@example.com"
        number = make_account(self.site, login, ["base.member", role], name=name.capitalize())
        if team:
            self.desk.update("base.user", number, team=self.teams[TEAMS.index(team)])
        app, actor = web_of(self.site), actor_of(self.site, login)
        api = Caller(client=app.test_client(), actor=actor, key=new_key(self.site, actor))
        return Colleague(name, login, number, api, Person(app, self._session(number), actor))

    def _session(self, account: int) -> str:
        token, now = new_token(), self.site.get(Database).now()
        with self.site.get(Database).engine.begin() as connection:
            connection.execute(
                sa.insert(core_session).values(
                    token_hash=token_hash(token),
                    account=account,
                    csrf=new_token(),
                    created_at=now,
                    seen_at=now,
                    expires_at=now + timedelta(days=30),
                )
            )
        return token

    def rights(self, who: Colleague, records: Iterable[int], *, shares: bool = True) -> frozenset[Right]:
        """Return what somebody may do with these contacts; without ``shares`` what their roles alone let them."""
        actor = actor_of(self.site, who.login)
        if not shares:
            actor = replace(actor, shared=frozenset())
        with self.site.get(Database).unit(self.desk.catalog, actor, reading=True) as uow:
            return frozenset((one, what) for one in records for what in self._of(actor, one, uow))

    def _of(self, actor: Actor, record: int, uow: Any) -> Iterable[str]:
        records, access = self._parts
        if records.as_it_stands(CONTACT, record, uow=uow) is None:
            return
        for action in ACTIONS:
            if records.allows(actor, CONTACT, record, action, uow=uow):
                yield action
        if records.allows(actor, CONTACT, record, "read", uow=uow):
            hidden = records.hidden(actor, CONTACT, record, uow=uow)
            for name in access.fields(actor, CONTACT, uow.catalog).readable.keys() - hidden:
                yield f"sees {name}"
        for name in WRITTEN:
            rule = access.write_condition(actor, CONTACT, "update", frozenset({name}), uow.catalog)
            if rule is True or (rule is not False and records.holds(actor, CONTACT, record, rule, uow=uow)):
                yield f"writes {name}"

    @cached_property
    def _parts(self) -> tuple[Records, Access]:
        return self.site.get(Records), self.site.get(Access)

    def listed(self, who: Colleague, records: Iterable[int]) -> frozenset[int]:
        """Return those of some contacts that somebody is shown over HTTP."""
        asked = {"fields": "id", "limit": "200", "filter": f"id in [{', '.join(map(str, records))}]"}
        answer = who.api("GET", f"/records/{CONTACT}", query_string=asked)
        return (
            frozenset(one["id"] for one in answer.json["items"]) if answer.status_code == 200 else frozenset()
        )

    def shares(self, record: int) -> list[int]:
        """Return the shares of a contact."""
        return self.desk.column(SHARE, "id", filter=f"refers(record, '{CONTACT}', {record})", sort=("id",))

    def points(self, record: int) -> list[int]:
        """Return the ways to reach a contact."""
        return self.desk.column(POINT, "id", filter=f"refers(owner, '{CONTACT}', {record})", sort=("id",))

    def imports(self, who: Colleague, sheet: str) -> None:
        """Send a sheet that changes contacts, and let its job run."""
        data = {
            "file": (BytesIO(sheet.encode()), "a.csv"),
            "entity": CONTACT,
            "mode": "update",
            "key": "code",
        }
        if who.api("POST", "/imports", data=data).status_code == 202:
            work(self.site, wait=False)
