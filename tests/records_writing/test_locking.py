"""Who locks a record decides by what stands in it: the next one waits, and reads what was written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.kernel.actor import system_actor
from core.sdk import lock, look_up, records
from core.storage import Database
from core.storage.catalogs import Catalogs

pytestmark = pytest.mark.modules

WRITERS = 6


@pytest.fixture(scope="session")
def site_modules():
    return ("base",)


def test_of_many_who_count_up_at_once_nobody_is_lost_or_refused(site, desk):
    tag = desk.one("base.tag", name="0")
    system = system_actor("counting")

    def count_up(_: int) -> None:
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            lock(uow, "base.tag", [tag])
            (found,) = look_up(uow, "base.tag", ("name",), where=f"id == {tag}")
            values = {"name": str(int(str(found["name"])) + 1)}
            records(uow).update(system, "base.tag", tag, values, version=None, uow=uow)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(count_up, range(WRITERS)))
    assert desk.get("base.tag", tag, "name")["name"] == str(WRITERS)
