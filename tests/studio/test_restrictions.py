"""The site makes restrictions of its own and changes those of modules; what a module says stays beneath."""

from __future__ import annotations

import pytest

from core.access import Access
from core.errors import AccessDenied, Conflict, MetadataInvalid, NotFound, ValidationFailed
from core.kernel.actor import Actor
from core.lifecycle import PlanChanged
from core.metadata.documents import plain
from core.storage import Database
from core.storage.documents import DocumentStore
from core.studio import RestrictionStudio

SYSTEM = Actor(elevated="a test")
SMALL = {"label": {"en": "Small"}, "entity": "kit.thing", "when": "size < 9"}
GUARDED = {
    "access.yaml": """
        restrictions:
          fence.near:
            label: Near
            entity: fence.post
            when: "height < 3"
            actions: [read]
        roles:
          fence.guard: {label: Guard}
    """,
    "entities/post.yaml": """
        entity: fence.post
        label: Post
        title: name
        fields:
          name: {type: text, label: Name}
          height: {type: integer, label: Height}
    """,
}


@pytest.fixture
def studio(house):
    return house.site.get(RestrictionStudio)


def own_documents(house):
    with house.site.get(Database).reading() as reader:
        return {d.name: dict(d.body) for d in DocumentStore().read(reader) if d.is_site}


def refused_by(house, entity, action="read"):
    rights = house.site.get(Access).of_roles(frozenset({"kit.visitor"}), house.catalog)
    return {limit.restriction.name for limit in rights.restrictions(entity, action)}


def test_a_restriction_of_the_sites_own_lives_rests_goes_and_comes_back(house, studio):
    found = studio.rehearse_add(SYSTEM, "x.small", SMALL)
    assert ("narrowed", "kit.keeper") in {(c.kind, c.cell.role) for c in found.changes}
    assert not found.wider
    assert refused_by(house, "kit.thing") == set()
    made = studio.add(SYSTEM, "x.small", {**SMALL, "except": [], "disabled": False}, plan=found.digest)
    assert (made.when, made.in_force) == ("size < 9", True)
    assert studio.said(SYSTEM, "x.small")[0] == SMALL
    assert refused_by(house, "kit.thing") == {"x.small"}
    studio.save(SYSTEM, "x.small", {**SMALL, "disabled": True})
    assert (refused_by(house, "kit.thing"), list(house.catalog.resting)) == (set(), ["x.small"])
    studio.save(SYSTEM, "x.small", {**SMALL, "except": ["kit.visitor"]})
    assert refused_by(house, "kit.thing") == set()
    with pytest.raises(PlanChanged):
        studio.remove(SYSTEM, "x.small", why="a test", plan="0" * 32)
    studio.remove(SYSTEM, "x.small", why="a test")
    assert [one.name for one in studio.removed(SYSTEM)] == ["x.small"]
    assert studio.restore(SYSTEM, "x.small").excepted == ("kit.visitor",)


def test_of_a_modules_restriction_the_site_says_only_what_differs_and_may_take_it_back(house, studio):
    house.write("fence", GUARDED)
    house.install("fence")
    same = {"label": "Near", "entity": "fence.post", "when": "height < 3", "actions": ["read"], "except": []}
    version = house.catalog.version
    studio.save(SYSTEM, "fence.near", same)
    assert (own_documents(house), house.catalog.version) == ({}, version)
    wider = studio.rehearse(SYSTEM, "fence.near", {**same, "actions": [], "except": ["fence.guard"]})
    studio.save(SYSTEM, "fence.near", {**same, "actions": [], "except": ["fence.guard"]}, plan=wider.digest)
    assert studio.said(SYSTEM, "fence.near")[0] == {"actions": [], "except": ["fence.guard"]}
    kept = own_documents(house)["restriction:fence.near"]["base"]
    assert plain(kept) == {"actions": ["read"], "except": None}
    whole, lower = studio.written(SYSTEM, "fence.near")
    assert (whole["actions"], lower["actions"], whole["when"]) == ([], ["read"], "height < 3")
    assert refused_by(house, "fence.post", "delete") == {"fence.near"}
    studio.save(SYSTEM, "fence.near", {"disabled": True})
    assert "fence.near" in house.catalog.resting
    studio.save(SYSTEM, "fence.near", {"disabled": False})
    assert (own_documents(house), "fence.near" in house.catalog.restrictions) == ({}, True)
    with pytest.raises(Conflict):
        studio.remove(SYSTEM, "fence.near", why="a test")
    with pytest.raises(MetadataInvalid):
        studio.save(SYSTEM, "fence.near", {"entity": "kit.thing"})


def test_what_makes_no_sense_and_whoever_may_not_is_refused(house, studio):
    for wrong in (
        {**SMALL, "entity": "kit.ghost"},
        {**SMALL, "when": "size <"},
        {**SMALL, "when": ""},
        {**SMALL, "actions": ["fly"]},
        {**SMALL, "except": ["kit.ghost"]},
        {"label": "Nothing"},
    ):
        for does in (studio.rehearse_add, studio.add):
            with pytest.raises(MetadataInvalid):
                does(SYSTEM, "x.small", wrong)
    for wrong in ({**SMALL, "roles": []}, ["when"]):
        with pytest.raises(ValidationFailed):
            studio.add(SYSTEM, "x.small", wrong)
    with pytest.raises(ValidationFailed):
        studio.add(SYSTEM, "small", SMALL)
    studio.add(SYSTEM, "x.small", SMALL)
    with pytest.raises(Conflict):
        studio.add(SYSTEM, "x.small", SMALL)
    for asks in (studio.said, studio.written, studio.rehearse_removal):
        with pytest.raises(NotFound):
            asks(SYSTEM, "x.ghost")
        with pytest.raises(AccessDenied):
            asks(Actor(id=7), "x.small")
    with pytest.raises(AccessDenied):
        studio.add(Actor(id=7), "x.other", SMALL)
