"""The address of a merged record leads to the one that stays, for those who may see it; for others it is as any other."""

from __future__ import annotations

import pytest

from core.records.merging import Merging
from core.storage import Database

pytestmark = pytest.mark.modules

CONTACT = "contacts.contact"
RECORDS = f"/records/{CONTACT}"
ABSENT = 987654321


@pytest.fixture
def merged(desk, kept, person):
    """Two records of the sellers' team, one of which went into the other: (stays, gone)."""
    seller = person("base.member", "contacts.manager", login="anna@example.com", team="Sales")
    stays, gone = kept.add(CONTACT, {"last_name": "Stays"}, {"last_name": "Gone"}, actor=seller.actor)
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        desk.site.get(Merging).merge(desk.actor, CONTACT, stays, [gone], uow=uow)
    return seller, stays, gone


def test_who_may_see_what_stays_is_led_there(merged, api):
    seller, stays, gone = merged
    page = seller.opens(f"{RECORDS}/{gone}")
    assert (page.status, page.path) == (200, f"{RECORDS}/{stays}")
    answer = api(seller.actor)("GET", f"{RECORDS}/{gone}")
    assert (answer.status_code, answer.headers["Location"].rpartition("/")[2]) == (307, str(stays))


def test_who_may_not_see_it_learns_nothing(merged, api, person):
    _, _, gone = merged
    stranger = person("base.member", "contacts.editor", login="carl@example.com", team="Support")
    caller = api(stranger.actor)
    for number in (gone, ABSENT):
        page = stranger.client.get(f"{RECORDS}/{number}")
        assert (page.status_code, "Location" in page.headers) == (404, False)
        assert caller("GET", f"{RECORDS}/{number}").status_code == 404


def test_a_number_that_no_record_can_have_is_not_found(merged):
    seller, _, _ = merged
    assert seller.client.get(f"{RECORDS}/{10**20}").status_code == 404
