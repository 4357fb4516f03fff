"""Uninstalling tells what goes, keeps it in the trash, and installing again brings all of it back."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, Conflict, NotFound
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.lifecycle.taking import Taken
from core.storage import Database
from core.storage.doctor import inspect_physical
from tests.lifecycle.conftest import SYSTEM

FILES = {
    "entities/box.yaml": """
        entity: cellar.box
        label: Box
        plural: Boxes
        title: name
        fields:
          name: {type: text, label: Name, required: true}
    """,
    "entities/shelf.yaml": """
        extends: kit.shelf
        fields:
          damp: {type: boolean, label: Damp}
    """,
}
NEEDS_KIT = '{core: ">=0.1", kit: ">=1"}'


@pytest.fixture
def cellar(house):
    house.write("cellar", FILES, requires=NEEDS_KIT)
    house.install("cellar")
    house.create("cellar.box", {"name": "Tools"}, {"name": "Wine"})
    house.create("kit.shelf", {"name": "Low", "damp": True}, {"name": "High"})
    return house


def trashed(house):
    return house.scalar("SELECT count(*) FROM core_physical WHERE owner = 'cellar' AND state = 'trash'")


def sound(house):
    with house.site.get(Database).engine.connect() as connection:
        return inspect_physical(connection, house.catalog, house.site.get(FieldTypes))


def test_what_goes_with_it_is_counted_before(cellar):
    assert cellar.lifecycle.taken(SYSTEM, "cellar") == (
        Taken(entity="cellar.box", records=2),
        Taken(entity="kit.shelf", fields=("damp",), records=1),
    )


@pytest.mark.parametrize("asleep", [False, True])
def test_it_goes_into_the_trash_and_comes_back_whole(cellar, asleep):
    if asleep:
        cellar.lifecycle.disable(SYSTEM, "cellar")
    cellar.lifecycle.uninstall(SYSTEM, "cellar")
    assert cellar.states()["cellar"] == "available"
    assert "cellar.box" not in cellar.catalog.entities
    assert cellar.scalar("SELECT count(*) FROM core_document WHERE owner = 'cellar'") == 0
    assert trashed(cellar) > 2
    assert sound(cellar) == []
    assert cellar.lifecycle.taken(SYSTEM, "cellar") == ()
    assert set(cellar.column("kit.shelf", "name")) >= {"Low", "High"}
    cellar.install("cellar")
    assert cellar.column("cellar.box", "name") == ["Tools", "Wine"]
    assert True in cellar.column("kit.shelf", "damp")
    assert (trashed(cellar), sound(cellar)) == (0, [])


def test_what_is_needed_stays(cellar):
    with pytest.raises(Conflict, match="needed by cellar"):
        cellar.lifecycle.uninstall(SYSTEM, "kit")
    with pytest.raises(NotFound, match="not installed"):
        cellar.lifecycle.uninstall(SYSTEM, "attic")
    for act in (cellar.lifecycle.uninstall, cellar.lifecycle.taken):
        with pytest.raises(AccessDenied):
            act(Actor(), "cellar")
    assert cellar.states()["cellar"] == "enabled"


def test_a_rehearsal_is_what_is_done(cellar):
    shown = cellar.lifecycle.rehearse(SYSTEM, "uninstall", ["cellar"])
    assert [module.name for module in shown.modules] == ["cellar"]
    assert cellar.states()["cellar"] == "enabled"
    cellar.lifecycle.uninstall(SYSTEM, "cellar", plan=shown.digest)
    assert cellar.states()["cellar"] == "available"
