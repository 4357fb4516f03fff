"""The whole product with the data of its demo, and what the demo leaves out; made once for a run of the tests."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from core.access import Access
from core.app.demo import load_demo
from core.app.web import create_app
from core.contributions.asking import asking_at
from core.errors import TooMany
from core.identity import Identity
from core.identity.throttle import FREE_VISITS
from core.identity.tokens import new_token, token_hash
from core.jobs import Jobs
from core.jobs.runner import Runner
from core.kernel.site import Site
from core.metadata.specs import Json
from core.records.bulk import new_cause
from core.records.bulk_task import defer_bulk
from core.records.duplicate_queue import DuplicateQueue
from core.records.merging import Merging
from core.records.scan_task import start_scan
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import attempt as core_attempt
from core.storage.kernel_tables import job as core_job
from core.storage.kernel_tables import session as core_session
from core.storage.pairs import DISMISSED, write_pairs
from core.testing.desk import Desk
from core.testing.postgres import TestPostgres
from core.testing.site import actor_of, close_site, make_account, open_site, prepare_site
from modules.activities.answers import answer_link
from modules.activities.booking import Guest, book, free, page_of
from modules.activities.booking_mail import address
from tests.web.conftest import Person
from tests.web.page import Form

MODULES = ("base", "contacts", "activities", "sales", "service", "l10n_fa", "garden")
FOLDERS = [Path("modules").resolve(), Path("tests/fixtures/modules").resolve()]
"""What ships, and a garden, which has kinds of screens that no module uses yet."""

ADMIN, SELLER, MEMBER = "admin@example.com", "rep1@example.com", "member@example.com"
PEOPLE = (ADMIN, SELLER, MEMBER)
"""Who looks: the administrator, who leads sales, too; somebody who sells; somebody without a role in any module."""

CONTACT, ACCOUNT, QUOTE = "contacts.contact", "contacts.account", "sales.quote"
LEAD, DEAL, ACTIVITY = "sales.lead", "sales.opportunity", "activities.activity"


SAID = re.compile(r"\b(?:label|plural): ([^,{}\n]+)|^summary: (.+)$", re.MULTILINE)
FOREIGN = frozenset(
    (label or summary).strip(" '\"")
    for file in FOLDERS[1].rglob("*.yaml")
    for label, summary in SAID.findall(file.read_text(encoding="utf-8"))
) | {folder.name.capitalize() for folder in FOLDERS[1].iterdir()}
"""What the modules of the tests say; nobody translates it."""


class World:
    """A served site, who is there, and the records that screens are shown for, by name."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.app = create_app(site)
        self.desk = Desk(site)
        self._tokens: dict[str, str] = {}

    def token(self, login: str) -> str:
        """Return the cookie of somebody who has signed in."""
        if login not in self._tokens:
            self._tokens[login] = new_session(self.site, login)
        return self._tokens[login]

    def person(self, login: str, language: str) -> Person:
        """Return somebody at a browser without scripts; no login is a visitor."""
        if not login:
            return Person(self.app, language=language)
        return Person(self.app, self.token(login), actor_of(self.site, login), language)

    def locks_out(self, login: str) -> None:
        """Let somebody have failed so often at the door that they have to wait."""
        now = self.site.get(Database).now()
        until = {"failed": 9, "last": now, "locked_until": now + timedelta(hours=1)}
        with self.site.get(Database).engine.begin() as connection:
            connection.execute(sa.delete(core_attempt).where(core_attempt.c.key == f"login:{login}"))
            connection.execute(sa.insert(core_attempt).values(key=f"login:{login}", **until))

    @contextmanager
    def crowded(self) -> Iterator[None]:
        """Let more people without an account come from this machine than may, for the length of a block."""
        for _ in range(FREE_VISITS + 1):
            with suppress(TooMany):
                self.site.get(Identity).admit("127.0.0.1")
        yield
        with self.site.get(Database).engine.begin() as connection:
            connection.execute(sa.delete(core_attempt).where(core_attempt.c.key.startswith("public:")))

    def path(self, written: str) -> str:
        """Return an address with the records in it."""
        return written.format(**self.names)

    @cached_property
    def names(self) -> Mapping[str, Any]:
        """The records that screens are shown for."""
        one = self._first
        deal = one(DEAL, "stage.kind == 'open'")
        found = self.desk.get(DEAL, deal, "pipeline", "stage")
        pipeline, stage = found["pipeline"].id, found["stage"].id
        return {
            "contact": one(CONTACT, "code == 'W-1'"),
            "twin": one(CONTACT, "code == 'W-2'"),
            "account": one(ACCOUNT),
            "account_name": self.desk.get(ACCOUNT, one(ACCOUNT), "name")["name"],
            "lead": one(LEAD, "state == 'working'"),
            "draft": one(QUOTE, "state == 'draft'"),
            "quote": one(QUOTE, "state == 'sent'"),
            "activity": one(ACTIVITY, "state == 'planned'"),
            "deal": deal,
            "pipeline": pipeline,
            "stage": stage,
            "next_stage": one("sales.stage", f"kind == 'open' and pipeline == {pipeline} and id != {stage}"),
            "note": one("base.note"),
            "view": one("base.saved_view"),
            "notification": one("base.notification"),
            "person": actor_of(self.site, SELLER).id,
            "bulk": self._bulk(),
            **self._scans(),
            "undo": self._undo(),
            **self._import(),
            **self._links(),
        }

    def _links(self) -> Mapping[str, str]:
        """The addresses that people without an account were sent."""
        quote = self._first(QUOTE, "state == 'sent'")
        offer = self.desk.operate(QUOTE, "hand_out", quote).result["link"]
        attendee = self._first("activities.attendee")
        with self.site.get(Database).unit(self.desk.catalog, self.desk.actor, reading=True) as uow:
            answer = answer_link(asking_at(uow), attendee, {})
        return {
            "offer": urlsplit(str(offer)).path,
            "answer": urlsplit(answer).path,
            "booking": self._booking(),
            "link": self._sign_in_link(),
        }

    def _sign_in_link(self) -> str:
        """The token of a one-time link that somebody was given."""
        admin, identity = actor_of(self.site, ADMIN), self.site.get(Identity)
        with self.site.get(Database).unit(self.desk.catalog, admin) as uow:
            return identity.make_link(admin, identity.find_account(MEMBER, uow=uow).id, uow=uow)

    def _booking(self) -> str:
        """The address at which a guest sees what they have booked."""
        guest = Guest(name="نگار", email="", phone="", remark="", language="fa", once="once")
        with self.site.get(Database).unit(self.desk.catalog, self.desk.actor) as uow:
            page = page_of(uow, "slug == 'moshavere'")
            start = min(free(page, uow))
            contact = self._first(CONTACT)
            made = book(page, start, guest, lambda host: contact, self.desk.actor, uow)
            return f"/m/activities/booking/{address(made, {'start_at': start}, uow)}"

    def _bulk(self) -> int:
        """A change of many records that waits for its worker."""
        admin, site = actor_of(self.site, ADMIN), self.site
        with site.get(Database).unit(self.desk.catalog, admin) as uow:
            ids = self.desk.column(CONTACT, "id")
            values: Mapping[str, Json] = {"job_title": "Buyer"}
            return defer_bulk(site.get(Jobs), CONTACT, ids, values, cause=new_cause(), uow=uow)

    def _scan(self) -> int:
        """A look for duplicates that waits for its worker."""
        admin, site = actor_of(self.site, ADMIN), self.site
        with site.get(Database).unit(self.desk.catalog, admin) as uow:
            return start_scan(site.get(Access), site.get(Jobs), admin, CONTACT, uow=uow)

    def _scans(self) -> Mapping[str, int]:
        """Looks for duplicates that are done, broken and waiting; in the queue are pairs, some decided upon."""
        site, admin = self.site, actor_of(self.site, ADMIN)
        done = self._scan()
        self._run(done)
        first, *others = sorted(self.desk.column(CONTACT, "id"))[:4]
        told = [
            {"clue": "reach", "what": "same", "points": 9.0},
            {"clue": "name", "what": "alike", "points": 2.5},
        ]
        found = {(first, other): (score, told) for other, score in zip(others, (950, 750, 550), strict=True)}
        with site.get(Database).unit(self.desk.catalog, admin) as uow:
            write_pairs(uow, CONTACT, [], set(), found)
            queue = site.get(DuplicateQueue)
            least = queue.page(admin, CONTACT, most=0.6, uow=uow).items[-1]
            queue.decide(admin, CONTACT, [least.id], DISMISSED, uow=uow)
        broken = self._scan()
        with site.get(Database).engine.begin() as connection:
            states = {
                "state": "failed",
                "error": "The job broke; the administrator finds the reason in the log.",
            }
            connection.execute(sa.update(core_job).where(core_job.c.id == broken).values(states))
        return {"scanned": done, "broken": broken, "scan": self._scan()}

    def _run(self, job: int) -> None:
        runner = Runner(self.site, self.site.get(Identity).actor_of, self.site.get(Catalogs).current)
        runner.run(job, lambda: False)

    def _undo(self) -> int:
        """An import that is being taken back."""
        admin, site = actor_of(self.site, ADMIN), self.site
        with site.get(Database).unit(self.desk.catalog, admin) as uow:
            return site.get(Jobs).defer(uow, "exchange.undo", {"import": 1, "entity": CONTACT})

    def _import(self) -> Mapping[str, int]:
        """A file that was uploaded, and the check of it, in which one row is refused."""
        admin, home = self.person(ADMIN, "fa"), f"/records/{CONTACT}/import"
        opened = admin.opens(home)
        data = opened.page.one("main").one("form").one("input", name="csrf")["value"]
        sheet = io.BytesIO(b"first name,last name,email\nSima,Irani,sima@example.com\nReza,,nonsense\n")
        columns = admin.sends(home, {"csrf": data, "file": (sheet, "people.csv")})
        form = Form(columns.page.one("main").one("form", method="post"))
        job = int(admin.submits(columns, form).path.rpartition("/")[2])
        self._run(job)
        return {"file": int(columns.path.rpartition("/")[2]), "job": job}

    def _first(self, entity: str, condition: str = "", at: int = 0) -> int:
        found = self.desk.column(entity, "id", **({"filter": condition} if condition else {}))
        return int(found[at])


def new_session(site: Site, login: str) -> str:
    """Sign somebody in without asking for a password, and return the cookie."""
    token, now = new_token(), site.get(Database).now()
    with site.get(Database).engine.begin() as connection:
        connection.execute(
            sa.insert(core_session).values(
                token_hash=token_hash(token),
                account=actor_of(site, login).id,
                csrf=new_token(),
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
    return token


@contextmanager
def lent_world(pg: TestPostgres, home: Path) -> Iterator[World]:
    """Lend a copy of the world."""
    with pg.database(pg.template("the whole product", build)) as url:
        site = open_site(url, home, FOLDERS)
        try:
            yield World(site)
        finally:
            close_site(site)


def build(url: str) -> None:
    """Install everything, load the demo, and add what it leaves out."""
    with tempfile.TemporaryDirectory() as home:
        site = open_site(url, Path(home), FOLDERS)
        try:
            prepare_site(site, MODULES)
            load_demo(site)
            make_account(site, MEMBER, ["base.member"], name="Arash Tehrani")
            furnish(Desk(site))
        finally:
            close_site(site)


def furnish(desk: Desk) -> None:
    """Add what people leave behind: doubles, a merge, a note, a follower, a view of their own, a trash, a garden."""
    admin = actor_of(desk.site, ADMIN)
    theirs = desk.as_(admin)
    person = desk.one(CONTACT, first_name="نگار", last_name="سپهری", code="W-1")
    desk.one(CONTACT, first_name="نیلوفر", last_name="سپهری", code="W-2")
    gone = desk.one(CONTACT, first_name="Negar", last_name="Sepehri")
    with desk.site.get(Database).unit(desk.catalog, admin) as uow:
        desk.site.get(Merging).merge(admin, CONTACT, person, [gone], uow=uow)
    desk.delete(CONTACT, desk.one(CONTACT, last_name="Deleted"))
    about = {"entity": CONTACT, "id": person}
    theirs.one("base.note", record=about, body="تماس گرفت. @Sara Mohammadi لطفاً پیگیری کن.")
    view = {"name": "مشتریان من", "entity": CONTACT, "kind": "list", "state": "?sort=full_name"}
    theirs.create("base.saved_view", view)
    activity = desk.column(ACTIVITY, "id", filter="state == 'planned'")[0]
    desk.one("activities.attendee", activity=activity, person={"entity": CONTACT, "id": person})
    at = desk.site.get(Database).now().isoformat()
    desk.create("garden.plant", *({"name": f"Rose {n}", "state": "seed", "water_at": at} for n in range(5)))
