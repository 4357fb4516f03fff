"""Requests at random: a site answers byte for byte alike whatever the other site of the process holds, is asked and changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from core.identity.tokens import new_token, token_hash
from core.kernel.site import Site
from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.postgres import TestPostgres
from tests.security.twins import EXPIRES, MASKED, Drawn
from tests.security.two_sites import ALPHA, BETA, Installation, template

pytestmark = pytest.mark.modules

ROUNDS = 60
BEGUN = datetime(2026, 3, 21, 9, 0, tzinfo=UTC)
TOKEN, CSRF = new_token(), new_token()
CONTACT = "contacts.contact"
OTHER_PAGES = ("/", "/preferences", "/admin/modules", "/search", "/nowhere", "/sign-in")
FIELDS = "/api/v1/metadata/entities/contacts.contact/fields"
WORDS = ("Karimi", "رضایی", "Stone", "۱۴۰۳", "o'Hara", "<b>x</b>", "%_", "a" * 300, "")
FRESH = frozenset({"X-Request-ID", "Date"})
"""Headers that differ from answer to answer."""


class World:
    """An installation in which the first site is asked, and perhaps the other in between."""

    def __init__(self, installation: Installation, drawn: Drawn, *, loud: bool) -> None:
        self.installation = installation
        self._drawn = drawn
        self._loud = loud
        self._moment = BEGUN
        for site in installation.sites.values():
            site.get(Database)._clock = lambda: self._moment
            _admit(site)

    def answer(self, number: int, seed: int) -> tuple[Any, ...]:
        """Ask what the seed says, and return all of the answer but what is drawn anew for each."""
        self._moment = BEGUN + timedelta(seconds=number)
        if self._loud:
            between = Random(f"between {seed} {number}")
            for _ in range(between.randrange(3)):
                self._ask(BETA, *asked(between, number, BETA))
        self._drawn.begin(f"{seed} {number}")
        status, headers, body = self._ask(ALPHA, *asked(Random(f"{seed} {number}"), number, ALPHA))
        told = {name: EXPIRES.sub("", value) for name, value in headers if name not in FRESH}
        return status, told, MASKED.sub(b"", body)

    def _ask(self, host: str, method: str, path: str, sent: dict[str, Any]) -> tuple[int, Any, bytes]:
        browser = self.installation.browser()
        browser.cookies["payvand_session"] = TOKEN
        headers = {"X-CSRF-Token": CSRF, **sent.pop("headers", {})}
        answer = browser.open(host, path, method, headers=headers, **sent)
        return answer.status, answer.headers, answer.body


Ask = tuple[str, str, dict[str, Any]]


def asked(random: Random, number: int, host: str) -> Ask:
    """Return a request: what people and programs ask for, what changes things, and what is nonsense."""
    if random.random() < 0.06:
        kind = "text" if host == ALPHA else "integer"
        name = random.choice(("x_mark", "x_other"))
        return "POST", FIELDS, {"json": {"name": name, "type": kind, "label": {"en": f"Mark of {host}"}}}
    word, record = random.choice(WORDS), random.randrange(1, 12)
    entity = random.choice((CONTACT, CONTACT, "contacts.account", "base.team", "activities.task"))
    of = _of_programs if random.random() < 0.5 else _of_people
    return random.choice(
        of(random, entity, "last_name" if entity == CONTACT else "name", word, record, number)
    )


def _of_programs(random: Random, entity: str, field: str, word: str, record: int, number: int) -> list[Ask]:
    api, any_version = f"/api/v1/records/{entity}", {"If-Match": random.choice(("*", '"1"'))}
    sort = random.choice((field, f"-{field}", "id", "nothing"))
    once = {"Idempotency-Key": f"key{number % 7}"}
    return [
        ("GET", api, {"query_string": {"filter": f"{field} == {word!r}", "sort": sort, "limit": "3"}}),
        ("GET", api, {"query_string": {"search": word, "count": "exact"}}),
        ("GET", f"{api}/{record}", {}),
        ("POST", api, {"json": {field: word or "Nobody"}, "headers": once}),
        ("POST", api, {"json": {field: word, "x_mark": random.choice(("one", 1, None))}}),
        ("PATCH", f"{api}/{record}", {"json": {field: f"{word}!"}, "headers": any_version}),
        ("DELETE", f"{api}/{record}", {"headers": {"If-Match": "*"}}),
        ("GET", f"/api/v1/metadata/entities/{entity}", {}),
        ("GET", "/api/v1/openapi.json", {}),
        ("GET", "/api/v1/search", {"query_string": {"q": word}}),
    ]


def _of_people(random: Random, entity: str, field: str, word: str, record: int, _number: int) -> list[Ask]:
    page, other = f"/records/{entity}", random.choice(OTHER_PAGES)
    cookies = f"payvand_session={TOKEN}; payvand_language={random.choice(('en', 'fa'))}"
    language: dict[str, Any] = {"headers": {"Cookie": cookies}}
    return [
        ("GET", page, {"query_string": {"q": word}, **language}),
        ("GET", page, {"query_string": {"sort": field}, **language}),
        ("GET", f"{page}/{record}", language),
        ("GET", f"{page}/new", language),
        ("POST", f"{page}/new", {"data": {field: word, "csrf": CSRF}, **language}),
        ("GET", other, language),
    ]


def _admit(site: Site) -> None:
    now = datetime.now(UTC)
    with site.get(Database).engine.begin() as connection:
        values = {"token_hash": token_hash(TOKEN), "account": 1, "csrf": CSRF}
        times = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(days=1)}
        connection.execute(sa.insert(core_session).values(**values, **times))


@contextmanager
def worlds(pg: TestPostgres, home: Path) -> Iterator[tuple[World, World]]:
    """Lend two installations whose first site is the same; only in one of them the other is asked."""
    drawn = Drawn()
    one, other = template(pg, ALPHA), template(pg, BETA)
    with (
        pg.database(one) as quiet,
        pg.database(other) as unasked,
        pg.database(one) as loud,
        pg.database(other) as noisy,
        patch("secrets.token_urlsafe", drawn),
        patch("core.web.rendering.token_urlsafe", drawn),
    ):
        made = []
        for name, urls in (("quiet", (quiet, unasked)), ("loud", (loud, noisy))):
            folder = home / name / "sites" / ALPHA
            made.append(
                Installation(home / name, dict(zip((ALPHA, BETA), urls, strict=True)), keys=b"k" * 32)
            )
            assert (folder / "secret").read_bytes() == b"k" * 32
        try:
            yield World(made[0], drawn, loud=False), World(made[1], drawn, loud=True)
        finally:
            for installation in made:
                installation.doors.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_site_answers_alike_whatever_is_in_the_other(pg, tmp_path, seed):
    statuses: dict[int, int] = {}
    with worlds(pg, tmp_path) as (quiet, loud):
        for number in range(ROUNDS):
            one, other = quiet.answer(number, seed), loud.answer(number, seed)
            assert one == other, (
                number,
                asked(Random(f"{seed} {number}"), number, ALPHA),
                _difference(one, other),
            )
            statuses[one[0]] = statuses.get(one[0], 0) + 1
    assert {200, 201, 404, 422} <= statuses.keys()
    assert statuses[200] > ROUNDS / 4


def _difference(one: tuple[Any, ...], other: tuple[Any, ...]) -> Any:
    if one[:2] != other[:2]:
        return one[:2], other[:2]
    at = next(n for n, pair in enumerate(zip(one[2], other[2], strict=False)) if pair[0] != pair[1])
    return re.sub(rb"\s+", b" ", one[2][max(at - 80, 0) : at + 80]), other[2][max(at - 80, 0) : at + 80]
