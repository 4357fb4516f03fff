"""Two sites in one process: nothing of one is had in the other, by id, cookie, key, link, file, limit or memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.contributions.links import read_link, sign_link
from core.errors import NotFound, NotSignedIn
from core.identity.resetting import SEND_RESET
from core.identity.steps import begin_step, find_step
from core.jobs import Jobs
from core.kernel.actor import system_actor
from core.kernel.secrets import Secrets
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres
from tests.security.two_sites import ALPHA, BETA, CHIEF, CSRF, Installation, installed

pytestmark = pytest.mark.modules

API = "/api/v1/records/contacts.contact"
FIELDS = "/api/v1/metadata/entities/contacts.contact/fields"


@pytest.fixture(scope="module")
def both(pg: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(pg, tmp_path_factory.mktemp("both")) as made:
        yield made


@pytest.fixture(scope="module")
def contacts(both):
    """The same id at both sites, of somebody else."""
    made = {
        host: both.desk(host).one("contacts.contact", last_name=f"Only{short(host).title()}")
        for host in (ALPHA, BETA)
    }
    assert made[ALPHA] == made[BETA]
    return made


def short(host):
    return host.partition(".")[0]


def uow_of(both, host):
    site = both.sites[host]
    return site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test"))


@pytest.mark.covers("PL-14")
def test_equal_ids_are_other_records(both, contacts):
    for host, name, other in ((ALPHA, "OnlyAlpha", "OnlyBeta"), (BETA, "OnlyBeta", "OnlyAlpha")):
        browser, key = both.browser(), both.key(host)
        browser.signs_in(host)
        for _ in range(2):
            assert browser.open(host, f"{API}/{contacts[host]}", headers=key).json["last_name"] == name
            for path in ("/records/contacts.contact", f"/records/contacts.contact/{contacts[host]}"):
                text = browser.open(host, path).text
                assert name in text
                assert other not in text
            assert browser.open(host, f"{API}?filter=last_name == '{other}'", headers=key).json["items"] == []


def test_a_session_is_nobody_at_the_other_site_and_its_cookie_goes_to_one_host(both):
    browser = both.browser()
    entered = browser.signs_in(ALPHA)
    cookies = entered.headers.getlist("Set-Cookie")
    assert any(line.startswith("payvand_session=") for line in cookies)
    assert not any("domain=" in line.lower() for line in cookies)
    assert browser.open(ALPHA, "/records/contacts.contact").status == 200
    refused = browser.open(BETA, "/records/contacts.contact")
    assert (refused.status, refused.headers["Location"][:8]) == (303, "/sign-in")
    assert browser.open(BETA, API).status == 401
    assert browser.open(ALPHA, API).status == 200


def test_a_key_opens_one_site(both):
    key = both.key(ALPHA)
    assert both.browser().open(ALPHA, API, headers=key).status == 200
    assert both.browser().open(BETA, API, headers=key).status == 401


def test_a_token_of_a_form_is_of_one_site(both):
    strangers = both.browser()
    token, form = strangers.csrf(ALPHA), {"login": CHIEF, "password": "x", "next": "/"}
    assert strangers.open(BETA, "/sign-in", "POST", data={**form, "csrf": token}).status == 403
    assert strangers.open(ALPHA, "/sign-in", "POST", data={**form, "csrf": token}).status != 403
    one, other = both.browser(), both.browser()
    one.signs_in(ALPHA)
    other.signs_in(BETA)
    token = one.csrf(ALPHA, "/preferences")
    assert other.open(BETA, "/sign-out", "POST", data={"csrf": token}).status == 403
    assert one.open(ALPHA, "/sign-out", "POST", data={"csrf": token}).status == 303


def test_a_form_that_comes_from_the_other_site_is_refused(both):
    browser = both.browser()
    browser.signs_in(BETA)
    form = {"csrf": browser.csrf(BETA, "/preferences")}
    answer = browser.open(BETA, "/sign-out", "POST", data=form, headers={"Origin": f"http://{ALPHA}"})
    assert answer.status == 403


def test_what_one_site_signs_the_other_does_not_know(both):
    with uow_of(both, ALPHA) as uow:
        token = sign_link(uow, "calendar", {"of": 1}, timedelta(days=1))
        assert read_link(uow, "calendar", token) == {"of": 1}
    with uow_of(both, BETA) as uow, pytest.raises(NotFound):
        read_link(uow, "calendar", token)
    keys = {both.sites[host].get(Secrets).derive("cursor") for host in (ALPHA, BETA)}
    assert len(keys) == 2


def test_a_cursor_leads_on_at_one_site(both):
    for host in (ALPHA, BETA):
        both.desk(host).create("contacts.contact", *({"last_name": f"Row {n}"} for n in range(5)))
    asked = {"limit": "2", "sort": "last_name"}
    key, others = both.key(ALPHA), both.key(BETA)
    cursor = both.browser().open(ALPHA, API, headers=key, query_string=asked).json["next"]
    asked["cursor"] = cursor
    assert both.browser().open(ALPHA, API, headers=key, query_string=asked).status == 200
    assert both.browser().open(BETA, API, headers=others, query_string=asked).status == 400


@pytest.mark.parametrize("kind", ["code", "passkey", "add passkey", "provider", "reset"])
def test_a_step_of_signing_in_goes_on_where_it_was_begun(both, kind):
    with uow_of(both, ALPHA) as uow:
        token = begin_step(uow.connection, kind, uow.now, account=1, body={"state": "x"})
        assert find_step(uow.connection, kind, token, uow.now).account == 1
    with uow_of(both, BETA) as uow, pytest.raises(NotSignedIn):
        find_step(uow.connection, kind, token, uow.now)


def test_a_passkey_is_asked_for_by_the_name_of_the_host(both):
    for host in (ALPHA, BETA):
        browser = both.browser()
        browser.signs_in(host)
        page = browser.open(host, "/account/passkeys").text
        token = CSRF.search(page)[1]
        answer = browser.open(host, "/account/passkeys/options", "POST", data={"csrf": token})
        assert host in answer.text
        assert ({ALPHA, BETA} - {host}).pop() not in answer.text


def test_equal_files_are_two_and_each_is_served_at_its_site(both):
    numbers = {}
    for host in (ALPHA, BETA):
        data = {"file": (io.BytesIO(b"the same content"), f"{short(host)}.txt")}
        answer = both.browser().open(host, "/api/v1/files", "POST", headers=both.key(host), data=data)
        assert answer.status == 201, answer.text
        numbers[host] = answer.json["id"]
    assert numbers[ALPHA] == numbers[BETA]
    kept = [path for path in both.home.rglob("files/*/*") if path.is_file()]
    assert sorted(path.relative_to(both.home / "sites").parts[0] for path in kept) == [ALPHA, BETA]
    assert len({path.name for path in kept}) == 1
    for host in (ALPHA, BETA):
        answer = both.browser().open(host, f"/api/v1/files/{numbers[host]}", headers=both.key(host))
        assert (answer.status, answer.body) == (200, b"the same content")
        assert f"{short(host)}.txt" in answer.headers["Content-Disposition"]
    data = {"file": (io.BytesIO(b"of alpha alone"), "a.txt")}
    own = both.browser().open(ALPHA, "/api/v1/files", "POST", headers=both.key(ALPHA), data=data).json["id"]
    assert both.browser().open(ALPHA, f"/api/v1/files/{own}", headers=both.key(ALPHA)).status == 200
    assert both.browser().open(BETA, f"/api/v1/files/{own}", headers=both.key(BETA)).status == 404


def test_an_answer_that_is_kept_for_a_key_is_given_at_its_site_alone(both):
    told = []
    for host in (ALPHA, BETA):
        headers = {**both.key(host), "Idempotency-Key": "the same"}
        answer = both.browser().open(host, API, "POST", headers=headers, json={"last_name": f"Once {host}"})
        assert answer.status == 201, answer.text
        again = both.browser().open(host, API, "POST", headers=headers, json={"last_name": f"Once {host}"})
        assert again.json["id"] == answer.json["id"]
        found = both.browser().open(host, f"{API}/{answer.json['id']}", headers=both.key(host)).json
        told.append(found["last_name"])
    assert told == [f"Once {ALPHA}", f"Once {BETA}"]


def test_modules_and_fields_of_one_site_are_unknown_in_the_other(both):
    keys = {host: both.key(host) for host in (ALPHA, BETA)}
    kinds = {ALPHA: "text", BETA: "integer"}
    for host in (ALPHA, BETA):
        spec = {"name": "x_mark", "type": kinds[host], "label": {"en": f"Mark of {short(host)}"}}
        assert both.browser().open(host, FIELDS, "POST", headers=keys[host], json=spec).status == 201
    values = {ALPHA: "seven", BETA: 7}
    people = {host: both.browser() for host in (ALPHA, BETA)}
    for host, browser in people.items():
        browser.signs_in(host)
    for round_ in range(3):
        for host, other in ((ALPHA, BETA), (BETA, ALPHA)):
            row = {"last_name": f"Marked {round_}", "x_mark": values[host]}
            made = both.browser().open(host, API, "POST", headers=keys[host], json=row)
            assert made.status == 201, made.text
            asked = {"fields": "x_mark", "filter": "not is_empty(x_mark)", "sort": "x_mark"}
            found = both.browser().open(host, API, headers=keys[host], query_string=asked).json["items"]
            assert {item["x_mark"] for item in found} == {values[host]}
            page = people[host].open(host, f"/records/contacts.contact/{made.json['id']}").text
            assert f"Mark of {short(host)}" in page
            assert f"Mark of {short(other)}" not in page
            described = both.browser().open(host, "/api/v1/openapi.json", headers=keys[host]).text
            assert ("activities." in described) is (host == BETA)
    listed = {
        host: both.browser().open(host, "/api/v1/records/activities.task", headers=keys[host]).status
        for host in keys
    }
    assert listed[ALPHA] == 404


def test_words_that_a_site_has_changed_stay_there(both):
    path = "/api/v1/metadata/entities/contacts.contact/fields/last_name"
    key = both.key(ALPHA)
    changed = both.browser().open(
        ALPHA, path, "PATCH", headers=key, json={"label": {"en": "Clan", "fa": "دودمان"}}
    )
    assert changed.status == 200, changed.text
    browsers = {host: both.browser() for host in (ALPHA, BETA)}
    for host, browser in browsers.items():
        browser.signs_in(host)
    for language, word in (("en", "Clan"), ("fa", "دودمان")):
        for host, browser in browsers.items():
            browser.cookies["payvand_language"] = language
            text = browser.open(host, "/records/contacts.contact/new").text
            assert (word in text) is (host == ALPHA)


def test_tries_are_counted_by_each_site(both):
    def status(host):
        place = {"REMOTE_ADDR": "203.0.113.9"}
        return both.browser().signs_in(host, "mallory@example.com", "wrong", environ_base=place).status

    assert 429 in [status(ALPHA) for _ in range(12)]
    assert status(BETA) != 429


def test_jobs_and_mail_are_of_one_site(both):
    browser = both.browser()
    form = {"csrf": browser.csrf(ALPHA, "/reset"), "login": CHIEF}
    assert browser.open(ALPHA, "/reset", "POST", data=form).status < 400
    counts = {}
    for host in (ALPHA, BETA):
        with both.sites[host].get(Database).engine.connect() as connection:
            kinds = sa.text("SELECT count(*) FROM core_job WHERE kind = :kind")
            counts[host] = connection.execute(kinds, {"kind": SEND_RESET}).scalar()
    assert counts == {ALPHA: 1, BETA: 0}
    with both.sites[ALPHA].get(Database).engine.connect() as connection:
        number = connection.execute(sa.text("SELECT max(id) FROM core_job")).scalar()
    assert (
        both.sites[ALPHA].get(Jobs).status(system_actor("a test"), number, everybody=True).state == "queued"
    )
    assert (
        both.sites[ALPHA].get(Database).engine.url.database
        != both.sites[BETA].get(Database).engine.url.database
    )


def test_only_what_goes_by_content_is_shared(both):
    """What two sites hold in common is compiled of equal documents or files, and frozen; no part of a site is another's."""
    one, other = (both.sites[host]._parts for host in (ALPHA, BETA))
    shared = {kind.__name__ for kind in one if kind in other and one[kind] is other[kind]}
    assert shared == {"BytecodeCache"}
