"""Each request has a number: in its answer, on its lines, on those of its jobs, and where something goes wrong."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from core.app.requests import HEADER, numbered
from core.app.web import create_app
from core.app.work import work
from core.config import Settings
from core.jobs import Jobs, Task
from core.kernel.actor import system_actor
from core.log import begin_request, end_request, get_logger, set_up
from core.storage import Database
from core.storage.catalogs import Catalogs


@pytest.fixture
def log(monkeypatch):
    """Return what is logged, as it is written."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    set_up("info")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines() if line.startswith("{")]
    end_request()
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


def answered(proxies="", address="127.0.0.1", given=None):
    told = []

    def app(_environ, start):
        start("200 OK", [])
        return []

    networks = Settings.from_environment({"PAYVAND_PROXIES": proxies}).proxy_networks
    environ = {"REMOTE_ADDR": address, "PATH_INFO": "/", "REQUEST_METHOD": "GET"}
    environ |= {} if given is None else {"HTTP_X_REQUEST_ID": given}
    numbered(app, networks)(environ, lambda _status, headers: told.append(dict(headers)[HEADER])).close()
    return told[0]


def test_a_proxy_of_ours_gives_the_number():
    assert answered("10.0.0.0/8", "10.1.2.3", "from-our-proxy-1") == "from-our-proxy-1"


@pytest.mark.parametrize(
    ("proxies", "address", "given"),
    [
        ("", "127.0.0.1", "from-nobody-1"),
        ("10.0.0.0/8", "192.0.2.1", "from-somebody-1"),
        ("10.0.0.0/8", "10.1.2.3", "short"),
        ("10.0.0.0/8", "10.1.2.3", "x" * 65),
        ("10.0.0.0/8", "10.1.2.3", 'with "quotes" and\nlines'),
        ("10.0.0.0/8", "10.1.2.3", "شماره-درخواست"),
        ("10.0.0.0/8", "10.1.2.3", ""),
    ],
)
def test_nobody_else_does_and_nothing_else_is_one(proxies, address, given):
    found = answered(proxies, address, given)
    assert found != given
    assert len(found) == 16


def test_no_two_requests_have_the_same():
    assert len({answered() for _ in range(50)}) == 50


def test_behind_a_proxy_the_one_who_asks_cannot_number(site, client, monkeypatch):
    """The proxy is asked by its own address, before it has said for whom it asks."""
    monkeypatch.setattr(type(site.settings), "proxy_networks", Settings(proxies="127.0.0.1").proxy_networks)
    behind = create_app(site).test_client()
    headers = {HEADER: "from-our-proxy-1", "X-Forwarded-For": "203.0.113.7"}
    assert behind.get("/health", headers=headers).headers[HEADER] == "from-our-proxy-1"
    assert client.get("/health", headers=headers).headers[HEADER] != "from-our-proxy-1"


def test_every_answer_has_one_and_one_line_tells_of_it(client, log):
    paths = ("/sign-in", "/api/v1/records/kit.widget", "/nowhere/at/all")
    answers = [client.get(path, buffered=True) for path in paths]
    numbers = [answer.headers[HEADER] for answer in answers]
    told = {line["request"]: line for line in log() if line["event"] == "request_answered"}
    assert [told[number]["status"] for number in numbers] == [answer.status_code for answer in answers]
    assert told[numbers[0]]["path"] == "/sign-in"
    assert told[numbers[1]]["route"] == "/api/v1/records/<entity>"
    assert all(line["ms"] >= 0 for line in told.values())


def test_what_a_link_opens_with_is_not_told(client, log):
    client.get("/reset/AQIDBAUGBwgJCgsMDQ4PEA?and=a-question-of-somebody", buffered=True)
    (line,) = (line for line in log() if line["event"] == "request_answered")
    assert (line["path"], line["route"]) == ("/reset/***", "/reset/<token>")
    assert "somebody" not in str(line)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_page_that_breaks_tells_its_number(client, log, monkeypatch, language):
    def broken(*_args, **_more):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setitem(client.application.view_functions, "web.sign_in", broken)
    answer = client.get("/sign-in", headers={"Accept-Language": language})
    number = answer.headers[HEADER]
    assert answer.status_code == 500
    assert number in answer.text
    assert "a mistake of ours" not in answer.text
    (line,) = (line for line in log() if line["event"] == "page_broke")
    assert line["request"] == line["reference"] == number
    assert "a mistake of ours" in line["exception"]


def test_without_a_database_the_number_is_told_all_the_same(site, pg, client):
    pg.drop(site.settings.database_url)
    page, call = client.get("/"), client.get("/api/v1/records/kit.widget")
    assert (page.status_code, call.status_code) == (503, 503)
    assert page.headers[HEADER] in page.text
    assert call.json["reference"] == call.headers[HEADER]


def test_a_job_is_logged_under_the_number_of_who_promised_it(site, log):
    def run(_context):
        get_logger("kit").info("toiled")
        return {}

    site.get(Catalogs).current()  # with it the tasks of modules come; this one comes after
    jobs = site.get(Jobs)
    jobs.register(Task(name="kit.toil", run=run))
    begin_request("number-of-a-request")
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("test")) as uow:
        number = jobs.defer(uow, "kit.toil", {})
    end_request()
    work(site, wait=False)
    told = [line for line in log() if line["event"] in ("toiled", "job_ended")]
    assert [(line["request"], line["job"]) for line in told] == [("number-of-a-request", number)] * 2
