"""The site makes roles of its own and adds to those of modules; what it does to rights is told before."""

from __future__ import annotations

import pytest

from core.access import Access
from core.access.matrix import cells
from core.errors import AccessDenied, Conflict, MetadataInvalid, NotFound, PayvandError, ValidationFailed
from core.kernel.actor import Actor
from core.lifecycle import PlanChanged
from core.storage import Database
from core.studio import RoleStudio

SYSTEM = Actor(elevated="a test")
READ = {"entity": "kit.thing", "actions": ["read"], "fields": {"read": ["name"]}}
WIDE = {"entity": "kit.thing", "actions": ["read", "delete"], "when": "size > 3"}


@pytest.fixture
def studio(house):
    return house.site.get(RoleStudio)


def reached(house, role):
    found = cells(house.site.get(Access), house.catalog, [role])
    return {(c.action, c.field, c.where) for c in found if c.entity == "kit.thing"}


def test_a_role_is_made_widened_after_a_look_and_taken_away(house, studio):
    studio.add(SYSTEM, "x.desk", {"label": {"en": "Desk"}})
    assert reached(house, "x.desk") == set()
    said = {"label": {"en": "Desk"}, "grants": [READ], "implies": ["kit.visitor"]}
    found = studio.rehearse(SYSTEM, "x.desk", said)
    assert reached(house, "x.desk") == set()
    assert found.wider == len(found.changes) > 0
    assert {c.cell.role for c in found.changes} == {"x.desk"}
    assert studio.save(SYSTEM, "x.desk", said).implies == ("kit.visitor",)
    assert {("read", "", ""), ("read", "name", "")} <= reached(house, "x.desk")
    assert studio.said(SYSTEM, "x.desk")[0] == said
    narrower = studio.rehearse(SYSTEM, "x.desk", {**said, "grants": [{**READ, "when": "size > 3"}]})
    assert not narrower.wider
    assert "narrowed" in {c.kind for c in narrower.changes}
    gone = studio.rehearse_removal(SYSTEM, "x.desk")
    assert {c.kind for c in gone.changes} == {"removed"}
    assert "x.desk" in house.catalog.roles
    studio.remove(SYSTEM, "x.desk", why="a test")
    assert "x.desk" not in house.catalog.roles


def test_what_the_site_adds_to_a_role_of_a_module_is_kept_apart(house, studio):
    before = house.catalog.roles["kit.visitor"].grants
    assert studio.said(SYSTEM, "kit.visitor") == ({}, "")
    studio.save(SYSTEM, "kit.visitor", {"grants": [WIDE]}, seen="")
    assert house.catalog.roles["kit.visitor"].grants[:-1] == before
    assert ("delete", "", "size > 3") in reached(house, "kit.visitor")
    studio.save(SYSTEM, "kit.visitor", {"grants": []})
    assert house.catalog.roles["kit.visitor"].grants == before
    assert studio.said(SYSTEM, "kit.visitor") == ({}, "")
    with pytest.raises(Conflict):
        studio.remove(SYSTEM, "kit.visitor", why="a test")


def test_nobody_overwrites_what_another_has_said_meanwhile(studio):
    studio.add(SYSTEM, "x.desk", {"label": "Desk"})
    _, seen = studio.said(SYSTEM, "x.desk")
    studio.save(SYSTEM, "x.desk", {"label": "Desk", "grants": [READ]}, seen=seen)
    with pytest.raises(Conflict) as refused:
        studio.save(SYSTEM, "x.desk", {"label": "Desk", "grants": [WIDE]}, seen=seen)
    assert refused.value.reason == "changed_meanwhile"


def test_a_deleted_role_leaves_who_when_and_why_and_comes_back(house, studio):
    said = {"label": {"en": "Desk"}, "grants": [READ]}
    studio.add(SYSTEM, "x.desk", {"label": {"en": "Desk"}})
    studio.save(SYSTEM, "x.desk", said, why="  a   new desk ")
    _, seen = studio.said(SYSTEM, "x.desk")
    shown = studio.rehearse_removal(SYSTEM, "x.desk").digest
    with pytest.raises(ValidationFailed):
        studio.remove(SYSTEM, "x.desk", why=" ")
    with pytest.raises(ValidationFailed):
        studio.remove(SYSTEM, "x.desk", why="x" * 501)
    with pytest.raises(PlanChanged):
        studio.remove(SYSTEM, "x.desk", why="closed", plan="0" * 32)
    studio.save(SYSTEM, "x.desk", {**said, "implies": ["kit.visitor"]})
    with pytest.raises(Conflict) as refused:
        studio.remove(SYSTEM, "x.desk", why="closed", seen=seen, plan=shown)
    assert refused.value.reason == "changed_meanwhile"
    studio.save(SYSTEM, "x.desk", said)
    before = len(house.catalog.roles)
    studio.remove(Actor(id=1, elevated="a test", name="Roya"), "x.desk", why="closed", seen=seen, plan=shown)
    (gone,) = studio.removed(SYSTEM)
    assert (gone.name, gone.actor_name, gone.reason, gone.before["grants"]) == (
        "x.desk",
        "Roya",
        "closed",
        [READ],
    )
    told = [(e.before is None, e.after is None, e.reason) for e in studio.history(SYSTEM, "x.desk")]
    assert told == [
        (False, True, "closed"),
        (False, False, ""),
        (False, False, ""),
        (False, False, "a new desk"),
        (True, False, ""),
    ]
    assert studio.rehearse_restore(SYSTEM, "x.desk").wider
    studio.restore(SYSTEM, "x.desk", why="open again")
    assert (studio.said(SYSTEM, "x.desk")[0], len(house.catalog.roles)) == (said, before)
    assert studio.removed(SYSTEM) == ()
    for name in ("x.desk", "x.never"):
        with pytest.raises(NotFound):
            studio.restore(SYSTEM, name)
    with pytest.raises(AccessDenied):
        studio.removed(Actor(id=7))
    with pytest.raises(AccessDenied):
        studio.history(Actor(id=7), "x.desk")


def test_the_history_tells_what_the_site_said_of_a_role_of_a_module_and_nobody_rewrites_it(house, studio):
    studio.save(SYSTEM, "kit.visitor", {"grants": [WIDE]}, why="for a week")
    studio.save(SYSTEM, "kit.visitor", {})
    over, first = studio.history(SYSTEM, "kit.visitor")
    assert (over.after, first.before, first.reason) == (None, None, "for a week")
    assert first.after["grants"] == [WIDE]
    assert studio.removed(SYSTEM) == ()
    for sql in ("UPDATE core_document_change SET reason = ''", "DELETE FROM core_document_change"):
        with pytest.raises(PayvandError), house.site.get(Database).unit(house.catalog, SYSTEM) as uow:
            uow.connection.exec_driver_sql(sql)


def test_what_makes_no_sense_is_refused_before_and_when_it_is_done(house, studio):
    studio.add(SYSTEM, "x.desk", {"label": "Desk"})
    for wrong in (
        [{**READ, "entity": "kit.ghost"}],
        [{**READ, "actions": ["fly"]}],
        [{**READ, "when": "size >"}],
        [{**READ, "fields": {"read": ["ghost"]}}],
    ):
        for does in (studio.rehearse, studio.save):
            with pytest.raises(MetadataInvalid):
                does(SYSTEM, "x.desk", {"grants": wrong})
    with pytest.raises(ValidationFailed):
        studio.save(SYSTEM, "x.desk", {"administrator": True})
    with pytest.raises(ValidationFailed):
        studio.add(SYSTEM, "desk", {"label": "Desk"})
    with pytest.raises(Conflict):
        studio.add(SYSTEM, "x.desk", {"label": "Desk"})
    with pytest.raises(NotFound):
        studio.said(SYSTEM, "x.ghost")
    for does in (studio.rehearse, studio.save):
        with pytest.raises(AccessDenied):
            does(Actor(id=7), "x.desk", {"grants": [READ]})
    with pytest.raises(AccessDenied):
        studio.remove(Actor(id=7), "x.desk", why="a test")
    assert house.catalog.roles["x.desk"].grants == ()
