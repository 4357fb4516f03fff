"""A site is put together whole: modules installed, people with rights, records written and read through one door."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from core.errors import AccessDenied
from core.files import Files
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import actor_of, lent_site, make_account


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


@pytest.mark.covers("IN-31")
def test_database_and_files_lie_where_the_settings_say(pg, site_folders, tmp_path):
    with lent_site(pg, ("kit",), tmp_path / "elsewhere", site_folders) as site:
        make_account(site, "anna@example.com", ["kit.keeper"])
        anna = actor_of(site, "anna@example.com")
        with site.get(Database).unit(site.get(Catalogs).current(), anna) as uow:
            found = uow.execute(sa.text("SELECT current_database()")).scalar()
            site.get(Files).store(BytesIO(b"a letter"), "letter.txt", anna, uow)
    assert found == make_url(site.settings.database_url).database
    kept = [path for path in (tmp_path / "elsewhere" / "files").rglob("*") if path.is_file()]
    assert b"a letter" in [path.read_bytes() for path in kept]


def test_people_get_the_rights_of_their_roles(site, actor_as):
    visitor = actor_as("kit.visitor", login="anna@example.com")
    assert (visitor.login, visitor.roles) == ("anna@example.com", frozenset({"kit.visitor"}))
    catalog = site.get(Catalogs).current()
    with pytest.raises(AccessDenied), site.get(Database).unit(catalog, visitor) as uow:
        site.get(Records).create(visitor, "kit.shelf", [{"name": "Attic"}], uow=uow)
