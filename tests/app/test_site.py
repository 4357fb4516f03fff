"""A site is put together whole: modules installed, people with rights, records written and read through one door."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs


def test_the_wanted_modules_are_enabled(site):
    assert [s.spec.name for s in site.get(Lifecycle).states() if s.state == "enabled"] == ["kit"]


def test_a_record_that_is_written_can_be_read(site):
    system = system_actor("a test")
    catalog = site.get(Catalogs).current()
    with site.get(Database).unit(catalog, system) as uow:
        site.get(Records).create(system, "kit.shelf", [{"name": "Cellar"}], uow=uow)
    page = site.get(Reading).find(system, "kit.shelf", Query(fields=("name",)), catalog=catalog)
    assert [item["name"] for item in page.items] == ["Cellar"]


def test_each_test_has_a_database_of_its_own(site):
    page = site.get(Reading).find(system_actor("a test"), "kit.shelf", catalog=site.get(Catalogs).current())
    assert not page.items


def test_people_get_the_rights_of_their_roles(site, actor_as):
    visitor = actor_as("kit.visitor", login="anna@example.com")
    assert (visitor.login, visitor.roles) == ("anna@example.com", frozenset({"kit.visitor"}))
    catalog = site.get(Catalogs).current()
    with pytest.raises(AccessDenied), site.get(Database).unit(catalog, visitor) as uow:
        site.get(Records).create(visitor, "kit.shelf", [{"name": "Attic"}], uow=uow)
