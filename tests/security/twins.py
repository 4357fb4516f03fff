"""Two sites that differ only in what somebody may not read, and people who ask both the same.

All that is hidden, and in which way, stands in `hiding.py`. Both sites have one clock, which moves with each question, one secret,
and the same sessions, so that nothing else of their answers differs.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from core.identity import Identity
from core.identity.tokens import new_token, token_hash
from core.jobs.runner import Runner
from core.kernel.site import Site
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import job as core_job
from core.storage.kernel_tables import mail as core_mail
from core.storage.kernel_tables import session as core_session
from core.testing.desk import Desk
from core.testing.postgres import TestPostgres
from core.testing.site import actor_of, close_site, make_account, open_site, prepare_site, web_of
from core.timeline.letters import write_letter
from tests.security.hiding import CHIEF, COLLEAGUE, SELLER, Hidden, Hiding

MODULES = ("base", "contacts", "activities", "sales", "service", "l10n_fa", "veil")
FOLDERS = [Path("modules").resolve(), Path(__file__).parent / "modules"]
BEGUN = datetime(2026, 3, 21, 9, 0, tzinfo=UTC)
TOKENS = {login: new_token() for login in (SELLER, CHIEF, COLLEAGUE)}
CSRF = new_token()
MASKED = re.compile(rb'(name="csrf" value=|name="key" value=|data-csrf=|"csrf": ?)"[^"]*"')
"""What is drawn anew for each page."""
NUMBER = "X-Request-ID"
"""Another one for each request."""

EXPIRES = re.compile("Expires=[^;]*;")
"""Of a cookie, by the clock of the machine."""
MOMENTS = re.compile(rb'"(created|started|finished)_at": ?"[^"]*"')
"""What the clock of the database tells of a job."""


ONE, OTHER = Hidden("qzalpha", 3141), Hidden("qzomega", 2718)


class Twin:
    """One of the two sites."""

    def __init__(self, site: Site, hidden: Hidden, drawn: Drawn) -> None:
        self.site, self.hidden, self._drawn = site, hidden, drawn
        self.moment = BEGUN
        site.get(Database)._clock = lambda: self.moment
        self.desk = Desk(site)
        drawn.begin("hidden")
        self.app = web_of(site)
        self.names = {"job": 0, **Hiding(self.desk, hidden).names}
        for login in TOKENS:
            self._admit(login)
        self.names["feed"] = self._feed()

    def _feed(self) -> str:
        """The address under which the seller's calendar program reads."""
        page = "/m/activities/calendar-link"
        self.answer(SELLER, "POST", page, data={"act": "make"})
        return re.search(rb"/m/activities/feed/[\w.%-]+", self.answer(SELLER, "GET", page)[2])[0].decode()

    def _admit(self, login: str) -> None:
        now = datetime.now(UTC)
        with self.site.get(Database).engine.begin() as connection:
            connection.execute(
                sa.insert(core_session).values(
                    token_hash=token_hash(TOKENS[login]),
                    account=actor_of(self.site, login).id,
                    csrf=CSRF,
                    created_at=now,
                    seen_at=now,
                    expires_at=now + timedelta(days=1),
                )
            )

    def named(self, text: str) -> str:
        """Return a text with the records in it."""
        return re.sub(r"<(\w+)>", lambda found: str(self.names[found[1]]), text)

    def answer(self, login: str, method: str, path: str, **sent: Any) -> tuple[int, dict[str, str], bytes]:
        """Ask, and return the status, the headers and the body, without what is drawn anew for each page."""
        self._drawn.begin(f"{method} {path}")
        client = self.app.test_client()
        if login:
            client.set_cookie("payvand_session", TOKENS[login])
        client.set_cookie("payvand_language", "en")
        headers = {"X-CSRF-Token": CSRF, "If-Match": "*"}
        response = client.open(path, method=method, headers=headers, **sent)
        told = MASKED.sub(b"", response.data)
        told = MOMENTS.sub(b"", told) if path.startswith("/api/v1/jobs/") else told
        headers = {name: EXPIRES.sub("", value) for name, value in response.headers if name != NUMBER}
        return response.status_code, headers, told

    def mail(self, login: str) -> bytes:
        """Read what waits to be mailed to somebody, as it would leave now."""
        c, reader = core_mail.c, actor_of(self.site, login).id
        with self.site.get(Database).engine.connect() as connection:
            told = sa.select(c.made_of, c.subject, c.text).where(c.recipient == login).order_by(c.id)
            rows = list(connection.execute(told))
        letters = [
            write_letter(self.site, made_of) if made_of else (subject, text)
            for made_of, subject, text in rows
        ]
        assert {made_of["reader"] for made_of, _, _ in rows if made_of} == {reader}
        return repr(letters).encode()

    def work(self) -> None:
        """Run the imports that wait."""
        with self.site.get(Database).engine.begin() as connection:
            c = core_job.c
            waiting = sa.select(c.id).where(c.state == "queued", c.kind.contains("import")).order_by(c.id)
            jobs = list(connection.execute(waiting).scalars())
        for self.names["job"] in jobs:
            runner = Runner(self.site, self.site.get(Identity).actor_of, self.site.get(Catalogs).current)
            runner.run(self.names["job"], lambda: False)


@contextmanager
def twins(pg: TestPostgres, home: Path) -> Iterator[tuple[Twin, Twin]]:
    """Lend two sites that differ only in what is hidden from the seller."""
    template = pg.template(f"twins {MODULES}", build)
    drawn = Drawn()
    with (
        pg.database(template) as one,
        pg.database(template) as other,
        patch("secrets.token_urlsafe", drawn),
        patch("secrets.randbelow", drawn.below),
        patch("core.web.rendering.token_urlsafe", drawn),
        patch("modules.activities.normalizing.uuid4", drawn),
    ):
        sites = [open_site(url, home, FOLDERS) for url in (one, other)]
        try:
            yield tuple(Twin(site, h, drawn) for site, h in zip(sites, (ONE, OTHER), strict=True))
        finally:
            for site in sites:
                close_site(site)


class Drawn:
    """Keys that are drawn at random elsewhere; here both sites draw the same."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, seed: str) -> None:
        self._random = Random(seed)

    def below(self, most: int) -> int:
        return self._random.randrange(most)

    def __call__(self, _size: int = 0) -> str:
        return f"{self._random.getrandbits(96):024x}"


def build(url: str) -> None:
    """Install everything, and let people in."""
    with tempfile.TemporaryDirectory() as home:
        site = open_site(url, Path(home), FOLDERS)
        try:
            prepare_site(site, MODULES)
            _people(Desk(site))
        finally:
            close_site(site)


def _people(desk: Desk) -> None:
    ours, theirs = desk.create("base.team", {"name": "Ours"}, {"name": "Theirs"})
    people = ((SELLER, ("base.member", "veil.seller"), ours), (CHIEF, ("base.administrator",), ours))
    for login, roles, team in (
        *people,
        (COLLEAGUE, ("base.member", "sales.manager", "activities.user"), theirs),
    ):
        number = make_account(desk.site, login, roles, name=login.partition("@")[0].capitalize())
        desk.update("base.user", number, team=team, email=login, mail_others="now")
