"""The database of the page benchmark: made once with the real modules, kept as long as nothing that shapes it changes."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.office.happened import fill_happened
from benchmarks.office.rows import Office, Person, Stage, fill, now, owner_of
from benchmarks.office.tables import Connection
from benchmarks.place import ROOT, Place
from core.app.compose import build_site
from core.config import Settings
from core.identity import Identity
from core.identity.tokens import token_hash
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.lifecycle import Lifecycle
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork, migrate
from core.storage.catalogs import Catalogs
from core.storage.indexes import build_index, pending_indexes
from core.storage.tables import Tables

INSTALLED = ("base", "contacts", "activities", "sales", "l10n_fa")
ROLES = ("base.member", "sales.rep", "activities.user")
TEAMS, IN_A_TEAM = 5, 8
OPEN_STAGES = 10
CLIENTS = 8
SHAPED_BY = (
    "core/storage",
    "core/fields",
    "core/metadata",
    "core/identity",
    "core/i18n/folding.py",
    "modules",
    "benchmarks/office/database.py",
    "benchmarks/office/happened.py",
    "benchmarks/office/rows.py",
    "benchmarks/office/words.py",
)
LONGEST_NAME = 12
DATABASE = "office"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seller:
    """A salesperson who looks at pages; ``own`` is the first of their opportunities, the next ones follow in steps."""

    token: str
    id: int
    own: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """What a run must know of the database."""

    database: str
    sellers: Sequence[Seller]
    pipeline: int
    stages: Sequence[int]
    day: str
    saved_view: int
    seconds: float


def find_office(place: Place, *, fresh: bool = False) -> Ready:
    """Return the kept database, made now where there is none of this shape."""
    name = f"office_{_digest()}"
    told = place.folder / f"{name}.json"
    if not fresh and told.is_file() and place.has(name):
        return _ready(json.loads(told.read_text()))
    for old in place.folder.glob("office_*.json"):
        place.drop(old.stem)
        old.unlink()
    place.create("office_new")
    ready = _make(place, name)
    place.rename("office_new", name)
    told.write_text(json.dumps(asdict(ready)))
    return ready


def office_home(place: Place) -> Path:
    """Return the folder of the measured site."""
    return place.folder / "office"


def office_settings(place: Place) -> Settings:
    """Return the settings of the measured site."""
    return Settings(home=office_home(place), database_url=place.url(DATABASE), language="fa")


def _ready(told: dict[str, object]) -> Ready:
    sellers = told.pop("sellers")
    assert isinstance(sellers, list)  # as it was written
    return Ready(sellers=[Seller(**one) for one in sellers], **told)  # type: ignore[arg-type]  # as it was written


def _digest() -> str:
    """Return what changes with anything that shapes the database."""
    found = hashlib.sha256()
    for top in SHAPED_BY:
        above = ROOT.parent / top
        for path in [above] if above.is_file() else sorted(above.rglob("*")):
            if path.suffix in (".py", ".yaml") and "tests" not in path.parts and "demo" not in path.parts:
                found.update(path.read_bytes())
    return found.hexdigest()[:LONGEST_NAME]


def _make(place: Place, name: str) -> Ready:
    started = time.perf_counter()
    settings = Settings(home=office_home(place), language="fa")
    site = build_site(settings, role="cli", address=place.url("office_new"))
    system = system_actor("measurement")
    try:
        migrate(site.get(Database).engine)
        site.get(Lifecycle).install(system, INSTALLED)
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            office, saved = _Beginning(site, system, uow).make()
        with place.connection("office_new") as connection:
            fill(connection, office)
            fill_happened(connection, office)
        _build_indexes(site)
    finally:
        site.get(Database).close()
    with place.connection("office_new") as connection:
        sellers = [_signed_in(connection, office, at * TEAMS % len(office.people)) for at in range(CLIENTS)]
        connection.execute("vacuum analyze")
    return Ready(
        database=name,
        sellers=sellers,
        pipeline=office.pipeline,
        stages=[stage.id for stage in office.stages],
        day=office.now.date().isoformat(),
        saved_view=saved,
        seconds=round(time.perf_counter() - started, 1),
    )


def _build_indexes(site: Site) -> None:
    """Build what a worker would build aside."""
    database, tables = site.get(Database), site.get(Tables)
    with database.engine.connect() as connection:
        pending = pending_indexes(connection)
    for one in pending:
        build_index(database.engine, one.index.name, site.get(Catalogs).current(), tables)


class _Beginning:
    """Makes people with their teams, the pipeline, and views that people saved."""

    def __init__(self, site: Site, system: Actor, uow: UnitOfWork) -> None:
        self._identity, self._records, self._reading = (
            site.get(Identity),
            site.get(Records),
            site.get(Reading),
        )
        self._system, self._uow = system, uow

    def make(self) -> tuple[Office, int]:
        """Return what was made, and the id of a saved view."""
        teams = self._create("base.team", [{"name": f"تیم فروش {number + 1}"} for number in range(TEAMS)])
        people = [self._person(number, teams) for number in range(TEAMS * IN_A_TEAM)]
        pipeline = self._create("sales.pipeline", [{"name": "فروش پروژه‌ای", "order": 1, "is_default": True}])[
            0
        ]
        stages = [
            Stage(id=self._stage(pipeline, at), kind="open", probability=at * 9)
            for at in range(1, OPEN_STAGES + 1)
        ]
        for kind, chance in (("won", 100), ("lost", 0)):
            stages.append(Stage(id=self._closed(pipeline, kind, chance), kind=kind, probability=chance))
        query = Query(fields=("id",), limit=50)
        types = self._reading.find(
            self._system, "activities.activity_type", query, catalog=self._uow.catalog, uow=self._uow
        )
        view = {
            "name": "باز و بزرگ",
            "entity": "sales.opportunity",
            "kind": "list",
            "state": "where=state+%3D%3D+%27open%27+and+probability+%3E%3D+45&sort=-amount",
            "reach": "everybody",
        }
        office = Office(
            people=people,
            pipeline=pipeline,
            stages=stages,
            types=[int(str(item["id"])) for item in types.items],
            now=now(),
        )
        return office, self._create("base.saved_view", [view])[0]

    def _create(self, entity: str, rows: Sequence[Mapping[str, object]]) -> list[int]:
        return [saved.id for saved in self._records.create(self._system, entity, rows, uow=self._uow)]

    def _person(self, number: int, teams: Sequence[int]) -> Person:
        login, team = f"seller{number:02}@example.com", teams[number // IN_A_TEAM]
        name = f"فروشنده {number + 1}"
        account = self._identity.create_account(self._system, login, None, ROLES, name=name, uow=self._uow)
        values = {"team": team, "language": "fa"}
        self._records.update(self._system, "base.user", account.id, values, version=None, uow=self._uow)
        return Person(id=account.id, team=team)

    def _stage(self, pipeline: int, place: int) -> int:
        values = {
            "pipeline": pipeline,
            "name": f"گام {place}",
            "order": place,
            "probability": place * 9,
            "rot_days": 14,
        }
        return self._create("sales.stage", [values])[0]

    def _closed(self, pipeline: int, kind: str, chance: int) -> int:
        values = {
            "pipeline": pipeline,
            "name": "برنده" if kind == "won" else "بازنده",
            "order": 90 + (kind == "lost"),
            "kind": kind,
            "probability": chance,
            "forecast_category": "closed" if kind == "won" else "omitted",
            "fold": True,
        }
        return self._create("sales.stage", [values])[0]


def _signed_in(connection: Connection, office: Office, place: int) -> Seller:
    """Let somebody in as signing in does, for longer than these figures are of use."""
    token, moment = secrets.token_urlsafe(32), datetime.now(UTC)
    person = office.people[place]
    connection.execute(
        "insert into core_session (token_hash, account, csrf, created_at, seen_at, expires_at)"
        " values (%s, %s, %s, %s, %s, %s)",
        [
            token_hash(token),
            person.id,
            secrets.token_urlsafe(32),
            moment,
            moment + timedelta(days=3650),
            moment + timedelta(days=3650),
        ],
    )
    own = next(i for i in range(1, len(office.people) + 1) if owner_of(office, i) is person)
    return Seller(token=token, id=person.id, own=own)
