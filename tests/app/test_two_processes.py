"""What is defined through one process is used through another with the very next request."""

from __future__ import annotations

import pytest

from core.app.web import create_app
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import close_site, make_account, open_site

ROUNDS = 20
FIELDS = "/api/v1/metadata/entities/kit.thing/fields"
SHELVES = "/api/v1/records/kit.shelf"
THINGS = "/api/v1/records/kit.thing"


@pytest.fixture
def processes(site, site_folders, tmp_path):
    """Two sites on one database, as two processes have them, and the key of an administrator."""
    other = open_site(site.settings.database_url, tmp_path, site_folders)
    account = make_account(site, "boss@example.com", ["kit.chief"])
    system = system_actor("a test")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        key = site.get(Identity).create_key(system, account, "test", [Scope()], uow=uow)
    yield [create_app(one).test_client() for one in (site, other)], {"Authorization": f"Bearer {key}"}
    close_site(other)


def test_a_field_added_through_one_is_used_through_the_other_at_once(processes):
    clients, key = processes
    for number in range(ROUNDS):
        here, there = clients[number % 2], clients[1 - number % 2]
        name = f"x_field_{number}"
        added = here.post(
            FIELDS, json={"name": name, "type": "text", "label": {"en": f"Field {number}"}}, headers=key
        )
        assert added.status_code == 201, added.text
        written = there.post(THINGS, json={"name": f"Thing {number}", name: "blue"}, headers=key)
        assert written.status_code == 201, written.text
        found = here.get(
            THINGS,
            query_string={"fields": f"name,{name}", "filter": f"{name} == 'blue'", "sort": name},
            headers=key,
        )
        assert [item[name] for item in found.json["items"]] == ["blue"], found.text


def test_rights_taken_away_through_one_are_gone_in_the_other(processes, site):
    clients, key = processes
    assert clients[1].post(SHELVES, json={"name": "Cellar"}, headers=key).status_code == 201
    system = system_actor("a test")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        identity.set_roles(
            system, identity.find_account("boss@example.com", uow=uow).id, ["kit.visitor"], uow=uow
        )
    assert clients[1].post(SHELVES, json={"name": "Attic"}, headers=key).status_code == 403


@pytest.mark.covers("PL-15")
def test_a_module_that_sleeps_in_one_is_unknown_in_the_other(processes, site):
    clients, key = processes
    assert clients[1].get(THINGS, headers=key).status_code == 200
    answer = clients[0].post("/api/v1/modules/kit/disable", headers=key)
    assert answer.status_code == 200, answer.text
    assert clients[1].get(THINGS, headers=key).status_code == 404
