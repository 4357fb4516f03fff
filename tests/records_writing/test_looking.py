"""What a form is told while somebody types tells nothing about records that they could not choose."""

from __future__ import annotations

from core.kernel.values import Ref


def test_nothing_follows_from_a_reference_that_its_writer_could_not_choose(world):
    keeper = world.actor(7, "kit.keeper")
    (mine,) = world.create("kit.shelf", {"name": "mine", "owner": 7, "secret": "known"})
    (hidden,) = world.create("kit.shelf", {"name": "hidden", "owner": 8, "secret": "hidden"})
    (item,) = world.create("kit.item", {"code": "a", "shelf": hidden})

    def kept_on(record, shelf):
        with world.unit(keeper) as uow:
            found = world.records.look(keeper, "kit.item", record, {"shelf": Ref(shelf)}, uow=uow)
        return found.computed["kept_on"]

    assert (kept_on(0, mine), kept_on(0, hidden), kept_on(0, 999_999)) == ("known", None, None)
    assert kept_on(item, hidden) == "hidden", "What stands in a record that they see stays."
    assert kept_on(item, mine) == "known"
