"""What a change of modules would do to the rights of roles is told before anything happens."""

from __future__ import annotations

import pytest

from core.access import Access
from core.access.matrix import cells, differences
from core.errors import AccessDenied, BadRequest, Conflict, MetadataInvalid, NotFound
from core.hooks import Plugins
from core.kernel.actor import Actor
from core.lifecycle import PlanChanged
from core.studio import RoleStudio

SYSTEM = Actor(elevated="a test")

VAULT = {
    "entities/box.yaml": """
        entity: vault.box
        label: Box
        behaviours: [vault.sealed]
        fields:
          name: {type: text, label: Name}
    """,
    "access.yaml": """
        roles:
          vault.guard:
            label: Guard
            grants: [{entity: vault.box, actions: [read, export]}]
        extends:
          kit.visitor:
            grants: [{entity: kit.thing, actions: [read], fields: {read: [name]}}]
        restrictions:
          vault.own:
            label: Own
            entity: vault.box
            when: "created_by == $user"
            actions: [export]
    """,
    "hooks.py": """
        from core.sdk import Behaviour, hookimpl

        @hookimpl
        def register_behaviours():
            return [Behaviour(name="vault.sealed", owner="vault", fields={"seal": {"type": "text"}})]
    """,
}


def told(found):
    return {(c.kind, *c.cell.place) for c in found.changes if c.cell.field in ("", "seal")}


def test_what_a_module_brings_is_told_and_nothing_has_happened(house):
    house.write("vault", VAULT, requires='{core: ">=0.1", kit: ">=0"}')
    version, plugins = house.catalog.version, house.site.get(Plugins).modules
    found = house.lifecycle.rehearse(SYSTEM, "install", ["vault"])
    assert [m.name for m in found.modules] == ["vault"]
    assert told(found) == {
        ("added", "kit.visitor", "kit.thing", "read", ""),
        ("added", "vault.guard", "vault.box", "read", ""),
        ("added", "vault.guard", "vault.box", "read", "seal"),
        ("added", "vault.guard", "vault.box", "export", ""),
        ("added", "vault.guard", "vault.box", "export", "seal"),
    }
    assert found.wider == len(found.changes)
    assert house.lifecycle.rehearse(SYSTEM, "install", ["vault"]) is found
    assert house.catalog.version == version
    assert house.states()["vault"] == "available"
    assert house.site.get(Plugins).modules == plugins


def test_what_is_told_is_what_then_happens(house):
    house.write("vault", VAULT, requires='{core: ">=0.1", kit: ">=0"}')
    access = house.site.get(Access)
    for act, does in (
        ("install", lambda: house.install("vault")),
        ("disable", lambda: house.lifecycle.disable(SYSTEM, "vault")),
        ("enable", lambda: house.lifecycle.enable(SYSTEM, "vault")),
    ):
        before = list(cells(access, house.catalog))
        found = house.lifecycle.rehearse(SYSTEM, act, ["vault"])
        does()
        assert list(differences(before, cells(access, house.catalog))) == list(found.changes)
        assert found.changes
        if act == "disable":
            assert [m.name for m in found.modules] == ["vault"]
            assert ("removed", "kit.visitor", "kit.thing", "read", "") in told(found)
            assert not found.wider
    assert not house.lifecycle.rehearse(SYSTEM, "enable", ["vault"]).changes


def test_changed_files_are_compared_before_they_are_taken_over(house):
    house.write("vault", VAULT, requires='{core: ">=0.1", kit: ">=0"}')
    house.install("vault")
    assert not house.lifecycle.rehearse(SYSTEM, "refresh").changes
    wider = VAULT["access.yaml"].replace("actions: [read], fields: {read: [name]}", "actions: [read]")
    house.write("vault", {"access.yaml": wider}, requires='{core: ">=0.1", kit: ">=0"}')
    found = house.lifecycle.rehearse(SYSTEM, "refresh")
    of_things = [c for c in found.changes if c.cell.entity == "kit.thing"]
    assert {(c.kind, c.cell.role, c.cell.action) for c in of_things} == {("added", "kit.visitor", "read")}
    assert {c.cell.entity for c in found.changes} == {"kit.thing", "kit.shelf"}  # what is drawn from things
    assert found.wider == len(found.changes) > 0
    assert "name" not in {c.cell.field for c in of_things}
    assert [m.name for m in found.modules] == ["vault"]
    house.lifecycle.refresh(SYSTEM)
    assert not house.lifecycle.rehearse(SYSTEM, "refresh").changes


def test_what_would_be_refused_is_refused_with_the_same_words(house):
    house.write("needy", requires='{core: ">=9"}')
    house.write("broken", {"hooks.py": "raise RuntimeError('no')"})
    with pytest.raises(MetadataInvalid) as refused:
        house.lifecycle.rehearse(SYSTEM, "install", ["needy"])
    assert [p.code for p in refused.value.problems] == ["wrong_version"]
    with pytest.raises(MetadataInvalid) as refused:
        house.lifecycle.rehearse(SYSTEM, "install", ["broken"])
    assert [p.code for p in refused.value.problems] == ["quarantined"]
    assert not house.site.get(Plugins).quarantined
    with pytest.raises(NotFound):
        house.lifecycle.rehearse(SYSTEM, "install", ["nowhere"])
    with pytest.raises(Conflict):
        house.lifecycle.rehearse(SYSTEM, "disable", ["needy"])
    with pytest.raises(BadRequest):
        house.lifecycle.rehearse(SYSTEM, "burn", ["kit"])
    with pytest.raises(AccessDenied):
        house.lifecycle.rehearse(Actor(id=7), "disable", ["kit"])


def test_a_change_that_is_not_what_was_shown_does_not_happen(house):
    house.write("vault", VAULT, requires='{core: ">=0.1", kit: ">=0"}')
    shown = house.lifecycle.rehearse(SYSTEM, "install", ["vault"]).digest
    wider = VAULT["access.yaml"].replace("actions: [read, export]", "actions: [read, export, delete]")
    house.write("vault", {"access.yaml": wider}, requires='{core: ">=0.1", kit: ">=0"}')
    version = house.catalog.version
    with pytest.raises(PlanChanged) as refused:
        house.lifecycle.install(SYSTEM, ["vault"], plan=shown)
    assert refused.value.reason == "plan_changed"
    assert ("added", "vault.guard", "vault.box", "delete", "") in told(refused.value.found)
    assert (house.catalog.version, house.states()["vault"]) == (version, "available")
    house.lifecycle.install(SYSTEM, ["vault"], plan=refused.value.found.digest)
    assert house.states()["vault"] == "enabled"
    for act, does in (("disable", house.lifecycle.disable), ("enable", house.lifecycle.enable)):
        with pytest.raises(PlanChanged):
            does(SYSTEM, "vault", plan=shown)
        does(SYSTEM, "vault", plan=house.lifecycle.rehearse(SYSTEM, act, ["vault"]).digest)
    house.write("vault", VAULT, requires='{core: ">=0.1", kit: ">=0"}')
    with pytest.raises(PlanChanged):
        house.lifecycle.refresh(SYSTEM, plan=shown)
    assert house.lifecycle.refresh(SYSTEM, plan=house.lifecycle.rehearse(SYSTEM, "refresh").digest)
    nothing = house.lifecycle.rehearse(SYSTEM, "refresh").digest
    assert house.lifecycle.refresh(SYSTEM, plan=nothing) is None
    with pytest.raises(PlanChanged):
        house.lifecycle.refresh(SYSTEM, plan=shown)


def test_a_plan_holds_through_changes_that_do_not_touch_it_and_not_through_those_that_do(house):
    house.write("vault", VAULT, requires='{core: ">=0.1", kit: ">=0"}')
    house.install("vault")
    roles, shown = house.site.get(RoleStudio), house.lifecycle.rehearse(SYSTEM, "disable", ["vault"])
    roles.add(SYSTEM, "x.idle", {"label": "Idle"})
    assert house.lifecycle.rehearse(SYSTEM, "disable", ["vault"]).digest == shown.digest
    roles.save(SYSTEM, "x.idle", {"implies": ["vault.guard"]})
    with pytest.raises(PlanChanged):
        house.lifecycle.disable(SYSTEM, "vault", plan=shown.digest)
    assert house.states()["vault"] == "enabled"
