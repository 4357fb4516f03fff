"""No sequence of requests enlarges what somebody may read or write, unless who may grant it acted."""

from __future__ import annotations

import pytest

from core.access import Access
from core.access.branches import REACHED_BY, Grants
from core.studio.arrangement import Arranger
from tests.security.circle import FOLDERS, MODULES, PEOPLE, Circle
from tests.security.sequences import COPY, Office, run

pytestmark = pytest.mark.modules


@pytest.fixture(scope="session")
def site_modules():
    return MODULES


@pytest.fixture(scope="session")
def site_folders():
    return FOLDERS


def test_no_sequence_of_requests_gives_anybody_more_but_by_who_may_grant_it(site):
    office = run(Circle(site), 10, 15)
    assert office.acts > 40
    assert {200, 201, 403, 404} <= office.answered.keys(), "they are let do some things and refused others"


def _forget(access):
    access._kept.clear()


@pytest.fixture
def access(site):
    """The rights of the site, which forget what they have compiled before and after."""
    found = site.get(Access)
    _forget(found)
    yield found
    _forget(found)


def test_a_hole_is_found(site, access, monkeypatch):
    """If a share let people change what decides, its holder would bring the record into the reach of a role for good."""
    monkeypatch.setattr(Grants, "_kept", lambda *_: REACHED_BY)
    office = type("Leaking", (Office,), {"circle": Circle(site)})()
    names = list(PEOPLE)
    office.shares(names.index("ann"), 0, ("with_user", names.index("eve")), "edit")
    with pytest.raises(AssertionError, match="eve gave"):
        office.changes(names.index("eve"), 0, {"lifecycle": "customer"})


def test_a_hole_in_what_is_arranged_is_found(site, monkeypatch):
    """If whoever arranges could add what is computed, all who read the entity would read what it is drawn from."""
    office = type("Arranged", (Office,), {"circle": Circle(site)})()
    gus = list(PEOPLE).index("gus")
    office.arranges(gus, COPY)
    monkeypatch.setattr(Arranger, "judge", lambda *_: None)
    with pytest.raises(AssertionError, match=r"gus gave .*sees x_copy"):
        office.arranges(gus, COPY)
