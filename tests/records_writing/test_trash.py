"""To the trash and back."""

from __future__ import annotations

import pytest

from core.errors import Conflict, NotFound, ValidationFailed


def test_what_follows_a_record_to_the_trash_comes_back_with_it(world):
    (shelf,) = world.create("kit.shelf", {"name": "north", "items": [{"code": "a"}, {"code": "b"}]})
    items = dict(world.query("select code, id from kit_item"))
    world.update("kit.item", items["b"], {"beside": items["a"]})
    (loose,) = world.create("kit.item", {"code": "loose", "beside": items["a"]})
    world.delete("kit.shelf", shelf)
    assert world.query("select count(*) from kit_item where deleted_at is null") == [(1,)]
    assert world.row("kit.item", loose)["beside"] is None
    world.restore("kit.shelf", shelf)
    assert world.query("select count(*) from kit_item where deleted_at is null") == [(3,)]
    assert world.row("kit.item", loose)["beside"] == items["a"]
    assert world.row("kit.shelf", shelf)["filled"] == 2


def test_a_record_that_is_still_used_stays(world):
    (item,) = world.create("kit.item", {"code": "a"})
    world.create("kit.lock", {"name": "l", "item": item})
    with pytest.raises(Conflict) as failure:
        world.delete("kit.item", item)
    assert failure.value.reason == "still_used"
    assert world.row("kit.item", item)["deleted_at"] is None


def test_a_deleted_record_is_gone_for_writers(world):
    (item,) = world.create("kit.item", {"code": "a"})
    world.delete("kit.item", item)
    with pytest.raises(NotFound):
        world.update("kit.item", item, {"size": 1})
    with pytest.raises(NotFound):
        world.delete("kit.item", item)


def test_restoring_is_refused_while_the_unique_value_is_taken(world):
    (first,) = world.create("kit.shelf", {"name": "north"})
    world.delete("kit.shelf", first)
    (second,) = world.create("kit.shelf", {"name": "north"})
    with pytest.raises(ValidationFailed):
        world.restore("kit.shelf", first)
    world.delete("kit.shelf", second)
    world.restore("kit.shelf", first)
    actions = [
        row[0]
        for row in world.query(
            f"select action from core_history where entity = 'kit.shelf' and record_id = {first} order by id"
        )
    ]
    assert actions == ["create", "delete", "restore"]


def test_rolled_up_values_leave_out_the_trash(world):
    (shelf,) = world.create("kit.shelf", {"name": "north"})
    (item,) = world.create("kit.item", {"code": "a", "shelf": shelf})
    world.delete("kit.item", item)
    assert world.row("kit.shelf", shelf)["filled"] == 0
    world.restore("kit.item", item)
    assert world.row("kit.shelf", shelf)["filled"] == 1
