"""The Payvand side's database: a site with the module `bench`, its people, their keys, and the same records.

Everything goes through the doors that everybody uses: modules are installed, accounts and keys made by identity,
records written by `core.records` in batches, each with its history. That takes a minute, so the finished database
is kept and copied, as long as nothing that shapes it has changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.data import CONTACT_FIELDS, PEOPLE, PROBABILITIES, STAGES, DataSet
from benchmarks.place import ROOT, Place
from core.app.compose import build_site
from core.config import Settings
from core.identity import Identity
from core.kernel.actor import Actor, Scope, system_actor
from core.kernel.site import Site
from core.lifecycle import Lifecycle
from core.records.service import Records
from core.storage import Database, UnitOfWork, migrate
from core.storage.catalogs import Catalogs

MODULES = ROOT / "modules"
INSTALLED = ("base", "contacts", "l10n_fa", "bench")
SHAPED_BY = (
    "core/storage",
    "core/fields",
    "core/metadata",
    "core/identity",
    "core/jobs",
    "modules",
    "benchmarks",
)
ROLES = ("base.member", "bench.seller")
BATCH = 2000
LONGEST_NAME = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What a run must know of the database: keys that open it, and ids that it gave."""

    database: str
    keys: Sequence[str]
    stranger: str
    administrator: str
    people: Sequence[int]
    team: int
    stages: Sequence[int]
    seconds: float


def find_loaded(place: Place, data: DataSet, *, fresh: bool = False) -> Loaded:
    """Return the kept database, made now where there is none of this shape."""
    name = f"payvand_{_digest()}"
    told = place.folder / f"{name}.json"
    if not fresh and told.is_file() and place.has(name):
        return Loaded(**json.loads(told.read_text()))
    _forget_others(place)
    place.create("payvand_new")
    loaded = _load(place, data, name)
    place.rename("payvand_new", name)
    told.write_text(json.dumps(asdict(loaded)))
    return loaded


def site_home(place: Place) -> Path:
    """Return the folder of the measured site."""
    return place.folder / "site"


def _forget_others(place: Place) -> None:
    for told in place.folder.glob("payvand_*.json"):
        place.drop(told.stem)
        told.unlink()


def _digest() -> str:
    """Return what changes with anything that shapes the database."""
    found = hashlib.sha256()
    for top in SHAPED_BY:
        for path in sorted((ROOT.parent / top).rglob("*")):
            if path.suffix in (".py", ".yaml") and "tests" not in path.parts and "results" not in path.parts:
                found.update(path.read_bytes())
    return found.hexdigest()[:LONGEST_NAME]


def _load(place: Place, data: DataSet, name: str) -> Loaded:
    sys.path.insert(0, str(MODULES))
    site = build_site(Settings(home=site_home(place)), role="cli", address=place.url("payvand_new"))
    system = system_actor("measurement")
    try:
        migrate(site.get(Database).engine)
        site.get(Lifecycle).install(system, INSTALLED)
        started = time.perf_counter()
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            loaded = _People(site, system, uow).load(name)
        contacts = _write(site, system, "bench.contact", _contacts(data, loaded))
        _write(site, system, "bench.opportunity", _opportunities(data, loaded, contacts))
        seconds = time.perf_counter() - started
    finally:
        site.get(Database).close()
    with place.connection("payvand_new") as connection:
        connection.execute("vacuum analyze")
    return Loaded(**{**asdict(loaded), "seconds": round(seconds, 1)})


class _People:
    """Makes accounts with their keys, the team and the stages."""

    def __init__(self, site: Site, system: Actor, uow: UnitOfWork) -> None:
        self._identity, self._records = site.get(Identity), site.get(Records)
        self._system, self._uow = system, uow

    def load(self, database: str) -> Loaded:
        """Make everything and return what a run must know of it."""
        team, elsewhere = self._create("base.team", [{"name": "Sales"}, {"name": "Elsewhere"}])
        stages = self._create(
            "bench.stage",
            [
                {"name": name, "probability": probability}
                for name, probability in zip(STAGES, PROBABILITIES, strict=True)
            ],
        )
        people = [
            self._person(f"user{i:02d}@example.com", f"User {i:02d}", ROLES, team) for i in range(PEOPLE)
        ]
        stranger = self._person("stranger@example.com", "Stranger", ROLES, elsewhere)
        administrator = self._person("admin@example.com", "Admin", ("base.administrator",), elsewhere)
        return Loaded(
            database=database,
            keys=[self._key(i) for i in people],
            stranger=self._key(stranger),
            administrator=self._key(administrator),
            people=people,
            team=team,
            stages=stages,
            seconds=0,
        )

    def _create(self, entity: str, rows: Sequence[Mapping[str, object]]) -> list[int]:
        return [saved.id for saved in self._records.create(self._system, entity, rows, uow=self._uow)]

    def _person(self, login: str, name: str, roles: Sequence[str], team: int) -> int:
        account = self._identity.create_account(self._system, login, None, roles, name=name, uow=self._uow)
        self._records.update(
            self._system, "base.user", account.id, {"team": team}, version=None, uow=self._uow
        )
        return account.id

    def _key(self, account: int) -> str:
        return self._identity.create_key(self._system, account, "measurement", (Scope(),), uow=self._uow)


def _contacts(data: DataSet, loaded: Loaded) -> Iterator[Mapping[str, object]]:
    for row in data.contacts:
        yield {
            **{name: row[name] for name in CONTACT_FIELDS},
            "owner": loaded.people[int(row["owner"])],
            "team": loaded.team,
        }


def _opportunities(data: DataSet, loaded: Loaded, contacts: Sequence[int]) -> Iterator[Mapping[str, object]]:
    for row in data.opportunities:
        yield {
            "name": row["name"],
            "amount": {"amount": row["amount"], "currency": "USD"},
            "stage": loaded.stages[int(row["stage"])],
            "contact": contacts[int(row["contact"])],
            "close_date": row["close_date"],
            "probability": row["probability"],
            "source": row["source"],
            "description": row["description"],
            "owner": loaded.people[int(row["owner"])],
            "team": loaded.team,
        }


def _write(site: Site, system: Actor, entity: str, rows: Iterator[Mapping[str, object]]) -> list[int]:
    """Write records in batches and return their ids."""
    database, records, catalog = site.get(Database), site.get(Records), site.get(Catalogs).current()
    ids, batch = list[int](), list[Mapping[str, object]]()
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            with database.unit(catalog, system, reason="the data of the measurement") as uow:
                ids += [saved.id for saved in records.create(system, entity, batch, uow=uow)]
            batch = []
    assert not batch  # the numbers of records are round
    return ids
