"""Two web processes and a worker on one database: what one changes, the other knows with its next request."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import actor_of, make_account
from tests.stories.two_processes.alternation import KINDS, Web, alternate, processes

MODULES = Path(__file__).parents[2] / "api" / "modules"
SYSTEM = system_actor("a test")


@pytest.fixture(scope="session")
def site_modules():
    return ("office",)


@pytest.fixture(scope="session")
def site_folders():
    return [MODULES]


@pytest.fixture
def key(site):
    make_account(site, "chief@example.com", ["office.chief"])
    return make_key(site, "chief@example.com")


@pytest.fixture
def ports(site):
    settings = site.settings
    with processes(
        str(settings.home), settings.database_url, [str(MODULES)], ("web", "web", "worker")
    ) as found:
        yield found


def make_key(site, login):
    account = actor_of(site, login)
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
        return site.get(Identity).create_key(SYSTEM, account.id, "a key", (Scope(),), uow=uow)


@pytest.mark.covers("CD-54", "PL-15")
def test_a_field_added_by_one_is_used_by_the_other_at_once(key, ports):
    first, second = (Web(port, key) for port in ports)
    outcome = alternate(first, second, "office.paper", {"title": "Lease"}, 2 * len(KINDS))
    assert outcome.wrong == []


@pytest.mark.covers("PL-15")
def test_a_right_that_is_taken_is_gone_in_the_other_process_at_once(site, key, ports):
    anna = make_account(site, "anna@example.com", ["office.clerk"])
    own = make_key(site, "anna@example.com")
    webs = [Web(port, own) for port in ports]
    for number in range(20):
        role, wanted = (("office.auditor", 404), ("office.clerk", 200))[number % 2]
        with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
            site.get(Identity).set_roles(SYSTEM, anna, [role], uow=uow)
        assert [web.ask("GET", "/records/office.room")[0] for web in webs] == [wanted, wanted]
