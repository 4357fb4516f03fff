"""While a site is tested its questions go by a map to servers of this machine, and nowhere else; modules ask by the same way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.config import Settings
from core.egress import Egress, Forbidden
from core.errors import SettingsInvalid
from core.jobs import Jobs
from tests.egress.local_server import local_server

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def site_modules():
    return ("herald",)


@pytest.fixture(scope="session")
def site_folders():
    return [Path(__file__).parents[1] / "fixtures" / "modules"]


def refuse_to_look_up(host, _port):
    raise AssertionError(f"{host} was looked up")


def mapped(places, **more):
    told = places if isinstance(places, str) else json.dumps(places)
    return Egress(Settings(testing=True, testing_http_map=told, **more), refuse_to_look_up)


def test_a_server_of_the_map_is_asked_where_it_leads_in_its_own_name_and_without_tls():
    with local_server() as (port, seen):
        ours = mapped(
            {"api.example.com": f"127.0.0.1:{port}", "idp.example:8443": f"http://localhost:{port}"}
        )
        assert ours.get("https://api.example.com/a?b=c").body == b"here"
        assert ours.send("https://idp.example:8443/token", body=b"code=1").status == 200
        assert [(one.method, one.path, one.headers["Host"], one.body) for one in seen] == [
            ("GET", "/a?b=c", "api.example.com", b""),
            ("POST", "/token", "idp.example:8443", b"code=1"),
        ]


@pytest.mark.parametrize("places", [{}, "", {"api.example.com": "127.0.0.1:9"}])
def test_what_the_map_does_not_name_is_not_asked_even_where_it_was_permitted(places):
    ours = mapped(places, egress_allow="inside.example:8080")
    for url in ("https://elsewhere.example/", "http://inside.example:8080/", "http://8.8.8.8/"):
        with pytest.raises(Forbidden, match="PAYVAND_TESTING_HTTP_MAP does not name"):
            ours.get(url)


def test_a_map_in_a_file_is_read_anew_for_each_question(tmp_path):
    file = tmp_path / "map.json"
    file.write_text("{}")
    ours = mapped(str(file))
    with local_server() as (port, _):
        with pytest.raises(Forbidden):
            ours.get("http://api.example.com/")
        file.write_text(json.dumps({"API.example.com": f"127.0.0.1:{port}"}))
        assert ours.get("http://api.example.com/").status == 200


@pytest.mark.parametrize(
    "told",
    [
        *("/nowhere/map.json", "{", "[]", '{"a.example": "10.0.0.1:80"}', '{"a.example": "b.example:80"}'),
        *('{"a.example": "127.0.0.1"}', '{"a.example": "https://127.0.0.1:9"}', '{"a.example": 7}'),
    ],
)
def test_a_map_that_is_none_or_leads_away_from_this_machine_is_refused_at_the_start(told):
    with pytest.raises(SettingsInvalid, match="PAYVAND_TESTING_HTTP_MAP"):
        mapped(told)


def test_without_the_switch_nothing_reads_a_map():
    ours = Egress(Settings(testing_http_map='{"api.example.com": "127.0.0.1:9"}'), lambda *_: ["127.0.0.1"])
    with pytest.raises(Forbidden):
        ours.get("http://api.example.com/")


def test_a_module_asks_other_servers_through_the_sdk_and_is_refused_alike(site, desk):
    with local_server() as (port, seen):
        site.put(mapped({"tower.example": f"127.0.0.1:{port}"}))
        near = desk.one("herald.tower", name="Near", address="https://tower.example/stand")
        far = desk.one("herald.tower", name="Far", address="https://far.example/stand")
        assert run(site, desk) == {"asked": 2}
        assert [(one.method, one.body) for one in seen] == [("PUT", b"how do you stand?")]
    assert desk.get("herald.tower", near, "answer")["answer"] == "200 here"
    assert desk.get("herald.tower", far, "answer")["answer"] == "egress_forbidden"
    site.put(Egress(Settings(), lambda *_: ["127.0.0.1"]))
    run(site, desk)
    assert desk.get("herald.tower", near, "answer")["answer"] == "egress_forbidden", (
        "our own network is not asked"
    )


def run(site, desk):
    return desk.run_job(site.get(Jobs).task("herald.ask").run, NOW)
