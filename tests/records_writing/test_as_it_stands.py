"""What a record says as it stands: asked for once on a page, and anew where something is written."""

from __future__ import annotations

import pytest

from core.kernel.actor import system_actor
from core.sdk import as_it_stands, records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.statements import counted

pytestmark = pytest.mark.modules

TAG, SYSTEM = "base.tag", system_actor("looking")


@pytest.fixture(scope="session")
def site_modules():
    return ("base",)


def unit(site, **more):
    return site.get(Database).unit(site.get(Catalogs).current(), SYSTEM, **more)


def test_a_look_asks_once_for_a_record_and_says_nothing_of_what_is_in_the_trash(site, desk):
    tag, gone = desk.one(TAG, name="kept"), desk.one(TAG, name="gone")
    desk.delete(TAG, gone)
    with unit(site, reading=True) as uow:
        with counted() as asked:
            assert [as_it_stands(uow, TAG, tag)["name"] for _ in range(3)] == ["kept"] * 3
        assert len(asked) == 1
        assert as_it_stands(uow, TAG, gone) is None


def test_where_something_is_written_the_record_is_asked_for_as_it_is_then(site, desk):
    tag = desk.one(TAG, name="before")
    with unit(site) as uow:
        assert as_it_stands(uow, TAG, tag)["name"] == "before"
        records(uow).update(SYSTEM, TAG, tag, {"name": "after"}, version=None, uow=uow)
        assert as_it_stands(uow, TAG, tag)["name"] == "after"
