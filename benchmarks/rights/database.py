"""The database of the benchmark of rights: made once, kept as long as nothing that shapes it changes."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.office.tables import Connection, copy
from benchmarks.payvand_data import MODULES
from benchmarks.place import ROOT, Place
from benchmarks.rights.people import (
    ABOVE,
    PEOPLE,
    TEAMS,
    WIDTH,
    Holdings,
    Person,
    now,
    parent,
    roles_of,
    team_of,
)
from core.app.compose import build_site
from core.config import Settings
from core.identity import Identity
from core.identity.tokens import token_hash
from core.kernel.actor import Actor, Scope, system_actor
from core.kernel.site import Site
from core.lifecycle import Lifecycle
from core.records.service import Records
from core.storage import Database, UnitOfWork, migrate
from core.storage.catalogs import Catalogs
from core.storage.indexes import build_index, pending_indexes
from core.storage.tables import Tables

INSTALLED = ("base", "held")
SHAPED_BY = (
    "core/storage",
    "core/fields",
    "core/metadata",
    "core/identity",
    "modules/base",
    "benchmarks/modules/held",
    "benchmarks/rights/database.py",
    "benchmarks/rights/people.py",
)
LONGEST_NAME = 12
ASKED: Mapping[str, range] = {
    "seller": range(TEAMS + 60, TEAMS + 68),
    "lead": range(ABOVE, ABOVE + 8),
    "manager": range(WIDTH + 1, WIDTH + 9),
    "head": range(1, WIDTH + 1),
}
"""Who is asked, by their numbers: sellers, leads of a team, managers of an area and of a region, each with teams below."""
MADE = "created_at created_by updated_at updated_by"
DEAL = f"id {MADE} name state due amount amount_currency city note owner team"
SHARE = f"{MADE} record__held_deal with_user with_team with_role level expires_at reason of"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What a run must know of the database: its people in the order of `roles_of`, those who are asked with the keys and
    sessions that let them in, and the administrator beside whom they are measured.
    """

    database: str
    people: Sequence[Person]
    teams: Sequence[int]
    administrator: int
    keys: Mapping[str, str]
    sessions: Mapping[str, str]
    seconds: float

    def asked(self, kind: str) -> Sequence[Person]:
        """Return the people of a kind who are asked."""
        return [self.people[number] for number in ASKED[kind]]


def find_held(place: Place, *, fresh: bool = False) -> Held:
    """Return the kept database, made now where there is none of this shape."""
    name = f"rights_{_digest()}"
    told = place.folder / f"{name}.json"
    if not fresh and told.is_file() and place.has(name):
        return _read(json.loads(told.read_text()))
    for old in place.folder.glob("rights_*.json"):
        place.drop(old.stem)
        old.unlink()
    place.create("rights_new")
    held = _make(place, name)
    place.rename("rights_new", name)
    told.write_text(json.dumps(asdict(held)))
    return held


def held_home(place: Place) -> Path:
    """Return the folder of the measured site."""
    return place.folder / "rights"


def held_site(place: Place, database: str, role: str = "cli") -> Site:
    """Return a site on one of the databases."""
    if str(MODULES) not in sys.path:
        sys.path.insert(0, str(MODULES))
    return build_site(Settings(home=held_home(place)), role=role, address=place.url(database))


def _read(told: Mapping[str, object]) -> Held:
    people = told["people"]
    assert isinstance(people, list)  # as it was written
    return Held(**{**told, "people": [Person(**one) for one in people]})  # type: ignore[arg-type]  # as it was written


def _digest() -> str:
    """Return what changes with anything that shapes the database."""
    found = hashlib.sha256()
    for top in SHAPED_BY:
        above = ROOT.parent / top
        for path in [above] if above.is_file() else sorted(above.rglob("*")):
            if path.suffix in (".py", ".yaml") and "tests" not in path.parts and "demo" not in path.parts:
                found.update(path.read_bytes())
    return found.hexdigest()[:LONGEST_NAME]


def _make(place: Place, name: str) -> Held:
    started = time.perf_counter()
    site, system = held_site(place, "rights_new"), system_actor("measurement")
    try:
        migrate(site.get(Database).engine)
        site.get(Lifecycle).install(system, INSTALLED)
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            held = _Beginning(site, system, uow).make(name)
        holdings = Holdings(held.people, held.teams, now())
        with place.connection("rights_new") as connection:
            copy(connection, "held_deal", DEAL, holdings.deals())
            copy(connection, "base_share", SHARE, holdings.shares())
        _build_indexes(site)
    finally:
        site.get(Database).close()
    with place.connection("rights_new") as connection:
        sessions = {account: _signed_in(connection, int(account)) for account in held.keys}
        connection.execute("vacuum full base_user")
        connection.execute("vacuum analyze")
    return replace(held, sessions=sessions, seconds=round(time.perf_counter() - started, 1))


def _signed_in(connection: Connection, account: int) -> str:
    """Let somebody in as signing in does, for longer than these figures are of use."""
    token, moment = secrets.token_urlsafe(32), datetime.now(UTC)
    connection.execute(
        "insert into core_session (token_hash, account, csrf, created_at, seen_at, expires_at)"
        " values (%s, %s, %s, %s, %s, %s)",
        [
            token_hash(token),
            account,
            secrets.token_urlsafe(32),
            moment,
            moment,
            moment + timedelta(days=3650),
        ],
    )
    return token


def _build_indexes(site: Site) -> None:
    """Build what a worker would build aside."""
    database, tables = site.get(Database), site.get(Tables)
    with database.engine.connect() as connection:
        pending = pending_indexes(connection)
    for one in pending:
        build_index(database.engine, one.index.name, site.get(Catalogs).current(), tables)


class _Beginning:
    """Makes teams, and accounts in them."""

    def __init__(self, site: Site, system: Actor, uow: UnitOfWork) -> None:
        self._identity, self._records = site.get(Identity), site.get(Records)
        self._system, self._uow = system, uow

    def make(self, database: str) -> Held:
        """Return what was made."""
        teams = list[int]()
        for place in range(TEAMS):
            above = parent(place)
            row = {"name": f"Team {place}", "parent": None if above is None else teams[above]}
            teams += [
                saved.id for saved in self._records.create(self._system, "base.team", [row], uow=self._uow)
            ]
        people = [self._person(number, teams) for number in range(PEOPLE)]
        in_teams = {person.id: {"team": person.team} for person in people}
        self._records.update_many(self._system, "base.user", in_teams, uow=self._uow)
        administrator = self._account("admin@example.com", ("base.administrator",))
        asked = [administrator, *(people[number].id for numbers in ASKED.values() for number in numbers)]
        return Held(
            database=database,
            people=people,
            teams=teams,
            administrator=administrator,
            keys={str(account): self._key(account) for account in asked},
            sessions={},
            seconds=0,
        )

    def _person(self, number: int, teams: Sequence[int]) -> Person:
        place = team_of(number)
        account = self._account(f"person{number:03}@example.com", roles_of(number))
        return Person(id=account, team=teams[place], place=place)

    def _key(self, account: int) -> str:
        return self._identity.create_key(self._system, account, "measurement", (Scope(),), uow=self._uow)

    def _account(self, login: str, roles: Sequence[str]) -> int:
        return self._identity.create_account(
            self._system, login, None, roles, name=login.partition("@")[0], uow=self._uow
        ).id
