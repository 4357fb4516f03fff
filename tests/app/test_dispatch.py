"""Each request goes to the site of its host; who asks for another learns nothing of those that are there."""

from __future__ import annotations

import fcntl
import os
from dataclasses import fields, replace
from threading import Thread
from types import SimpleNamespace

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from core.app.dispatch import Dispatcher
from core.app.doors import Doors
from core.app.sites import HANDED_DOWN, OF_THE_FIRST, OF_THE_PROCESS, OPEN, Sites, check_name, hold
from core.app.wsgi import dispatcher
from core.config import Settings
from core.errors import Conflict, SettingsInvalid, Unavailable

ALPHA, BETA = "alpha.example.com", "beta.example.com"


def app_of(name):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{name} {environ['HTTP_HOST']}".encode()]

    return app


class Shelf:
    """Opens sites that only say who they are, and remembers which were opened and closed."""

    def __init__(self):
        self.opened, self.closed, self.fails = [], [], False

    def __call__(self, host, stamp):
        if self.fails:
            raise Unavailable(reason=f"no database for {host}")
        self.opened.append(host)
        return SimpleNamespace(stamp=stamp, app=app_of(host), close=lambda: self.closed.append(host))


@pytest.fixture
def home(tmp_path):
    for host in (ALPHA, BETA):
        declare(tmp_path, host)
    return tmp_path


def declare(home, host, text="PAYVAND_DATABASE=none\n", file=OPEN):
    folder = home / "sites" / host
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    Sites(Settings(home=home)).settle()


def served(home, most=4, shelf=None, clock=lambda: 0.0, **said):
    settings = Settings(home=home, **said)
    sites = Sites(settings)
    shelf = shelf or Shelf()
    doors = Doors(sites, shelf, most, idle=60, clock=clock)
    return Dispatcher(settings, app_of("first"), sites, doors), doors, shelf


def ask(dispatcher, host, **headers):
    environ = EnvironBuilder(path="/", headers=headers).get_environ()
    environ["HTTP_HOST"] = host
    environ["REMOTE_ADDR"] = "127.0.0.1"
    body, status, headers = run_wsgi_app(dispatcher, environ)
    return int(status.split()[0]), b"".join(body).decode(), dict(headers)


def test_alone_the_first_site_answers_at_every_host(tmp_path):
    answering, _, _ = served(tmp_path)
    assert ask(answering, "whatever.example.com")[1] == "first whatever.example.com"


@pytest.mark.parametrize(
    ("host", "who"),
    [
        (ALPHA, ALPHA),
        (f"{ALPHA.upper()}.:8000", ALPHA),
        (BETA, BETA),
        ("localhost", "first"),
        ("127.0.0.1:8000", "first"),
        ("192.168.1.5:8000", "first"),
    ],
)
def test_each_host_has_its_site(home, host, who):
    assert ask(served(home)[0], host)[1] == f"{who} {host}"


def test_the_first_site_is_at_its_public_address_alone(home):
    answering, _, _ = served(home, base_url="https://crm.example.com")
    assert ask(answering, "crm.example.com")[1].startswith("first")
    assert ask(answering, "localhost")[1].startswith("first")
    assert ask(answering, "192.168.1.5")[0] == 421


def test_unknown_hosts_learn_nothing_of_the_others(home):
    answering, _, shelf = served(home)
    told = [
        ask(answering, host)
        for host in (
            "gamma.example.com",
            "example.com",
            "",
            "*",
            f"x.{ALPHA}",
            f"{ALPHA}.evil",
            "..",
            "alpha",
        )
    ]
    assert {status for status, _, _ in told} == {421}
    assert len({(text, tuple(headers.items())) for _, text, headers in told}) == 1
    assert "example" not in told[0][1]
    assert not shelf.opened


def test_a_closed_site_says_so_and_an_unfinished_one_too(home):
    answering, _, _ = served(home)
    (home / "sites" / ALPHA / "site.env").rename(home / "sites" / ALPHA / "closed.env")
    status, text, headers = ask(answering, ALPHA)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "closed" in text


def test_a_site_that_cannot_be_opened_tells_strangers_no_reason(home):
    shelf = Shelf()
    shelf.fails = True
    status, text, _ = ask(served(home, shelf=shelf)[0], ALPHA)
    assert status == 503
    assert "database" not in text
    shelf.fails = False
    assert ask(served(home, shelf=shelf)[0], ALPHA)[0] == 200


def test_no_more_are_open_than_may_be_and_the_idle_are_closed(home):
    time = [0.0]
    answering, doors, shelf = served(home, most=1, clock=lambda: time[0])
    for host in (ALPHA, BETA, ALPHA):
        ask(answering, host)
    assert (shelf.opened, shelf.closed, doors.hosts) == ([ALPHA, BETA, ALPHA], [ALPHA, BETA], (ALPHA,))
    time[0] = 59.0
    doors.look()
    assert doors.hosts == (ALPHA,)
    time[0] = 61.0
    doors.look()
    assert doors.hosts == ()
    assert shelf.closed[-1] == ALPHA


def test_new_settings_open_a_site_anew(home):
    answering, doors, shelf = served(home)
    ask(answering, ALPHA)
    path = home / "sites" / ALPHA / OPEN
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    ask(answering, ALPHA)
    assert (shelf.opened, shelf.closed) == ([ALPHA, ALPHA], [ALPHA])
    path.unlink()
    doors.look()
    assert (doors.hosts, len(shelf.closed)) == ((), 2)


def test_many_at_once_open_a_site_once(home):
    answering, _, shelf = served(home)
    threads = [Thread(target=ask, args=(answering, ALPHA)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shelf.opened == [ALPHA]


@pytest.mark.parametrize(
    ("said", "header", "who"),
    [
        ({}, BETA, ALPHA),
        ({"proxies": "127.0.0.1"}, BETA, ALPHA),
        ({"forwarded_host": True}, BETA, ALPHA),
        ({"proxies": "10.0.0.1", "forwarded_host": True}, BETA, ALPHA),
        ({"proxies": "127.0.0.1", "forwarded_host": True}, BETA, BETA),
        ({"proxies": "127.0.0.1", "forwarded_host": True}, f"gamma.example.com, {BETA}", BETA),
    ],
)
def test_only_a_proxy_that_was_said_to_may_name_the_host(home, said, header, who):
    answer = ask(served(home, **said)[0], ALPHA, **{"X-Forwarded-Host": header})
    assert answer[1] == f"{who} {who}"


def test_a_site_takes_from_the_installation_only_what_is_nobodys_own(home):
    first = Settings(
        home=home,
        database_url="postgresql://u:p@db/payvand",
        base_url="https://first.example.com",
        mail_url="smtp://first:secret@mail:25",
        oidc_issuer="https://login.example.com",
        oidc_secret="of the first",
        sign_in_help="Ask Anna",
        egress_allow="intern:80",
        backups="/backups",
        metrics_token="of the first, and long enough for everybody",  # of nobody
        language="fa",
        secure_cookies=True,
    )
    text = "# ours\nPAYVAND_DATABASE=own\n\nPAYVAND_TIME_ZONE=Europe/Berlin\nPAYVAND_BASE_URL=https://alpha.example.com\n"
    declare(home, ALPHA, text)
    sites = Sites(first)
    own = sites.settings_of(sites.get(ALPHA), first.database_url)
    assert own == Settings(
        home=home / "sites" / ALPHA,
        database_url="postgresql+psycopg://u:p@db/own",
        base_url="https://alpha.example.com",
        backups=f"/backups/{ALPHA}",
        language="fa",
        time_zone="Europe/Berlin",
        secure_cookies=True,
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PAYVAND_HOME=/etc", "PAYVAND_HOME"),
        ("PAYVAND_PORT=1", "PAYVAND_PORT"),
        ("PAYVAND_METRICS_TOKEN=x", "PAYVAND_METRICS_TOKEN"),
        ("PAYVAND_PROXIES=0.0.0.0/0", "PAYVAND_PROXIES"),
        ("PAYVAND_TESTING=1", "PAYVAND_TESTING"),
        ("PAYVAND_NONSENSE=1", "PAYVAND_NONSENSE"),
        ("PAYVAND_LANGUAGE", "site.env:1"),
        ("PAYVAND_BACKUP_HOUR=25\nPAYVAND_DATABASE=x", "PAYVAND_BACKUP_HOUR"),
        ("PAYVAND_LANGUAGE=fa", "PAYVAND_DATABASE"),
    ],
)
def test_a_wrong_line_of_a_site_is_refused_by_name(home, line, told):
    declare(home, ALPHA, line)
    sites = Sites(Settings(home=home))
    with pytest.raises(SettingsInvalid, match=told):
        sites.settings_of(sites.get(ALPHA), "postgresql://u:p@db/payvand")


def test_each_setting_is_of_the_process_or_handed_down_or_a_sites_own():
    own = {
        "area_code",
        "backups",
        "base_url",
        "database_url",
        "egress_allow",
        "files",
        "mail_url",
        "name_administrators",
        "oidc_claim",
        "oidc_client",
        "oidc_domains",
        "oidc_issuer",
        "oidc_name",
        "oidc_new_roles",
        "oidc_new_team",
        "oidc_roles",
        "oidc_scope",
        "oidc_secret",
        "sign_in_help",
    }
    assert {spec.name for spec in fields(Settings)} == HANDED_DOWN | own | OF_THE_FIRST
    assert not HANDED_DOWN & own
    assert OF_THE_PROCESS - HANDED_DOWN == OF_THE_FIRST
    check_name("PAYVAND_LANGUAGE")


def test_a_site_that_is_replaced_is_opened_by_nobody(home):
    settings = replace(Settings(home=home), home=home / "sites" / ALPHA)
    with hold(settings), hold(settings):
        pass
    with (settings.home / "serve.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            hold(settings)


def test_a_web_process_answers_for_all_sites(tmp_path):
    answering = dispatcher(Settings(home=tmp_path), app_of("first"))
    assert ask(answering, "localhost")[1] == "first localhost"
