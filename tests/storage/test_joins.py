"""Targets that join a reference by a behaviour: their columns come, go to the trash and come back with all they held."""

from __future__ import annotations

import pytest

from core.errors import ValidationFailed
from core.metadata.documents import Behaviour

WATCHED = Behaviour(name="watched", owner="desk", joins={"desk.remark": "about"})


def world(*watched):
    def thing(name):
        return {"name": {"type": "text"}, **({"*behaviours": ["watched"]} if name in watched else {})}

    return {
        "desk.remark": {"about": {"type": "reference_any", "to": [], "on_delete": "cascade"}, "*title": "id"},
        **{f"shop.{name}": thing(name) for name in ("person", "tag")},
    }


@pytest.fixture
def joined(lab):
    lab.behaviours = (WATCHED,)
    return lab


def test_a_target_that_comes_with_its_table_is_held_by_a_foreign_key(joined):
    joined.change({"desk.remark": world()["desk.remark"]})
    joined.change(world("person"))
    with pytest.raises(ValidationFailed):
        joined.insert("desk.remark", {"about__shop_person": 12345})


def test_of_targets_that_joined_only_one_is_set(joined):
    joined.change(world("person", "tag"))
    (person,) = joined.insert("shop.person", {"name": "Sara"})
    (tag,) = joined.insert("shop.tag", {"name": "new"})
    with pytest.raises(ValidationFailed):
        joined.insert("desk.remark", {"about__shop_person": person, "about__shop_tag": tag})


def test_a_target_that_leaves_goes_to_the_trash_and_comes_back_with_all_that_pointed_to_it(joined):
    joined.change(world("person", "tag"))
    (person,) = joined.insert("shop.person", {"name": "Sara"})
    (tag,) = joined.insert("shop.tag", {"name": "new"})
    joined.insert("desk.remark", {"about__shop_person": person}, {"about__shop_tag": tag})
    gone = joined.change(world("tag"))
    assert "put desk_remark.about__shop_person in the trash" in str(gone)
    joined.insert("desk.remark", {"about__shop_tag": tag})
    back = joined.change(world("person", "tag"))
    assert "bring back desk_remark.about__shop_person from the trash" in str(back)
    assert joined.rows("SELECT about__shop_person, about__shop_tag FROM desk_remark ORDER BY id") == [
        (person, None),
        (None, tag),
        (None, tag),
    ]
    with pytest.raises(ValidationFailed):
        joined.insert("desk.remark", {"about__shop_person": person, "about__shop_tag": tag})


def test_the_last_target_may_leave_too(joined):
    joined.change(world("person"))
    joined.insert("shop.person", {"name": "Sara"})
    joined.change(world())
    joined.insert("desk.remark", {})
    assert "about__shop_person" in joined.columns("desk_remark")
